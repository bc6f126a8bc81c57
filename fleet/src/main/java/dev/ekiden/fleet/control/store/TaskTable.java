package dev.ekiden.fleet.control.store;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.TaskEnding;
import dev.ekiden.launch.TaskId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of fleets. The leader alone writes them, each time in a transaction that its lease
 * fences, but for what a worker says of itself: that it is there, and that it began a job.
 */
public final class TaskTable {
  /** Tasks whose start-up counts for the next ones. */
  private static final int STARTS = 20;

  private static final String NOW = "SELECT clock_timestamp()";

  private static final String PRESENT =
      "SELECT * FROM ekiden.fleet_task WHERE removed_at IS NULL ORDER BY number";

  private static final String OF_FLEET =
      """
      SELECT *
      FROM ekiden.fleet_task
      WHERE fleet = :fleet
        AND number < :before
        AND (:ended OR ended_at IS NULL)
      ORDER BY number DESC
      LIMIT :max
      """;

  private static final String FIND = "SELECT * FROM ekiden.fleet_task WHERE id = :id";

  private static final String ASK =
      """
      INSERT INTO ekiden.fleet_task
        (id, number, fleet, revision, class, instead_of, launcher, place, asked_at, reclaim_due_at)
      VALUES (:id, :number, :fleet, :revision, :class, :instead_of, :launcher, :place, :asked_at,
              :reclaim_due_at)
      """;

  private static final String NUMBERS =
      "SELECT nextval('ekiden.fleet_task_number') FROM generate_series(1, :count)";

  private static final String OF_CLASS =
      "SELECT count(*) FROM ekiden.fleet_task WHERE fleet = :fleet AND class = :class";

  private static final String LAUNCHED =
      """
      UPDATE ekiden.fleet_task
      SET launched_at = COALESCE(launched_at, clock_timestamp()),
          started_at = COALESCE(started_at, :started_at)
      WHERE id = :id AND ended_at IS NULL
      """;

  private static final String RETIRE =
      """
      UPDATE ekiden.fleet_task
      SET retire_at = clock_timestamp(), retire_reason = :reason
      WHERE id = :id AND ended_at IS NULL AND retire_at IS NULL
      """;

  private static final String STOPPED =
      """
      UPDATE ekiden.fleet_task
      SET stopped_at = COALESCE(stopped_at, clock_timestamp()),
          reclaimed_at = CASE WHEN :reclaimed THEN COALESCE(reclaimed_at, clock_timestamp())
                              ELSE reclaimed_at END,
          detail = :detail
      WHERE id = :id AND ended_at IS NULL
      """;

  private static final String ENDED =
      """
      UPDATE ekiden.fleet_task
      SET ended_at = COALESCE(:ended_at, clock_timestamp()), ending = :ending, detail = :detail
      WHERE id = :id AND ended_at IS NULL
      """;

  private static final String REMOVED =
      """
      UPDATE ekiden.fleet_task
      SET removed_at = clock_timestamp()
      WHERE id = :id AND ended_at IS NOT NULL AND removed_at IS NULL
      """;

  private static final String START_UP =
      """
      SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM ready_at - asked_at))
      FROM (
        SELECT ready_at, asked_at
        FROM ekiden.fleet_task
        WHERE fleet = :fleet AND ready_at IS NOT NULL
        ORDER BY number DESC
        LIMIT :starts) AS lately
      """;

  private static final String FORGET =
      """
      DELETE FROM ekiden.fleet_task
      WHERE removed_at < clock_timestamp() - :age_micros * interval '1 microsecond'
      """;

  // ---- what a worker says of itself ----

  private static final String BEGIN =
      """
      UPDATE ekiden.fleet_task
      SET ready_at = COALESCE(ready_at, clock_timestamp())
      WHERE id = :id AND ended_at IS NULL
      """;

  private static final String FIRST_CLAIM =
      """
      UPDATE ekiden.fleet_task
      SET first_claim_at = clock_timestamp() - :ago_micros * interval '1 microsecond'
      WHERE id = :id AND first_claim_at IS NULL
      """;

  private static final String WANTED =
      """
      SELECT EXISTS (
        SELECT
        FROM ekiden.fleet_task
        WHERE id = :id AND retire_at IS NULL AND ended_at IS NULL)
      """;

  private static final RowMapper<FleetTask> TASK = (row, context) -> task(row);

  private TaskTable() {}

  /** The database's clock, which all times of tasks are of. */
  public static Instant now(Handle handle) {
    return handle.createQuery(NOW).mapTo(Instant.class).one();
  }

  /** All tasks that have not ended, or that a launcher still knows. */
  public static List<FleetTask> present(Handle handle) {
    return handle.createQuery(PRESENT).map(TASK).list();
  }

  /**
   * Tasks of a fleet, the newest first.
   *
   * @param before only those with a smaller number
   */
  public static List<FleetTask> ofFleet(
      Handle handle, String fleet, boolean ended, long before, int max) {
    return handle
        .createQuery(OF_FLEET)
        .bind("fleet", fleet)
        .bind("ended", ended)
        .bind("before", before)
        .bind("max", max)
        .map(TASK)
        .list();
  }

