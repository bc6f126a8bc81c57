package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Retention;
import dev.ekiden.engine.RetentionPolicy;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Routes of how long finished jobs are kept: for all definitions, and for single ones. */
public final class RetentionRoutes {
  private static final String ALL = "/api/v1/retention";
  private static final String ONE = "/api/v1/retention/{definition}";

  private final Engine engine;

  public RetentionRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get(ALL, this::list);
    routes.put(ALL, this::put);
    routes.put(ONE, this::putOne);
    routes.delete(ONE, this::removeOne);
  }

  private record PolicyView(@Nullable String definition, int succeededDays, int failedDays) {
    static PolicyView of(@Nullable String definition, RetentionPolicy policy) {
      return new PolicyView(definition, policy.succeededDays(), policy.failedDays());
    }
  }

  private record PolicyContent(@Required Integer succeededDays, @Required Integer failedDays) {
    RetentionPolicy policy() {
      return new RetentionPolicy(succeededDays, failedDays);
    }
  }

  private Response list(Request request) {
    request.allowQuery();
    Retention retention = engine.retention();
    List<PolicyView> views = new ArrayList<>();
    views.add(PolicyView.of(null, retention.policy()));
    retention.ofDefinitions().forEach((name, policy) -> views.add(PolicyView.of(name, policy)));
    return Response.json(Items.of(views));
  }

  private Response put(Request request) {
    request.allowQuery();
    RetentionPolicy policy = request.json(PolicyContent.class).policy();
    engine.retention().set(policy);
    return Response.json(PolicyView.of(null, policy));
  }

  private Response putOne(Request request) {
    request.allowQuery();
    String definition = request.path("definition").text();
    RetentionPolicy policy = request.json(PolicyContent.class).policy();
    engine.retention().set(definition, policy);
    return Response.json(PolicyView.of(definition, policy));
  }

  private Response removeOne(Request request) {
    request.allowQuery();
    engine.retention().remove(request.path("definition").text());
    return Response.noContent();
  }
}
