package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.KeyTable.QueueKey;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Moves of a job's life that no worker makes: due, cancel, run now, redrive. */
public final class LifeTable {

  private static final String DUE =
      Columns.in(
          """
          WITH due AS MATERIALIZED (
            SELECT ctid AS place
            FROM ekiden.scheduled
            WHERE run_at <= (SELECT ekiden.engine_now())
            ORDER BY run_at
            LIMIT :max
            FOR UPDATE SKIP LOCKED
          ),
          moved AS (
            DELETE FROM ekiden.scheduled WHERE ctid = ANY (ARRAY(SELECT place FROM due))
            RETURNING *
          )
          INSERT INTO ekiden.ready
            ({live})
          SELECT {live}
          FROM moved
          RETURNING queue_id
          """);

  private static final String NEXT_DUE =
      """
      SELECT CAST(EXTRACT(EPOCH FROM min(run_at) - ekiden.engine_now()) * 1000000 AS bigint)
      FROM ekiden.scheduled
      """;

  // Those that are to wait a little longer stay where they are.
  private static final String RUN_NOW =
      Columns.in(
          """
          WITH asked AS MATERIALIZED (
            SELECT scheduled.id, t.run_at
            FROM unnest(CAST(:ids AS bigint[]), CAST(:run_ats AS timestamptz[])) AS t(id, run_at)
            JOIN ekiden.scheduled ON scheduled.id = t.id
            ORDER BY scheduled.id
            FOR UPDATE OF scheduled
          ),
          moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          moved AS (
            DELETE FROM ekiden.scheduled
            WHERE id = ANY (ARRAY(
              SELECT id FROM asked, moment WHERE run_at IS NULL OR run_at <= moment.now))
            RETURNING *
          ),
          due AS (
            INSERT INTO ekiden.ready ({live}) SELECT {live} FROM moved RETURNING id, queue_id
          ),
          later AS (
            UPDATE ekiden.scheduled
            SET run_at = asked.run_at
            FROM asked, moment
            WHERE scheduled.id = asked.id AND asked.run_at > moment.now
            RETURNING scheduled.id, scheduled.queue_id
          )
          SELECT id, queue_id, false AS later FROM due
          UNION ALL
          SELECT id, queue_id, true FROM later
          """);

  /** What all three cancels end with: the state row is gone as {@code moved}, now the rest. */
  private static final String END_CANCELED =
      Columns.in(
          """
          ended AS (
            DELETE FROM ekiden.job
            WHERE id = ANY (ARRAY(SELECT id FROM moved))
            RETURNING *
          )
          INSERT INTO ekiden.finished
            ({job}, state, attempt, failures, losses, finished_at, error_type)
          SELECT {job}, 'CANCELED', attempt, failures, losses, ekiden.engine_now(), 'canceled'
          FROM ended
          FULL JOIN (SELECT id, attempt, failures, losses FROM moved) AS moved USING (id)
          WHERE CASE WHEN definition_id IS NULL OR attempt IS NULL THEN false ELSE true END
          RETURNING id
          """);

  // ready has no index by id alone; its order index is asked once for each priority.
  private static final String CANCEL_READY =
      """
      WITH asked AS MATERIALIZED (
        SELECT id, queue_id, group_id FROM ekiden.job WHERE id = ANY (CAST(:ids AS bigint[]))
      ),
      moved AS (
        DELETE FROM ekiden.ready
        USING asked
        WHERE ready.queue_id = asked.queue_id
          AND ready.priority = ANY (CAST('{0,1,2,3,4,5,6,7,8,9}' AS smallint[]))
          AND ready.group_id = asked.group_id
          AND ready.id = asked.id
        RETURNING ready.id, ready.attempt, ready.failures, ready.losses
      ),
      """
          + END_CANCELED;

