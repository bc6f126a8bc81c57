package dev.ekiden.fleet.command.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of jobs. A row is committed before its task is launched; at most one of a job is open,
 * so of two attempts that would launch at once one finds the other's row and adopts it.
 */
public final class CommandTaskTable {

  /**
   * A task.
   *
   * @param attempt of the job that launched it; later ones may have adopted it
   * @param phase INTENDED, PLACING, STARTING, RUNNING or ENDED, as last seen
   * @param ending in words
   * @param placeSeenAt when a server last said that it sees the tasks of its place
   * @param placeSilentFor how long ago that was, by the database's clock
   */
  public record Row(
      String id,
      long jobId,
      int attempt,
      String definition,
      int revision,
      String launcher,
      String place,
      String host,
      Duration grace,
      Instant intendedAt,
      @Nullable Instant launchedAt,
      String phase,
      Instant phaseAt,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String ending,
      @Nullable Long peakMemoryBytes,
      @Nullable Long cpuMicros,
      @Nullable Instant closedAt,
      @Nullable Instant removedAt,
      Instant placeSeenAt,
      Duration placeSilentFor) {}

  /** What is written of a task that is to be launched. */
  public record Intent(
      String id,
      long jobId,
      int attempt,
      String definition,
      int revision,
      String launcher,
      String place,
      Duration grace) {}

  /** What was seen of a task. */
  public record Sight(
      String phase,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String ending,
      @Nullable Long peakMemoryBytes,
      @Nullable Long cpuMicros) {}

  private static final String SELECT =
      """
      SELECT command_task.*, command_place.host, command_place.seen_at,
             CAST(EXTRACT(EPOCH FROM clock_timestamp() - command_place.seen_at) * 1000 AS bigint)
               AS silent_millis
      FROM ekiden.command_task
      JOIN ekiden.command_place USING (place)
      """;

  private static final String INTEND =
      """
      INSERT INTO ekiden.command_task
        (id, job_id, attempt, definition, revision, launcher, place, grace_millis, intended_at,
         phase_at)
      VALUES (:id, :jobId, :attempt, :definition, :revision, :launcher, :place, :grace,
              clock_timestamp(), clock_timestamp())
      ON CONFLICT (job_id) WHERE closed_at IS NULL DO NOTHING
      """;

  private static final String LAUNCHED =
      """
      UPDATE ekiden.command_task
      SET launched_at = COALESCE(launched_at, clock_timestamp())
      WHERE id = :id
      """;

  // Of several who look, one that is late must not take a task back to a phase that it has left.
  private static final String SEEN =
      """
      UPDATE ekiden.command_task
      SET phase = :phase,
          phase_at = clock_timestamp(),
          started_at = COALESCE(CAST(:startedAt AS timestamptz), started_at),
          ended_at = :endedAt,
          ending = :ending,
          peak_memory_bytes = COALESCE(:peakMemoryBytes, peak_memory_bytes),
          cpu_micros = COALESCE(:cpuMicros, cpu_micros)
      WHERE id = :id
        AND array_position(
              ARRAY['INTENDED', 'PLACING', 'STARTING', 'RUNNING', 'ENDED'], phase)
            < array_position(
              ARRAY['INTENDED', 'PLACING', 'STARTING', 'RUNNING', 'ENDED'], CAST(:phase AS text))
      """;

  private static final String CLOSE =
      """
      UPDATE ekiden.command_task
      SET closed_at = clock_timestamp()
      WHERE id = :id AND closed_at IS NULL
      """;

  private static final String CLOSE_ENDED =
      """
      UPDATE ekiden.command_task
      SET closed_at = clock_timestamp()
      WHERE id = :id
        AND closed_at IS NULL
        AND NOT EXISTS (SELECT FROM ekiden.job WHERE job.id = command_task.job_id)
      """;

  private static final String REMOVED =
      """
      UPDATE ekiden.command_task
      SET removed_at = clock_timestamp(), closed_at = COALESCE(closed_at, clock_timestamp())
      WHERE id = :id
      """;

