package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.server.Json;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Response.LiveSource;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.ChangeFeed.News;
import dev.ekiden.server.api.ChangeFeed.Subscription;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stream of events: says that something changed, never what. Who hears it reads again what it
 * shows.
 */
public final class EventRoutes {
  /** A stream that has nothing to say says so after this time. */
  static final Duration HEARTBEAT = Duration.ofSeconds(15);

  /** How soon a client connects again that lost its stream. */
  static final int RETRY_MILLIS = 2_000;

  private final Engine engine;
  private final ChangeFeed feed;

  public EventRoutes(Engine engine) {
    this.engine = engine;
    this.feed = new ChangeFeed(engine.changes());
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/events", this::events);
  }

  private Response events(Request request) {
    request.allowQuery("job");
    Long job = request.query("job").optional(Parameter::id).orElse(null);
    if (job != null) {
      engine.jobs().get(job);
    }
    Subscription subscription = feed.subscribe(job);
    return Response.live(
        "text/event-stream",
        new LiveSource() {
          @Override
          public void write(OutputStream out) throws IOException, InterruptedException {
            send(out, "retry: " + RETRY_MILLIS + "\n\n");
            while (true) {
              send(out, text(subscription.next(HEARTBEAT)));
            }
          }

          @Override
          public void close() {
            subscription.close();
          }
        });
  }

  private static String text(@Nullable News news) {
    if (news == null) {
      return ": nothing changed\n\n";
    }
    return news.first() ? event("ready", List.of()) : event("changed", news.topics());
  }

  private static String event(String name, List<String> topics) {
    return "event: %s\ndata: %s\n\n"
        .formatted(name, Json.MAPPER.writeValueAsString(Map.of("topics", topics)));
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
