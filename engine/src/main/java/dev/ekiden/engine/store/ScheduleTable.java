package dev.ekiden.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Schedules. */
public final class ScheduleTable {

  /** A schedule as it is stored. */
  public record Row(
      String name,
      String definition,
      String payload,
      @Nullable Integer priority,
      String kind,
      String expression,
      String zone,
      Instant createdAt,
      @Nullable Instant pausedAt,
      @Nullable Instant nextAt,
      @Nullable Instant lastAt,
      @Nullable Long lastJob,
      long skipped,
      long missed) {}

  private static final String SELECT =
      """
      SELECT schedule.name, definition.name AS definition, CAST(schedule.payload AS text) AS payload,
             schedule.priority, schedule.kind, schedule.expression, schedule.zone,
             schedule.created_at, schedule.paused_at, schedule.next_at, schedule.last_at,
             schedule.last_job, schedule.skipped, schedule.missed
      FROM ekiden.schedule
      JOIN ekiden.definition ON definition.id = schedule.definition_id
      """;

  private static final String DUE =
      SELECT
          + """
          WHERE schedule.paused_at IS NULL AND schedule.next_at <= (SELECT ekiden.engine_now())
          ORDER BY schedule.next_at
          LIMIT :max
          FOR UPDATE OF schedule SKIP LOCKED
          """;

  private static final String NEXT_DUE =
      """
      SELECT CAST(EXTRACT(EPOCH FROM min(next_at) - ekiden.engine_now()) * 1000000 AS bigint)
      FROM ekiden.schedule
      WHERE paused_at IS NULL AND next_at IS NOT NULL
      """;

  private static final String UPSERT =
      """
      INSERT INTO ekiden.schedule
        (name, definition_id, payload, priority, kind, expression, zone, created_at, next_at)
      SELECT :name, :definition_id, CAST(:payload AS json), :priority, :kind, :expression, :zone,
             :now, :next_at
      ON CONFLICT (name) DO UPDATE
      SET definition_id = excluded.definition_id,
          payload = excluded.payload,
          priority = excluded.priority,
          kind = excluded.kind,
          expression = excluded.expression,
          zone = excluded.zone,
          created_at = excluded.created_at,
          next_at = excluded.next_at
      """;

  private static final String FIRED =
      """
      UPDATE ekiden.schedule
      SET next_at = :next_at, last_at = :fired_at, last_job = COALESCE(:job, last_job),
          skipped = skipped + :skipped, missed = missed + :missed
      WHERE name = :name
      """;

  private static final String PUT_OFF =
      "UPDATE ekiden.schedule SET next_at = :next_at WHERE name = :name";

  private static final String PAUSE =
      """
      UPDATE ekiden.schedule
      SET paused_at = COALESCE(paused_at, (SELECT ekiden.engine_now()))
      WHERE name = :name
      """;

  private static final String RESUME =
      "UPDATE ekiden.schedule SET paused_at = NULL, next_at = :next_at WHERE name = :name";

  private static final String REMOVE = "DELETE FROM ekiden.schedule WHERE name = :name";

  private static final RowMapper<Row> MAPPER =
      (row, context) ->
          new Row(
              row.getString("name"),
              row.getString("definition"),
              row.getString("payload"),
              priority(row),
              row.getString("kind"),
              row.getString("expression"),
              row.getString("zone"),
              row.getTimestamp("created_at").toInstant(),
              JobTable.instant(row, "paused_at"),
              JobTable.instant(row, "next_at"),
              JobTable.instant(row, "last_at"),
              JobTable.number(row, "last_job"),
              row.getLong("skipped"),
              row.getLong("missed"));

  private ScheduleTable() {}

  public static List<Row> all(Handle handle) {
    return handle.createQuery(SELECT + "ORDER BY schedule.name").map(MAPPER).list();
  }

  public static Optional<Row> find(Handle handle, String name) {
    return handle
        .createQuery(SELECT + "WHERE schedule.name = :name")
        .bind("name", name)
        .map(MAPPER)
        .findOne();
  }

  /** Reads a schedule and keeps others from changing it until the transaction ends. */
  public static Optional<Row> lock(Handle handle, String name) {
    return handle
        .createQuery(SELECT + "WHERE schedule.name = :name FOR UPDATE OF schedule")
        .bind("name", name)
        .map(MAPPER)
        .findOne();
  }

  /** Due schedules that nobody else is firing, locked until the transaction ends. */
  public static List<Row> due(Handle handle, int max) {
    return handle.createQuery(DUE).bind("max", max).map(MAPPER).list();
  }

  /** How long until the next firing; empty when there is none. */
  public static Optional<Duration> nextDue(Handle handle) {
    return handle
        .createQuery(NEXT_DUE)
        .mapTo(Long.class)
        .findOne()
        .map(micros -> Duration.of(Math.max(0, micros), ChronoUnit.MICROS));
  }

  /** Creates or replaces a schedule; what it counted and whether it is paused stays. */
  public static void upsert(
      Handle handle,
      String name,
      int definitionId,
      String payload,
      @Nullable Integer priority,
      String kind,
      String expression,
      String zone,
      Instant now,
      @Nullable Instant nextAt) {
    handle
        .createUpdate(UPSERT)
        .bind("name", name)
        .bind("definition_id", definitionId)
        .bind("payload", payload)
        .bind("priority", priority)
        .bind("kind", kind)
        .bind("expression", expression)
        .bind("zone", zone)
        .bind("now", now)
        .bind("next_at", nextAt)
        .execute();
  }

  /**
   * Notes a firing.
   *
   * @param job the job it enqueued, or null when it was skipped
   */
  public static void fired(
      Handle handle,
      String name,
      @Nullable Instant nextAt,
      Instant firedAt,
      @Nullable Long job,
      long missed) {
    handle
        .createUpdate(FIRED)
        .bind("name", name)
        .bind("next_at", nextAt)
        .bind("fired_at", firedAt)
        .bind("job", job)
        .bind("skipped", job == null ? 1 : 0)
        .bind("missed", missed)
        .execute();
  }

  /** Moves the next firing without noting one. */
  public static void putOff(Handle handle, String name, Instant nextAt) {
    handle.createUpdate(PUT_OFF).bind("name", name).bind("next_at", nextAt).execute();
  }

  public static void pause(Handle handle, String name) {
    handle.createUpdate(PAUSE).bind("name", name).execute();
  }

  public static void resume(Handle handle, String name, @Nullable Instant nextAt) {
    handle.createUpdate(RESUME).bind("name", name).bind("next_at", nextAt).execute();
  }

  public static boolean remove(Handle handle, String name) {
    return handle.createUpdate(REMOVE).bind("name", name).execute() > 0;
  }

  private static @Nullable Integer priority(ResultSet row) throws SQLException {
    int value = row.getInt("priority");
    return row.wasNull() ? null : value;
  }
}
