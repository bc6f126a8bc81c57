package dev.ekiden.engine.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What somebody should look at. Each statement reads what is few, or follows an index and stops.
 */
public final class AttentionTable {
  /**
   * A queue and definition that has jobs which wait for something.
   *
   * @param oneJob one that waits for it; null when none was looked for
   */
  public record Stuck(String queue, String definition, long jobs, @Nullable Long oneJob) {}

  /** A schedule whose last firing was missed, or whose last job failed. */
  public record Firing(String schedule, @Nullable String reason, Instant due, @Nullable Long job) {}

  /** A worker that is or was silent. */
  public record Silent(long id, String name, boolean lost, Instant expiresAt) {}

  /** A group or key that is held. */
  public record Held(String name, @Nullable String queue, Instant since, @Nullable String reason) {}

  // What waits for a worker stands in ready, or aside in blocked once some time has passed.
  private static final String READY =
      """
      SELECT queue.name AS queue, definition.name AS definition, waiting.jobs,
             CAST(NULL AS bigint) AS one_job
      FROM (
        SELECT queue_id, definition_id, sum(jobs) AS jobs
        FROM (
          SELECT queue_id, definition_id, jobs
          FROM ekiden.depth_of_definition WHERE state = 'READY'
          UNION ALL
          SELECT queue_id, definition_id, jobs
          FROM ekiden.depth_note WHERE state = 'READY') AS part
        GROUP BY queue_id, definition_id
        HAVING sum(jobs) > 0) AS waiting
      JOIN ekiden.queue ON queue.id = waiting.queue_id
      JOIN ekiden.definition ON definition.id = waiting.definition_id
      ORDER BY waiting.jobs DESC, queue.name, definition.name
      """;

  private static final String BLOCKED =
      """
      SELECT queue.name AS queue, definition.name AS definition, waiting.jobs, head.id AS one_job
      FROM (
        SELECT queue_id, definition_id, sum(jobs) AS jobs
        FROM (
          SELECT queue_id, definition_id, jobs
          FROM ekiden.depth_of_definition WHERE state = 'BLOCKED'
          UNION ALL
          SELECT queue_id, definition_id, jobs
          FROM ekiden.depth_note WHERE state = 'BLOCKED') AS part
        GROUP BY queue_id, definition_id
        HAVING sum(jobs) > 0) AS waiting
      JOIN ekiden.queue ON queue.id = waiting.queue_id
      JOIN ekiden.definition ON definition.id = waiting.definition_id
      CROSS JOIN LATERAL (
        SELECT blocked.id
        FROM ekiden.blocked
        WHERE blocked.queue_id = waiting.queue_id
          AND blocked.definition_id = waiting.definition_id
          AND reason = '{reason}'
        LIMIT 1) AS head
      ORDER BY waiting.jobs DESC, queue.name, definition.name
      LIMIT :max
      """;

  private static final String FIRINGS =
      """
      SELECT last.schedule, last.reason, last.last_due, last.job_id
      FROM ekiden.schedule
      CROSS JOIN LATERAL (
        SELECT schedule, outcome, reason, last_due, job_id
        FROM ekiden.schedule_firing
        WHERE schedule_firing.schedule = schedule.name AND outcome {outcomes}
        ORDER BY id DESC
        LIMIT 1) AS last
      WHERE {condition}
      ORDER BY last.last_due DESC
      LIMIT :max
      """;

  private static final String MISSED =
      FIRINGS
          .replace("{outcomes}", "<> 'WAITING'")
          .replace("{condition}", "last.outcome = 'MISSED'");

  private static final String FAILING =
      FIRINGS
          .replace("{outcomes}", "= 'FIRED'")
          .replace(
              "{condition}",
              """
              EXISTS (
                SELECT FROM ekiden.finished
                WHERE finished.id = last.job_id AND finished.state = 'FAILED')\
              """);

