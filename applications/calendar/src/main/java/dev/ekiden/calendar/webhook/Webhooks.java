package dev.ekiden.calendar.webhook;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.booking.ReservationState;
import dev.ekiden.calendar.store.WebhookTable;
import dev.ekiden.calendar.store.WebhookTable.Webhook;
import dev.ekiden.engine.JobContext;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.server.Json;
import dev.ekiden.server.Services;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Tells other systems of changes. An event is a job for each webhook that wants it, enqueued in the
 * transaction of the change: a committed change is never without its events, and one rolled back
 * has none. Each is delivered at least once; the receiver knows repetitions by the {@code
 * Idempotency-Key}. Thread-safe.
 */
public final class Webhooks {

  /** Definition: deliver one event to one webhook. */
  public static final String DELIVER = "calendar.webhook";

  public static final String QUEUE = "calendar-webhooks";

  /** The most webhooks. */
  public static final int MAXIMUM_WEBHOOKS = 20;

  /** The most plans that one event names. */
  public static final int MAXIMUM_PLANS = 1_000;

  /** Deliveries at once. */
  public static final int CONCURRENCY = 4;

  /** How long a receiver may take to answer. */
  public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  /** Changes of availability are told when calendars have had the time to follow. */
  public static final Duration AVAILABILITY_DELAY = Duration.ofSeconds(2);

  /** For about a day: 10 s, 30 s, 90 s, … at most every four hours. */
  public static final RetryPolicy RETRY =
      new RetryPolicy(12, Duration.ofSeconds(10), 3, Duration.ofHours(4), 0.2);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(4);
  private static final int GONE = 410;

  private final Services services;
  private final WebhookSettings settings;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  public Webhooks(Services services, WebhookSettings settings) {
    this.services = services;
    this.settings = settings;
  }

  public JobDefinition<?> definition() {
    return JobDefinition.named(DELIVER, WebhookDelivery.class)
        .queue(QUEUE)
        .retry(RETRY)
        .timeout(ANSWER_TIMEOUT.plus(CONNECT_TIMEOUT).plusSeconds(5))
        .handler(this::deliver);
  }

  public WorkerOptions worker() {
    return WorkerOptions.of(QUEUE).withName(QUEUE).withConcurrency(CONCURRENCY);
  }

  // ---- registering ----

  /**
   * Registers a webhook.
   *
   * @param secretVariable name of the environment variable, of every process that runs jobs, which
   *     holds the secret
   * @param events none means all
   * @throws InvalidValueException if the address is not allowed, the variable is not set here, or
   *     there would be more than {@link #MAXIMUM_WEBHOOKS}
   */
  public Webhook register(String url, String secretVariable, List<EventType> events) {
    check("url", url, AddressGuard.refusedForm(url, settings.allowsPrivate()));
    try {
      check("url", url, AddressGuard.refusedAddress(URI.create(url), settings.allowsPrivate()));
    } catch (UnknownHostException e) {
      throw new InvalidValueException("url", url, "must name a host that can be found");
    }
    if (!WebhookSettings.isName(secretVariable)) {
      throw new InvalidValueException(
          "secretVariable",
          secretVariable,
          "must begin with %s, then A-Z, 0-9 and _".formatted(WebhookSettings.SECRET_PREFIX));
    }
    if (settings.secret(secretVariable).isEmpty()) {
      throw new InvalidValueException(
          "secretVariable",
          secretVariable,
          "must be a variable of this server with a secret of at least %d characters"
              .formatted(WebhookSettings.MINIMUM_SECRET_LENGTH));
    }
    List<EventType> wanted = events.isEmpty() ? Arrays.asList(EventType.values()) : events;
    Instant now = services.clock().instant();
    return services
        .database()
        .inTransaction(handle -> {
          int count = WebhookTable.list(handle).size();
          if (count >= MAXIMUM_WEBHOOKS) {
            throw new InvalidValueException(
                "webhooks", Integer.toString(count + 1), "at most " + MAXIMUM_WEBHOOKS);
          }
          return WebhookTable.insert(
              handle,
              url,
              secretVariable,
              wanted.stream().map(EventType::text).distinct().toList(),
              now);
        });
  }

  public List<Webhook> list() {
    return services.database().withHandle(WebhookTable::list);
  }

  /** Whether there was such a webhook; what is on its way to it is dropped. */
  public boolean remove(long id) {
    return services.database().inTransaction(handle -> WebhookTable.delete(handle, id));
  }