  private static final String FORGET =
      """
      DELETE FROM ekiden.command_task
      WHERE removed_at < clock_timestamp() - :millis * interval '1 millisecond'
      """;

  private static final String SEE_PLACE =
      """
      INSERT INTO ekiden.command_place (place, host, seen_at)
      VALUES (:place, :host, clock_timestamp())
      ON CONFLICT (place) DO UPDATE SET seen_at = clock_timestamp(), host = excluded.host
      """;

  private CommandTaskTable() {}

  /** The task of a job that no later attempt or end has closed. */
  public static Optional<Row> open(Handle handle, long jobId) {
    return handle
        .createQuery(SELECT + "WHERE job_id = :job AND closed_at IS NULL")
        .bind("job", jobId)
        .map((row, context) -> row(row))
        .findOne();
  }

  /** All tasks of a job that are remembered, in order. */
  public static List<Row> ofJob(Handle handle, long jobId) {
    return handle
        .createQuery(SELECT + "WHERE job_id = :job ORDER BY attempt, intended_at")
        .bind("job", jobId)
        .map((row, context) -> row(row))
        .list();
  }

  /** The tasks of a place that its launcher may still know. */
  public static List<Row> present(Handle handle, String place) {
    return handle
        .createQuery(SELECT + "WHERE place = :place AND removed_at IS NULL ORDER BY id")
        .bind("place", place)
        .map((row, context) -> row(row))
        .list();
  }

  /** Writes down what is to be launched; false if another task of the job is open. */
  public static boolean intend(Handle handle, Intent intent) {
    return handle
            .createUpdate(INTEND)
            .bind("id", intent.id())
            .bind("jobId", intent.jobId())
            .bind("attempt", intent.attempt())
            .bind("definition", intent.definition())
            .bind("revision", intent.revision())
            .bind("launcher", intent.launcher())
            .bind("place", intent.place())
            .bind("grace", intent.grace().toMillis())
            .execute()
        == 1;
  }

  /** Its launcher has it. */
  public static void launched(Handle handle, String id) {
    handle.createUpdate(LAUNCHED).bind("id", id).execute();
  }

  /** Notes a phase that is further than the one before. */
  public static void seen(Handle handle, String id, Sight sight) {
    handle.createUpdate(SEEN).bind("id", id).bindMethods(sight).execute();
  }

  /** No attempt will take it over any more. */
  public static void close(Handle handle, String id) {
    handle.createUpdate(CLOSE).bind("id", id).execute();
  }

  /** No attempt will take it over any more, if its job has ended; false else. */
  public static boolean closeEnded(Handle handle, String id) {
    return handle.createUpdate(CLOSE_ENDED).bind("id", id).execute() == 1;
  }

  /** Its launcher has forgotten it. */
  public static void removed(Handle handle, String id) {
    handle.createUpdate(REMOVED).bind("id", id).execute();
  }

  /** Forgets tasks that were removed longer ago. */
  public static void forget(Handle handle, Duration age) {
    handle.createUpdate(FORGET).bind("millis", age.toMillis()).execute();
  }

  /** A server sees the tasks of a place. */
  public static void seePlace(Handle handle, String place, String host) {
    handle.createUpdate(SEE_PLACE).bind("place", place).bind("host", host).execute();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("id"),
        row.getLong("job_id"),
        row.getInt("attempt"),
        row.getString("definition"),
        row.getInt("revision"),
        row.getString("launcher"),
        row.getString("place"),
        row.getString("host"),
        Duration.ofMillis(row.getLong("grace_millis")),
        row.getTimestamp("intended_at").toInstant(),
        instant(row, "launched_at"),
        row.getString("phase"),
        row.getTimestamp("phase_at").toInstant(),
        instant(row, "started_at"),
        instant(row, "ended_at"),
        row.getString("ending"),
        number(row, "peak_memory_bytes"),
        number(row, "cpu_micros"),
        instant(row, "closed_at"),
        instant(row, "removed_at"),
        row.getTimestamp("seen_at").toInstant(),
        Duration.ofMillis(row.getLong("silent_millis")));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long number = row.getLong(column);
    return row.wasNull() ? null : number;
  }
}