  private static final String CANCEL_SCHEDULED =
      """
      WITH moved AS (
        DELETE FROM ekiden.scheduled WHERE id = ANY (CAST(:ids AS bigint[])) RETURNING *
      ),
      """
          + END_CANCELED;

  private static final String CANCEL_BLOCKED =
      """
      WITH moved AS (
        DELETE FROM ekiden.blocked WHERE id = ANY (CAST(:ids AS bigint[])) RETURNING *
      ),
      """
          + END_CANCELED;

  private static final String QUEUES_OF =
      "SELECT DISTINCT queue_id FROM ekiden.job WHERE id = ANY (CAST(:ids AS bigint[]))";

  private static final String ASK_TO_STOP =
      """
      UPDATE ekiden.running
      SET cancel_requested = true
      WHERE id = ANY (ARRAY(
        SELECT id
        FROM ekiden.running
        WHERE id = ANY (CAST(:ids AS bigint[]))
        ORDER BY id
        FOR UPDATE))
      RETURNING id, worker_id
      """;

  /** Who asks for a job again wants it run: a deadline that is over is forgotten. */
  private static final String AGAIN =
      Columns.in("{job}")
          .replace(
              "start_before", "CASE WHEN start_before > ekiden.engine_now() THEN start_before END");

  private static final String REDRIVE =
      Columns.in(
          """
          WITH asked AS MATERIALIZED (
            SELECT *
            FROM unnest(CAST(:ids AS bigint[]), CAST(:run_ats AS timestamptz[])) AS t(id, run_at)
          ),
          moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          back AS (
            DELETE FROM ekiden.finished
            WHERE id = ANY (ARRAY(
              SELECT id
              FROM ekiden.finished
              WHERE id = ANY (CAST(:ids AS bigint[])) AND state IN ('FAILED', 'CANCELED')
                AND NOT EXISTS (SELECT FROM ekiden.array_job WHERE array_job.id = finished.id)
              ORDER BY id
              FOR UPDATE))
            RETURNING *
          ),
          trail AS (
            INSERT INTO ekiden.attempt
              (job_id, number, outcome, worker_id, claimed_at, started_at, ended_at, error_type, error)
            SELECT id, attempt, CAST(CAST(state AS text) AS ekiden.attempt_outcome), worker_id,
                   claimed_at, started_at, finished_at, error_type, error
            FROM back
            WHERE claimed_at IS NOT NULL
          ),
          stored AS (
            INSERT INTO ekiden.job ({job}) SELECT {again} FROM back
          ),
          live AS (
            SELECT id, queue_id, priority, definition_id, NULLIF(key_kind, 'UNIQUE') AS key_kind,
                   CASE WHEN key_kind <> 'UNIQUE' THEN key END AS key, key_limit, group_id, vcpus,
                   false AS dependent, attempt, 0 AS failures, 0 AS losses,
                   CASE WHEN run_at > moment.now THEN run_at END AS run_at
            FROM back
            JOIN asked USING (id)
            CROSS JOIN moment
          ),
          due AS (
            INSERT INTO ekiden.ready ({live}) SELECT {live} FROM live WHERE run_at IS NULL
          ),
          later AS (
            INSERT INTO ekiden.scheduled ({live}, run_at, backing_off)
            SELECT {live}, run_at, false FROM live WHERE run_at IS NOT NULL
          )
          SELECT id, queue_id, run_at IS NOT NULL AS later FROM live
          """
              .replace("{again}", AGAIN));

  private LifeTable() {}

  /** Moves up to {@code max} due jobs to READY; answers one queue id for each. */
  public static List<Short> promoteDue(Handle handle, int max) {
    return handle.createQuery(DUE).bind("max", max).mapTo(Short.class).list();
  }

  /** How long until the next scheduled job is due; empty when there is none. */
  public static Optional<Duration> nextDue(Handle handle) {
    return handle
        .createQuery(NEXT_DUE)
        .mapTo(Long.class)
        .findOne()
        .map(micros -> Duration.of(Math.max(0, micros), ChronoUnit.MICROS));
  }

