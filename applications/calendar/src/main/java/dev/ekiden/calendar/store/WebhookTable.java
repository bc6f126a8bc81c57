package dev.ekiden.calendar.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Table {@code webhook}, and what events tell of reservations. Stateless. */
public final class WebhookTable {

  private static final String INSERT =
      """
      INSERT INTO calendar.webhook (url, secret_variable, events, created_at)
      VALUES (:url, :secretVariable, :events, :now)
      RETURNING id, url, secret_variable, events, created_at
      """;

  private static final String LIST =
      """
      SELECT id, url, secret_variable, events, created_at
      FROM calendar.webhook
      ORDER BY id
      """;

  private static final String FIND =
      """
      SELECT id, url, secret_variable, events, created_at
      FROM calendar.webhook
      WHERE id = :id
      """;

  private static final String DELETE =
      """
      DELETE FROM calendar.webhook
      WHERE id = :id
      """;

  private static final String WANTING =
      """
      SELECT id
      FROM calendar.webhook
      WHERE :event = ANY(events)
      ORDER BY id
      """;

  private static final String RESERVATIONS =
      """
      SELECT reservation.id, plan.code, reservation.state, reservation.start_at, reservation.end_at
      FROM calendar.reservation
      JOIN calendar.plan ON plan.id = reservation.plan_id
      WHERE reservation.id = ANY(:ids)
      ORDER BY reservation.id
      """;

  private static final String PLAN_CODES =
      """
      SELECT code
      FROM calendar.plan
      WHERE id = ANY(:ids)
      ORDER BY id
      LIMIT :limit
      """;

  /** A webhook as it is stored. */
  public record Webhook(
      long id, String url, String secretVariable, List<String> events, Instant createdAt) {
    public Webhook {
      events = List.copyOf(events);
    }
  }

  /** What an event tells of a reservation: nothing of the guest, and no token. */
  public record ToldReservation(String id, String plan, String state, Instant start, Instant end) {}

  private WebhookTable() {}

  public static Webhook insert(
      Handle handle, String url, String secretVariable, List<String> events, Instant now) {
    return handle
        .createQuery(INSERT)
        .bind("url", url)
        .bind("secretVariable", secretVariable)
        .bindArray("events", String.class, events)
        .bind("now", now)
        .map((row, context) -> map(row))
        .one();
  }

  public static List<Webhook> list(Handle handle) {
    return handle.createQuery(LIST).map((row, context) -> map(row)).list();
  }

  public static Optional<Webhook> find(Handle handle, long id) {
    return handle.createQuery(FIND).bind("id", id).map((row, context) -> map(row)).findOne();
  }

  /** Whether there was such a webhook. */
  public static boolean delete(Handle handle, long id) {
    return handle.createUpdate(DELETE).bind("id", id).execute() == 1;
  }

  /** The webhooks that want to be told of an event. */
  public static List<Long> wanting(Handle handle, String event) {
    return handle.createQuery(WANTING).bind("event", event).mapTo(Long.class).list();
  }

  public static List<ToldReservation> reservations(Handle handle, Collection<Long> ids) {
    return handle
        .createQuery(RESERVATIONS)
        .bindArray("ids", Long.class, ids)
        .map((row, context) ->
            new ToldReservation(
                Long.toString(row.getLong("id")),
                row.getString("code"),
                row.getString("state"),
                instant(row, "start_at"),
                instant(row, "end_at")))
        .list();
  }

  public static List<String> planCodes(Handle handle, Collection<Long> ids, int limit) {
    return handle
        .createQuery(PLAN_CODES)
        .bindArray("ids", Long.class, ids)
        .bind("limit", limit)
        .mapTo(String.class)
        .list();
  }

  private static Webhook map(ResultSet row) throws SQLException {
    return new Webhook(
        row.getLong("id"),
        row.getString("url"),
        row.getString("secret_variable"),
        List.of((String[]) row.getArray("events").getArray()),
        instant(row, "created_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