  public static Optional<FleetTask> find(Handle handle, TaskId id) {
    return handle.createQuery(FIND).bind("id", id.value()).map(TASK).findOne();
  }

  /** Numbers for new tasks. */
  public static List<Long> numbers(Handle handle, int count) {
    return handle.createQuery(NUMBERS).bind("count", count).mapTo(Long.class).list();
  }

  /** How many tasks of a class a fleet has had, as far as they are remembered. */
  public static long ofClass(Handle handle, String fleet, CapacityClass capacityClass) {
    return handle
        .createQuery(OF_CLASS)
        .bind("fleet", fleet)
        .bind("class", capacityClass.name())
        .mapTo(Long.class)
        .one();
  }

  /** Notes the intent to launch a task. */
  public static void ask(Handle handle, FleetTask task) {
    CapacityClass insteadOf = task.insteadOf();
    handle
        .createUpdate(ASK)
        .bind("id", task.id().value())
        .bind("number", task.number())
        .bind("fleet", task.fleet())
        .bind("revision", task.revision())
        .bind("class", task.capacityClass().name())
        .bind("instead_of", insteadOf == null ? null : insteadOf.name())
        .bind("launcher", task.launcher())
        .bind("place", task.place())
        .bind("asked_at", task.askedAt())
        .bind("reclaim_due_at", task.reclaimDueAt())
        .execute();
  }

  public static void launched(Handle handle, TaskId id, @Nullable Instant startedAt) {
    handle.createUpdate(LAUNCHED).bind("id", id.value()).bind("started_at", startedAt).execute();
  }

  /** Asks a worker to go once it has nothing left. */
  public static void retire(Handle handle, TaskId id, String reason) {
    handle.createUpdate(RETIRE).bind("id", id.value()).bind("reason", reason).execute();
  }

  /** Notes that a task is sent the signal to end; committed before it is sent. */
  public static void stopped(Handle handle, TaskId id, boolean reclaimed, String detail) {
    handle
        .createUpdate(STOPPED)
        .bind("id", id.value())
        .bind("reclaimed", reclaimed)
        .bind("detail", detail)
        .execute();
  }

  /**
   * Notes an end.
   *
   * @param endedAt null for now
   */
  public static void ended(
      Handle handle, TaskId id, TaskEnding ending, String detail, @Nullable Instant endedAt) {
    handle
        .createUpdate(ENDED)
        .bind("id", id.value())
        .bind("ending", ending.name())
        .bind("detail", detail)
        .bind("ended_at", endedAt)
        .execute();
  }

  public static void removed(Handle handle, Collection<TaskId> ids) {
    ids.forEach(id -> handle.createUpdate(REMOVED).bind("id", id.value()).execute());
  }

  /** How long it took of late from asking until there was a worker, 90th percentile. */
  public static Optional<Duration> startUp(Handle handle, String fleet) {
    Double seconds =
        handle
            .createQuery(START_UP)
            .bind("fleet", fleet)
            .bind("starts", STARTS)
            .mapTo(Double.class)
            .findOne()
            .orElse(null);
    return Optional.ofNullable(seconds)
        .map(value -> Duration.of(Math.round(Math.max(0, value) * 1e6), ChronoUnit.MICROS));
  }

  public static void forget(Handle handle, Duration age) {
    handle.createUpdate(FORGET).bind("age_micros", age.toNanos() / 1_000).execute();
  }

  /** Says that the task is a worker now. */
  public static void begin(Handle handle, TaskId id) {
    handle.createUpdate(BEGIN).bind("id", id.value()).execute();
  }

  /** Says that a worker began its first job so long ago. */
  public static void firstClaim(Handle handle, TaskId id, Duration ago) {
    handle
        .createUpdate(FIRST_CLAIM)
        .bind("id", id.value())
        .bind("ago_micros", ago.toNanos() / 1_000)
        .execute();
  }

  /** Whether a task is to become a worker, or to go on as one. */
  public static boolean isWanted(Handle handle, TaskId id) {
    return handle.createQuery(WANTED).bind("id", id.value()).mapTo(Boolean.class).one();
  }

  private static FleetTask task(ResultSet row) throws SQLException {
    String insteadOf = row.getString("instead_of");
    String ending = row.getString("ending");
    return new FleetTask(
        new TaskId(row.getString("id")),
        row.getLong("number"),
        row.getString("fleet"),
        row.getLong("revision"),
        new CapacityClass(row.getString("class")),
        insteadOf == null ? null : new CapacityClass(insteadOf),
        row.getString("launcher"),
        row.getString("place"),
        row.getTimestamp("asked_at").toInstant(),
        FleetTable.instant(row, "launched_at"),
        FleetTable.instant(row, "started_at"),
        FleetTable.instant(row, "ready_at"),
        FleetTable.instant(row, "first_claim_at"),
        FleetTable.instant(row, "retire_at"),
        row.getString("retire_reason"),
        FleetTable.instant(row, "reclaim_due_at"),
        FleetTable.instant(row, "reclaimed_at"),
        FleetTable.instant(row, "stopped_at"),
        FleetTable.instant(row, "ended_at"),
        ending == null ? null : TaskEnding.valueOf(ending),
        row.getString("detail"),
        FleetTable.instant(row, "removed_at"));
  }
}
