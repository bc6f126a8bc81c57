package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Group;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Routes of groups. A group needs no registration, so none is unknown. */
public final class GroupRoutes {
  private final Engine engine;

  public GroupRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/groups", this::list);
    routes.get("/api/v1/groups/{group}", this::get);
    routes.post("/api/v1/groups/{group}/weight", this::weight);
    routes.post("/api/v1/groups/{group}/hold", this::hold);
    routes.post("/api/v1/groups/{group}/drain", this::drain);
    routes.post("/api/v1/groups/{group}/release", this::release);
    routes.post("/api/v1/groups/{group}/epoch", this::epoch);
  }

  private record GroupView(
      String name,
      double weight,
      String epoch,
      boolean held,
      @Nullable Instant heldAt,
      @Nullable String heldReason,
      @Nullable Long running) {

    static GroupView of(Group group, @Nullable Long running) {
      return new GroupView(
          group.name(),
          group.weight(),
          Long.toString(group.epoch()),
          group.isHeld(),
          group.heldAt(),
          group.heldReason(),
          running);
    }
  }

  private record Weight(@Required Double weight) {}

  private record Hold(@Nullable String reason) {}

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(
        Items.of(engine.groups().list().stream().map(group -> GroupView.of(group, null)).toList()));
  }

  private Response get(Request request) {
    request.allowQuery();
    return view(request.path("group").text());
  }

  private Response weight(Request request) {
    request.allowQuery();
    String group = request.path("group").text();
    engine.groups().weight(group, request.json(Weight.class).weight());
    return view(group);
  }

  private Response hold(Request request) {
    request.allowQuery();
    String group = request.path("group").text();
    engine.groups().hold(group, reason(request));
    return view(group);
  }

  private Response drain(Request request) throws InterruptedException {
    request.allowQuery("waitSeconds");
    String group = request.path("group").text();
    int seconds = request.query("waitSeconds").integer(0, JobRoutes.MAX_WAIT_SECONDS, 0);
    engine.groups().drain(group, reason(request), Duration.ofSeconds(seconds));
    return view(group);
  }

  private Response release(Request request) {
    request.allowQuery();
    String group = request.path("group").text();
    engine.groups().release(group);
    return view(group);
  }

  private Response epoch(Request request) {
    request.allowQuery();
    String group = request.path("group").text();
    engine.groups().advanceEpoch(group);
    return view(group);
  }

  private static @Nullable String reason(Request request) {
    byte[] body = request.jsonBytes(Request.MAX_JSON_BYTES);
    return body.length == 0 ? null : Bodies.read(body, Hold.class).reason();
  }

  private Response view(String name) {
    Group group = engine.groups().get(name);
    return Response.json(GroupView.of(group, engine.groups().running(name)));
  }
}
