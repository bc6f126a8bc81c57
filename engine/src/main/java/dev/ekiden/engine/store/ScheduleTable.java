package dev.ekiden.engine.store;

import dev.ekiden.engine.ScheduleFiring;
import dev.ekiden.engine.SchedulePolicy;
import dev.ekiden.engine.SchedulePolicy.BusinessDays;
import dev.ekiden.engine.SchedulePolicy.DayRule;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Schedules and what became of their firings. */
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
      SchedulePolicy policy,
      Instant createdAt,
      @Nullable Instant pausedAt,
      @Nullable Instant nextAt,
      @Nullable Instant lastAt,
      @Nullable Long lastJob,
      long skipped,
      long missed,
      long waiting) {}

  /** A firing that waits for the job before. */
  public record Waiting(long id, Instant due) {}

  private static final String SELECT =
      """
      SELECT schedule.name, definition.name AS definition, CAST(schedule.payload AS text) AS payload,
             schedule.priority, schedule.kind, schedule.expression, schedule.zone,
             schedule.created_at, schedule.paused_at, schedule.next_at, schedule.last_at,
             schedule.last_job, schedule.skipped, schedule.missed, schedule.missed_policy,
             schedule.catch_up, schedule.overlap, schedule.start_before_millis, schedule.calendar,
             schedule.day_rule,
             (SELECT count(*)
              FROM ekiden.schedule_firing
              WHERE schedule_firing.schedule = schedule.name AND outcome = 'WAITING') AS waiting
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

  /** Schedules with a firing that waits, whose last job has ended. */
  private static final String RELEASABLE =
      SELECT
          + """
          WHERE schedule.paused_at IS NULL
            AND schedule.name IN (
              SELECT schedule FROM ekiden.schedule_firing WHERE outcome = 'WAITING')
            AND NOT EXISTS (SELECT FROM ekiden.job WHERE job.id = schedule.last_job)
          ORDER BY schedule.name
          LIMIT :max
          FOR UPDATE OF schedule SKIP LOCKED
          """;

  private static final String ON_CALENDAR =
      SELECT + "WHERE schedule.calendar = :calendar ORDER BY schedule.name FOR UPDATE OF schedule";

  private static final String NEXT_DUE =
      """
      SELECT CAST(EXTRACT(EPOCH FROM min(next_at) - ekiden.engine_now()) * 1000000 AS bigint)
      FROM ekiden.schedule
      WHERE paused_at IS NULL AND next_at IS NOT NULL
      """;

  private static final String UPSERT =
      """
      INSERT INTO ekiden.schedule
        (name, definition_id, payload, priority, kind, expression, zone, missed_policy, catch_up,
         overlap, start_before_millis, calendar, day_rule, created_at, next_at)
      SELECT :name, :definition_id, CAST(:payload AS json), :priority, :kind, :expression, :zone,
             :missed_policy, :catch_up, :overlap, :start_before_millis, :calendar, :day_rule, :now,
             :next_at
      ON CONFLICT (name) DO UPDATE
      SET definition_id = excluded.definition_id,
          payload = excluded.payload,
          priority = excluded.priority,
          kind = excluded.kind,
          expression = excluded.expression,
          zone = excluded.zone,
          missed_policy = excluded.missed_policy,
          catch_up = excluded.catch_up,
          overlap = excluded.overlap,
          start_before_millis = excluded.start_before_millis,
          calendar = excluded.calendar,
          day_rule = excluded.day_rule,
          created_at = excluded.created_at,
          next_at = excluded.next_at
      """;

  private static final String FIRED =
      """
      UPDATE ekiden.schedule
      SET next_at = :next_at,
          last_at = CASE WHEN CAST(:job AS bigint) IS NULL THEN last_at ELSE :fired_at END,
          last_job = COALESCE(:job, last_job),
          skipped = skipped + :skipped,
          missed = missed + :missed
      WHERE name = :name
      """;

  private static final String NOTE =
      """
      INSERT INTO ekiden.schedule_firing
        (schedule, outcome, reason, detail, first_due, last_due, firings, decided_at, job_id)
      VALUES (:schedule, :outcome, :reason, :detail, :first_due, :last_due, :firings, :decided_at,
              :job)
      """;

  private static final String TRIM =
      """
      DELETE FROM ekiden.schedule_firing
      WHERE schedule = :schedule AND outcome <> 'WAITING'
        AND id <= (
          SELECT id
          FROM ekiden.schedule_firing
          WHERE schedule = :schedule AND outcome <> 'WAITING'
          ORDER BY id DESC
          OFFSET :keep
          LIMIT 1)
      """;

  private static final String HISTORY =
      """
      SELECT outcome, reason, detail, first_due, last_due, firings, decided_at, job_id
      FROM ekiden.schedule_firing
      WHERE schedule = :schedule
      ORDER BY id DESC
      LIMIT :max
      """;

  private static final String OLDEST_WAITING =
      """
      SELECT id, first_due
      FROM ekiden.schedule_firing
      WHERE schedule = :schedule AND outcome = 'WAITING'
      ORDER BY id
      LIMIT :max
      """;

  private static final String SETTLE =
      """
      UPDATE ekiden.schedule_firing
      SET outcome = :outcome, reason = :reason, decided_at = :decided_at, job_id = :job
      WHERE id = :id
      """;

  private static final String MOVE =
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
              policy(row),
              row.getTimestamp("created_at").toInstant(),
              JobTable.instant(row, "paused_at"),
              JobTable.instant(row, "next_at"),
              JobTable.instant(row, "last_at"),
              JobTable.number(row, "last_job"),
              row.getLong("skipped"),
              row.getLong("missed"),
              row.getLong("waiting"));

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

  /** Schedules with a waiting firing whose turn it is, locked until the transaction ends. */
  public static List<Row> releasable(Handle handle, int max) {
    return handle.createQuery(RELEASABLE).bind("max", max).map(MAPPER).list();
  }

  /** Names of the schedules that keep to a business calendar. */
  public static List<String> namesOn(Handle handle, String calendar) {
    return handle
        .createQuery("SELECT name FROM ekiden.schedule WHERE calendar = :calendar ORDER BY name")
        .bind("calendar", calendar)
        .mapTo(String.class)
        .list();
  }

  /** The schedules that keep to a business calendar, locked until the transaction ends. */
  public static List<Row> onCalendar(Handle handle, String calendar) {
    return handle.createQuery(ON_CALENDAR).bind("calendar", calendar).map(MAPPER).list();
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
      SchedulePolicy policy,
      Instant now,
      @Nullable Instant nextAt) {
    Duration startBefore = policy.startBefore();
    BusinessDays businessDays = policy.businessDays();
    handle
        .createUpdate(UPSERT)
        .bind("name", name)
        .bind("definition_id", definitionId)
        .bind("payload", payload)
        .bind("priority", priority)
        .bind("kind", kind)
        .bind("expression", expression)
        .bind("zone", zone)
        .bind("missed_policy", policy.missed().name())
        .bind("catch_up", policy.catchUp())
        .bind("overlap", policy.overlap().name())
        .bind("start_before_millis", startBefore == null ? null : startBefore.toMillis())
        .bind("calendar", businessDays == null ? null : businessDays.calendar())
        .bind("day_rule", businessDays == null ? null : businessDays.rule().name())
        .bind("now", now)
        .bind("next_at", nextAt)
        .execute();
  }

  /**
   * Moves a schedule on.
   *
   * @param job the last job it enqueued now, or null when it enqueued none
   * @param skipped firings to count as skipped
   * @param missed firings to count as missed
   */
  public static void fired(
      Handle handle,
      String name,
      @Nullable Instant nextAt,
      Instant firedAt,
      @Nullable Long job,
      long skipped,
      long missed) {
    handle
        .createUpdate(FIRED)
        .bind("name", name)
        .bind("next_at", nextAt)
        .bind("fired_at", firedAt)
        .bind("job", job)
        .bind("skipped", skipped)
        .bind("missed", missed)
        .execute();
  }

  /** Keeps what became of firings, and drops the oldest beyond {@code keep}. */
  public static void note(Handle handle, String name, List<ScheduleFiring> firings, int keep) {
    if (firings.isEmpty()) {
      return;
    }
    PreparedBatch batch = handle.prepareBatch(NOTE);
    for (ScheduleFiring firing : firings) {
      batch
          .bind("schedule", name)
          .bind("outcome", firing.outcome().name())
          .bind("reason", name(firing.reason()))
          .bind("detail", firing.detail())
          .bind("first_due", firing.firstDue())
          .bind("last_due", firing.lastDue())
          .bind("firings", firing.firings())
          .bind("decided_at", firing.decidedAt())
          .bind("job", firing.job())
          .add();
    }
    batch.execute();
    trim(handle, name, keep);
  }

  /** What became of the last firings, newest first. */
  public static List<ScheduleFiring> history(Handle handle, String name, int max) {
    return handle
        .createQuery(HISTORY)
        .bind("schedule", name)
        .bind("max", max)
        .map((row, context) -> firing(row))
        .list();
  }

  /** The firings that wait longest, oldest first. */
  public static List<Waiting> waiting(Handle handle, String name, int max) {
    return handle
        .createQuery(OLDEST_WAITING)
        .bind("schedule", name)
        .bind("max", max)
        .map((row, context) ->
            new Waiting(row.getLong("id"), row.getTimestamp("first_due").toInstant()))
        .list();
  }

  /** Says what became of a firing that waited. */
  public static void settle(
      Handle handle,
      Waiting firing,
      ScheduleFiring.Outcome outcome,
      ScheduleFiring.@Nullable Reason reason,
      Instant decidedAt,
      @Nullable Long job) {
    handle
        .createUpdate(SETTLE)
        .bind("id", firing.id())
        .bind("outcome", outcome.name())
        .bind("reason", name(reason))
        .bind("decided_at", decidedAt)
        .bind("job", job)
        .execute();
  }

  /** Drops the oldest firings that do not wait beyond {@code keep}. */
  public static void trim(Handle handle, String name, int keep) {
    handle.createUpdate(TRIM).bind("schedule", name).bind("keep", keep).execute();
  }

  /** Moves the next firing without noting one. */
  public static void moveTo(Handle handle, String name, @Nullable Instant nextAt) {
    handle.createUpdate(MOVE).bind("name", name).bind("next_at", nextAt).execute();
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

  private static SchedulePolicy policy(ResultSet row) throws SQLException {
    Long startBefore = JobTable.number(row, "start_before_millis");
    String calendar = row.getString("calendar");
    return new SchedulePolicy(
        SchedulePolicy.Missed.valueOf(row.getString("missed_policy")),
        row.getInt("catch_up"),
        SchedulePolicy.Overlap.valueOf(row.getString("overlap")),
        startBefore == null ? null : Duration.ofMillis(startBefore),
        calendar == null
            ? null
            : new BusinessDays(calendar, DayRule.valueOf(row.getString("day_rule"))));
  }

  private static ScheduleFiring firing(ResultSet row) throws SQLException {
    String reason = row.getString("reason");
    return new ScheduleFiring(
        ScheduleFiring.Outcome.valueOf(row.getString("outcome")),
        reason == null ? null : ScheduleFiring.Reason.valueOf(reason),
        row.getString("detail"),
        row.getTimestamp("first_due").toInstant(),
        row.getTimestamp("last_due").toInstant(),
        row.getLong("firings"),
        row.getTimestamp("decided_at").toInstant(),
        JobTable.number(row, "job_id"));
  }

  private static @Nullable String name(@Nullable Enum<?> value) {
    return value == null ? null : value.name();
  }
}