  /**
   * Jobs that were set going again.
   *
   * @param queueIds queues that have READY jobs among them
   * @param later whether some of them wait for their time
   */
  public record Restarted(List<Long> ids, Set<Short> queueIds, boolean later) {}

  /**
   * Makes SCHEDULED jobs READY, or due at other times.
   *
   * @param runAts when each of them may run, an ISO instant; null for now
   */
  public static Restarted runNow(Handle handle, List<Long> ids, List<@Nullable String> runAts) {
    return restart(handle, RUN_NOW, ids, runAts);
  }

  /**
   * Makes FAILED and CANCELED jobs READY again with no failures counted, or SCHEDULED.
   *
   * @param runAts when each of them may run, an ISO instant; null for now
   */
  public static Restarted redrive(Handle handle, List<Long> ids, List<@Nullable String> runAts) {
    Restarted restarted = restart(handle, REDRIVE, ids, runAts);
    if (!restarted.ids().isEmpty()) {
      ArrayTable.runAgain(handle, restarted.ids());
    }
    return restarted;
  }

  private static Restarted restart(
      Handle handle, String statement, List<Long> ids, List<@Nullable String> runAts) {
    List<Long> restarted = new ArrayList<>();
    TreeSet<Short> queueIds = new TreeSet<>();
    boolean[] later = new boolean[1];
    handle
        .createQuery(statement)
        .bindArray("ids", Long.class, ids)
        .bindArray("run_ats", String.class, runAts)
        .map((row, context) -> {
          if (row.getBoolean("later")) {
            later[0] = true;
          } else {
            queueIds.add(row.getShort("queue_id"));
          }
          return restarted.add(row.getLong("id"));
        })
        .list();
    return new Restarted(restarted, queueIds, later[0]);
  }

  /**
   * Ends jobs that no worker has; answers which, for some may be in none of those states just now.
   * To be called after rows of {@code running} were locked, if any.
   */
  public static List<Long> cancelWaiting(Handle handle, List<Long> ids) {
    // Keys may go on when their jobs are gone, which the gates keep claims from missing; and under
    // them no two transactions take the same rows in other orders.
    Gate.lock(
        handle,
        handle.createQuery(QUEUES_OF).bindArray("ids", Long.class, ids).mapTo(Short.class).list());
    Map<Long, Map.Entry<QueueKey, KeyKind>> keys = KeyTable.keysOf(handle, ids);
    List<Long> canceled = new ArrayList<>();
    for (String statement : List.of(CANCEL_READY, CANCEL_SCHEDULED, CANCEL_BLOCKED)) {
      canceled.addAll(
          handle.createQuery(statement).bindArray("ids", Long.class, ids).mapTo(Long.class).list());
    }
    if (!canceled.isEmpty()) {
      List<Long> ended = new ArrayList<>(canceled);
      ended.addAll(SettleTable.settleAbsorbed(handle, canceled));
      Map<QueueKey, KeyKind> free = new TreeMap<>();
      for (long id : canceled) {
        Map.Entry<QueueKey, KeyKind> key = keys.get(id);
        if (key != null) {
          free.put(key.getKey(), key.getValue());
        }
      }
      KeyTable.free(handle, free);
      DependencyTable.forget(handle, canceled);
      ArrayTable.endedAndTell(handle, ended);
    }
    return canceled;
  }

  /** Asks the workers that have jobs to stop them; answers the worker of each that has one. */
  public static Map<Long, Long> askToStop(Handle handle, List<Long> ids) {
    Map<Long, Long> workers = new HashMap<>();
    handle
        .createQuery(ASK_TO_STOP)
        .bindArray("ids", Long.class, ids)
        .map((row, context) -> workers.put(row.getLong("id"), row.getLong("worker_id")))
        .list();
    return workers;
  }
}