  // A worker renews after a third of its lease; here another third has passed.
  private static final String SILENT =
      """
      SELECT id, name, ended_at IS NOT NULL AS lost, expires_at
      FROM ekiden.worker
      WHERE (ended_at IS NULL
             AND expires_at < clock_timestamp() + :third_micros * interval '1 microsecond')
         OR (lost AND ended_at > clock_timestamp() - :recent_micros * interval '1 microsecond')
      ORDER BY expires_at DESC
      LIMIT :max
      """;

  private static final String GROUPS =
      """
      SELECT name, NULL AS queue, held_at, held_reason AS reason
      FROM ekiden.job_group
      WHERE held_at IS NOT NULL
      ORDER BY held_at DESC
      LIMIT :max
      """;

  private static final String KEYS =
      """
      SELECT held_key.key AS name, queue.name AS queue, held_at, CAST(job_id AS text) AS reason
      FROM ekiden.held_key
      JOIN ekiden.queue ON queue.id = held_key.queue_id
      ORDER BY held_at DESC
      LIMIT :max
      """;

  private AttentionTable() {}

  /** Queues and definitions that have READY jobs, those with most of them first. */
  public static List<Stuck> ready(Handle handle) {
    return stuck(handle, READY, null);
  }

  /** Queues and definitions that have jobs which stood aside because nobody can run them. */
  public static List<Stuck> aside(Handle handle, int max) {
    return stuck(handle, BLOCKED.replace("{reason}", "NO_WORKER"), max);
  }

  /** Queues and definitions that have jobs which wait for a limit. */
  public static List<Stuck> limited(Handle handle, int max) {
    return stuck(handle, BLOCKED.replace("{reason}", "LIMIT"), max);
  }

  private static List<Stuck> stuck(Handle handle, String statement, @Nullable Integer max) {
    Plans.useIndexes(handle);
    var query = handle.createQuery(statement);
    if (max != null) {
      query.bind("max", max);
    }
    return query
        .map((row, context) ->
            new Stuck(
                row.getString("queue"),
                row.getString("definition"),
                row.getLong("jobs"),
                JobTable.number(row, "one_job")))
        .list();
  }

  /** Schedules whose last firing was missed. */
  public static List<Firing> missed(Handle handle, int max) {
    return firings(handle, MISSED, max);
  }

  /** Schedules of which the last job has failed. */
  public static List<Firing> failing(Handle handle, int max) {
    return firings(handle, FAILING, max);
  }

  private static List<Firing> firings(Handle handle, String statement, int max) {
    return handle
        .createQuery(statement)
        .bind("max", max)
        .map((row, context) ->
            new Firing(
                row.getString("schedule"),
                row.getString("reason"),
                row.getTimestamp("last_due").toInstant(),
                JobTable.number(row, "job_id")))
        .list();
  }

  /** Workers that did not renew in time, or lost their lease not long ago. */
  public static List<Silent> silent(Handle handle, Duration lease, Duration recent, int max) {
    return handle
        .createQuery(SILENT)
        .bind("third_micros", lease.dividedBy(3).toNanos() / 1_000)
        .bind("recent_micros", recent.toNanos() / 1_000)
        .bind("max", max)
        .map((row, context) ->
            new Silent(
                row.getLong("id"),
                row.getString("name"),
                row.getBoolean("lost"),
                row.getTimestamp("expires_at").toInstant()))
        .list();
  }

  /** Groups that are held. */
  public static List<Held> groups(Handle handle, int max) {
    return held(handle, GROUPS, max);
  }

  /** SERIAL keys that stopped; the reason is the number of the job that failed. */
  public static List<Held> keys(Handle handle, int max) {
    return held(handle, KEYS, max);
  }

  private static List<Held> held(Handle handle, String statement, int max) {
    return handle
        .createQuery(statement)
        .bind("max", max)
        .map((row, context) ->
            new Held(
                row.getString("name"),
                row.getString("queue"),
                row.getTimestamp("held_at").toInstant(),
                row.getString("reason")))
        .list();
  }
}