  private static void check(String field, String value, Optional<String> refused) {
    refused.ifPresent(reason -> {
      throw new InvalidValueException(field, value, reason);
    });
  }

  // ---- telling ----

  private record Body(String id, String type, Instant occurredAt, Object data) {}

  private record Reservations(List<WebhookTable.ToldReservation> reservations) {}

  private record Plans(List<String> plans, boolean more) {}

  private interface Data {
    Object read(Handle handle);
  }

  /** Tells of reservations, as part of the transaction of the connection. */
  public void reservations(
      Connection connection, ReservationState.Event event, Collection<Long> ids) {
    tell(
        connection,
        EventType.of(event),
        Duration.ZERO,
        handle -> new Reservations(WebhookTable.reservations(handle, ids)));
  }

  /** Tells that calendars of plans may be others in a moment. */
  public void availability(Connection connection, Collection<Long> planIds) {
    tell(
        connection,
        EventType.AVAILABILITY_CHANGED,
        AVAILABILITY_DELAY,
        handle ->
            new Plans(
                WebhookTable.planCodes(handle, planIds, MAXIMUM_PLANS),
                planIds.size() > MAXIMUM_PLANS));
  }

  private void tell(Connection connection, EventType type, Duration delay, Data data) {
    List<JobRequest> deliveries = new ArrayList<>();
    services
        .database()
        .joined(
            connection,
            handle -> {
              List<Long> webhooks = WebhookTable.wanting(handle, type.text());
              if (!webhooks.isEmpty()) {
                String event = UUID.randomUUID().toString();
                Instant now = services.engine().clock().now(connection);
                String body =
                    Json.MAPPER.writeValueAsString(
                        new Body(event, type.text(), now, data.read(handle)));
                for (long webhook : webhooks) {
                  deliveries.add(
                      JobRequest.of(DELIVER, new WebhookDelivery(webhook, event, type.text(), body))
                          .withDelay(delay));
                }
              }
              return deliveries.size();
            });
    if (!deliveries.isEmpty()) {
      services.engine().enqueue(connection, deliveries);
    }
  }

  // ---- delivering ----

  private Object deliver(WebhookDelivery delivery, JobContext context)
      throws IOException, InterruptedException {
    Optional<Webhook> found =
        services.database().withHandle(handle -> WebhookTable.find(handle, delivery.webhookId()));
    if (found.isEmpty()) {
      return "the webhook was removed";
    }
    Webhook webhook = found.get();
    String secret =
        settings
            .secret(webhook.secretVariable())
            .orElseThrow(() ->
                new IllegalStateException(
                    "this worker has no variable %s with a secret of at least %d characters"
                        .formatted(
                            webhook.secretVariable(), WebhookSettings.MINIMUM_SECRET_LENGTH)));
    URI uri = URI.create(webhook.url());
    // Again, since what a name leads to changes.
    Optional<String> refused = AddressGuard.refusedAddress(uri, settings.allowsPrivate());
    if (refused.isPresent()) {
      throw JobFailure.permanent(
          "the address of webhook %d %s".formatted(webhook.id(), refused.get()));
    }
    long timestamp = Instant.now().getEpochSecond();
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER_TIMEOUT)
            .header("Content-Type", "application/json")
            .header("User-Agent", "Ekiden-Calendar")
            .header("Idempotency-Key", delivery.event())
            .header("Ekiden-Event", delivery.type())
            .header("Ekiden-Timestamp", Long.toString(timestamp))
            .header("Ekiden-Signature", Signature.of(secret, timestamp, delivery.body()))
            .POST(HttpRequest.BodyPublishers.ofString(delivery.body()))
            .build();
    HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
    return outcome(webhook, response);
  }

  private static Object outcome(Webhook webhook, HttpResponse<Void> response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return "status " + status;
    }
    String message = "webhook %d answered with status %d".formatted(webhook.id(), status);
    if (status == GONE) {
      throw JobFailure.permanent(message);
    }
    Optional<Duration> retryAfter =
        response
            .headers()
            .firstValue("Retry-After")
            .filter(value -> value.matches("[0-9]{1,9}"))
            .map(value -> Duration.ofSeconds(Long.parseLong(value)));
    throw retryAfter
        .map(delay ->
            JobFailure.retryAfter(
                delay.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : delay, message))
        .map(failure -> (RuntimeException) failure)
        .orElseGet(() -> new IllegalStateException(message));
  }
}
