package dev.ekiden.engine.store;

import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Reading jobs, live and finished. */
public final class JobTable {

  /**
   * Columns of a live job, from <code>{job}</code>; it is READY when no other state table has it.
   */
  static final String LIVE =
      """
      SELECT job.id, definition.name AS definition, queue.name AS queue,
             CASE WHEN running.id IS NOT NULL THEN 'RUNNING'
                  WHEN scheduled.id IS NOT NULL THEN 'SCHEDULED'
                  WHEN blocked.id IS NOT NULL THEN 'BLOCKED'
                  ELSE 'READY' END AS state,
             COALESCE(running.priority, scheduled.priority, blocked.priority, ready.priority,
                      job.priority) AS priority,
             job.key, CAST(job.key_kind AS text) AS key_kind, CAST(job.payload AS text) AS payload,
             job.created_at, scheduled.run_at,
             COALESCE(running.attempt, scheduled.attempt, blocked.attempt, ready.attempt, 0)
               AS attempt,
             COALESCE(running.failures, scheduled.failures, blocked.failures, ready.failures, 0)
               AS failures,
             COALESCE(running.losses, scheduled.losses, blocked.losses, ready.losses, 0) AS losses,
             CAST(blocked.reason AS text) AS blocked, blocked.blocker, running.worker_id,
             running.claimed_at, running.started_at, CAST(NULL AS timestamptz) AS finished_at,
             CAST(NULL AS text) AS result, last.error_type, last.error,
             CAST(NULL AS bigint) AS coalesced_into, job.group_name, job.start_before, job.clone_of,
             job.parent_id, job.array_index
      FROM {job} AS job
      JOIN ekiden.definition ON definition.id = job.definition_id
      JOIN ekiden.queue ON queue.id = job.queue_id
      LEFT JOIN ekiden.running ON running.id = job.id
      LEFT JOIN ekiden.scheduled ON scheduled.id = job.id
      LEFT JOIN ekiden.blocked ON blocked.id = job.id
      LEFT JOIN ekiden.ready ON ready.queue_id = job.queue_id
           AND ready.priority = ANY (CAST('{0,1,2,3,4,5,6,7,8,9}' AS smallint[]))
           AND ready.group_id = job.group_id
           AND ready.id = job.id
      LEFT JOIN LATERAL (
        SELECT attempt.error_type, attempt.error
        FROM ekiden.attempt
        WHERE attempt.job_id = job.id
        ORDER BY attempt.number DESC
        LIMIT 1) AS last ON true
      """;

  /** Columns of an ended job, from <code>{finished}</code>. */
  static final String FINISHED =
      """
      SELECT finished.id, definition.name AS definition, queue.name AS queue,
             CAST(finished.state AS text) AS state, finished.priority, finished.key,
             CAST(finished.key_kind AS text) AS key_kind, CAST(finished.payload AS text) AS payload,
             finished.created_at, CAST(NULL AS timestamptz) AS run_at, finished.attempt,
             finished.failures, finished.losses, CAST(NULL AS text) AS blocked,
             CAST(NULL AS bigint) AS blocker, finished.worker_id, finished.claimed_at,
             finished.started_at, finished.finished_at, CAST(finished.result AS text) AS result,
             finished.error_type, finished.error, finished.coalesced_into, finished.group_name,
             finished.start_before, finished.clone_of, finished.parent_id, finished.array_index
      FROM {finished} AS finished
      JOIN ekiden.definition ON definition.id = finished.definition_id
      JOIN ekiden.queue ON queue.id = finished.queue_id
      """;

  private static final String FIND =
      LIVE.replace("{job}", "ekiden.job")
          + "WHERE job.id = :id\nUNION ALL\n"
          + FINISHED.replace("{finished}", "ekiden.finished")
          + "WHERE finished.id = :id";

  private static final String ATTEMPTS =
      """
      SELECT number, CAST(outcome AS text) AS outcome, worker_id, claimed_at, started_at, ended_at,
             error_type, error
      FROM ekiden.attempt
      WHERE job_id = :id
      UNION ALL
      SELECT attempt, CAST(state AS text), worker_id, claimed_at, started_at, finished_at,
             error_type, error
      FROM ekiden.finished
      WHERE id = :id AND claimed_at IS NOT NULL
      UNION ALL
      SELECT attempt, NULL, worker_id, claimed_at, started_at, NULL, NULL, NULL
      FROM ekiden.running
      WHERE id = :id
      ORDER BY number
      """;

  private static final String HAS_ENDED =
      "SELECT EXISTS (SELECT FROM ekiden.finished WHERE id = :id)";

