package dev.ekiden.calendar.http;

import dev.ekiden.calendar.store.WebhookTable.Webhook;
import dev.ekiden.calendar.webhook.EventType;
import dev.ekiden.calendar.webhook.Webhooks;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who is told of changes. */
final class WebhookRoutes {

  private final Webhooks webhooks;

  WebhookRoutes(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  void addTo(Routes routes) {
    routes.get("/webhooks", this::list);
    routes.post("/webhooks", this::register);
    routes.delete("/webhooks/{webhook}", this::remove);
  }

  private record NewWebhook(
      @Required String url, @Required String secretVariable, @Nullable List<String> events) {}

  private record WebhookView(
      String id, String url, String secretVariable, List<String> events, Instant createdAt) {
    static WebhookView of(Webhook webhook) {
      return new WebhookView(
          Long.toString(webhook.id()),
          webhook.url(),
          webhook.secretVariable(),
          webhook.events(),
          webhook.createdAt().truncatedTo(ChronoUnit.MILLIS));
    }
  }

  private record WebhookList(List<WebhookView> items) {}

  private Response list(Request request) {
    request.allowQuery();
    return Response.json(new WebhookList(webhooks.list().stream().map(WebhookView::of).toList()));
  }

  private Response register(Request request) {
    request.allowQuery();
    NewWebhook wanted = request.json(NewWebhook.class);
    List<EventType> events = new ArrayList<>();
    List<String> names = wanted.events() == null ? List.of() : wanted.events();
    names.forEach(name -> events.add(event(name)));
    Webhook webhook = webhooks.register(wanted.url(), wanted.secretVariable(), events);
    return Response.created("/calendar/webhooks/" + webhook.id(), WebhookView.of(webhook));
  }

  private Response remove(Request request) {
    request.allowQuery();
    long id = request.path("webhook").id();
    if (!webhooks.remove(id)) {
      throw Refusal.unknown("webhook", Long.toString(id));
    }
    return Response.noContent();
  }

  private static EventType event(String name) {
    return EventType.of(name)
        .orElseThrow(() ->
            new ProblemException(
                Problem.of(
                        422,
                        "invalid-field",
                        "'events' must be among %s, not '%s'"
                            .formatted(
                                Arrays.stream(EventType.values())
                                    .map(EventType::text)
                                    .collect(Collectors.joining(", ")),
                                name))
                    .withField("events")));
  }
}
