package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.Limit;
import dev.ekiden.engine.Limit.Rate;
import dev.ekiden.engine.Limit.Scope;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import org.jspecify.annotations.Nullable;

/** Routes of limits: one of each scope, which the path names. */
public final class LimitRoutes {
  private static final String NAMELESS = "/api/v1/limits/{scope}";
  private static final String NAMED = "/api/v1/limits/{scope}/{name}";

  private final Engine engine;

  public LimitRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/limits", this::list);
    for (String path : new String[] {NAMELESS, NAMED}) {
      boolean named = path.equals(NAMED);
      routes.get(path, request -> get(request, named));
      routes.put(path, request -> put(request, named));
      routes.delete(path, request -> remove(request, named));
    }
  }

  private record RateView(int starts, double periodSeconds) {}

  private record LimitView(
      String scope,
      @Nullable String name,
      @Nullable Integer running,
      @Nullable Double vcpus,
      @Nullable RateView rate) {

    static LimitView of(Limit limit) {
      Rate rate = limit.rate();
      String name =
          switch (limit.scope()) {
            case Scope.Everything everything -> null;
            case Scope.EachGroup each -> null;
            case Scope.Queue(String queue) -> queue;
            case Scope.Definition(String definition) -> definition;
            case Scope.OfGroup(String group) -> group;
            case Scope.EachKey(String queue) -> queue;
          };
      String scope =
          switch (limit.scope()) {
            case Scope.Everything everything -> "everything";
            case Scope.EachGroup each -> "each-group";
            case Scope.Queue queue -> "queue";
            case Scope.Definition definition -> "definition";
            case Scope.OfGroup group -> "group";
            case Scope.EachKey key -> "each-key";
          };
      return new LimitView(
          scope,
          name,
          limit.running(),
          limit.vcpus(),
          rate == null ? null : new RateView(rate.starts(), Seconds.of(rate.period())));
    }
  }

  private record LimitContent(
      @Nullable Integer running, @Nullable Double vcpus, BulkRoutes.@Nullable RateContent rate) {}

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(Items.of(engine.limits().list().stream().map(LimitView::of).toList()));
  }

  private Response get(Request request, boolean named) {
    request.allowQuery();
    Scope scope = scope(request, named);
    return engine
        .limits()
        .find(scope)
        .map(limit -> Response.json(LimitView.of(limit)))
        .orElseThrow(() ->
            new NotFoundException(ErrorCode.UNKNOWN_LIMIT, "there is no limit of this scope"));
  }

  private Response put(Request request, boolean named) {
    request.allowQuery();
    Scope scope = scope(request, named);
    LimitContent content = request.json(LimitContent.class);
    Limit limit =
        new Limit(
            scope,
            content.running(),
            content.vcpus(),
            content.rate() == null ? null : content.rate().rate());
    engine.limits().put(limit);
    return Response.json(LimitView.of(limit));
  }

  private Response remove(Request request, boolean named) {
    request.allowQuery();
    engine.limits().remove(scope(request, named));
    return Response.noContent();
  }

  private static Scope scope(Request request, boolean named) {
    String scope = request.path("scope").text();
    String name = named ? request.path("name").text() : "";
    return switch (named ? scope + "/" : scope) {
      case "everything" -> new Scope.Everything();
      case "each-group" -> new Scope.EachGroup();
      case "queue/" -> new Scope.Queue(name);
      case "definition/" -> new Scope.Definition(name);
      case "group/" -> new Scope.OfGroup(name);
      case "each-key/" -> new Scope.EachKey(name);
      default -> throw unknown(named ? scope + "/" + name : scope);
    };
  }

  private static ProblemException unknown(String scope) {
    return new ProblemException(
        Problem.of(
                400,
                "invalid-parameter",
                "a limit is of everything, each-group, queue/NAME, definition/NAME, group/NAME or"
                    + " each-key/QUEUE, not of "
                    + scope)
            .withField("scope"));
  }
}