  private static final String IS_LIVE = "SELECT EXISTS (SELECT FROM ekiden.job WHERE id = :id)";

  private static final String LIVE_OF =
      "SELECT id FROM ekiden.job WHERE id = ANY (CAST(:ids AS bigint[]))";

  private static final String HAS_RUNNABLE =
      """
      SELECT EXISTS (
        SELECT
        FROM ekiden.ready
        JOIN ekiden.queue ON queue.id = ready.queue_id
        WHERE queue.paused_at IS NULL
          AND queue.name = ANY (CAST(:queues AS text[]))
          AND ready.definition_id = ANY (CAST(:definition_ids AS integer[])))
      """;

  private static final String AHEAD =
      """
      SELECT count(*)
      FROM (
        SELECT
        FROM ekiden.ready
        WHERE queue_id = (SELECT queue_id FROM ekiden.job WHERE id = :id)
          AND (priority > :priority OR (priority = :priority AND id < :id))
        LIMIT :max) AS head
      """;

  static final RowMapper<Job> JOB =
      (row, context) ->
          new Job(
              row.getLong("id"),
              row.getString("definition"),
              row.getString("queue"),
              JobState.valueOf(row.getString("state")),
              row.getInt("priority"),
              row.getString("key"),
              enumValue(Job.KeyKind.class, row.getString("key_kind")),
              row.getString("payload"),
              row.getTimestamp("created_at").toInstant(),
              instant(row, "run_at"),
              row.getInt("attempt"),
              row.getInt("failures"),
              row.getInt("losses"),
              enumValue(Job.BlockedReason.class, row.getString("blocked")),
              number(row, "blocker"),
              number(row, "worker_id"),
              instant(row, "claimed_at"),
              instant(row, "started_at"),
              instant(row, "finished_at"),
              row.getString("result"),
              row.getString("error_type"),
              row.getString("error"),
              number(row, "coalesced_into"),
              row.getString("group_name"),
              instant(row, "start_before"),
              number(row, "clone_of"),
              number(row, "parent_id"),
              LimitTable.integer(row, "array_index"));

  private JobTable() {}

  public static Optional<Job> find(Handle handle, long id) {
    return handle.createQuery(FIND).bind("id", id).map(JOB).findFirst();
  }

  /** Attempts of a job, oldest first. */
  public static List<Attempt> attempts(Handle handle, long id) {
    return handle
        .createQuery(ATTEMPTS)
        .bind("id", id)
        .map((row, context) ->
            new Attempt(
                row.getInt("number"),
                enumValue(Attempt.Outcome.class, row.getString("outcome")),
                row.getLong("worker_id"),
                row.getTimestamp("claimed_at").toInstant(),
                instant(row, "started_at"),
                instant(row, "ended_at"),
                row.getString("error_type"),
                row.getString("error")))
        .list();
  }

  public static boolean hasEnded(Handle handle, long id) {
    return handle.createQuery(HAS_ENDED).bind("id", id).mapTo(Boolean.class).one();
  }

  public static boolean isLive(Handle handle, long id) {
    return handle.createQuery(IS_LIVE).bind("id", id).mapTo(Boolean.class).one();
  }

  /** Those of the jobs that have not ended. */
  public static Set<Long> live(Handle handle, Collection<Long> ids) {
    return handle
        .createQuery(LIVE_OF)
        .bindArray("ids", Long.class, List.copyOf(ids))
        .mapTo(Long.class)
        .set();
  }

  /** Whether a READY job of one of the queues, an open one, waits for one of the definitions. */
  public static boolean hasRunnable(
      Handle handle, List<String> queues, List<Integer> definitionIds) {
    return handle
        .createQuery(HAS_RUNNABLE)
        .bindArray("queues", String.class, queues)
        .bindArray("definition_ids", Integer.class, definitionIds)
        .mapTo(Boolean.class)
        .one();
  }

  /** How many READY jobs of its queue go before a READY job, counted up to {@code max}. */
  public static long ahead(Handle handle, long id, int priority, int max) {
    return handle
        .createQuery(AHEAD)
        .bind("id", id)
        .bind("priority", priority)
        .bind("max", max)
        .mapTo(Long.class)
        .one();
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    var timestamp = row.getTimestamp(column);
    return timestamp == null ? null : timestamp.toInstant();
  }

  static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  private static <E extends Enum<E>> @Nullable E enumValue(Class<E> type, @Nullable String name) {
    return name == null ? null : Enum.valueOf(type, name);
  }
}
