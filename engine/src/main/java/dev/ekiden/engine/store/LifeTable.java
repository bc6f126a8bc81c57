package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.KeyTable.QueueKey;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

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

  private static final String RUN_NOW =
      Columns.in(
          """
          WITH moved AS (
            DELETE FROM ekiden.scheduled WHERE id = :id RETURNING *
          )
          INSERT INTO ekiden.ready
            ({live})
          SELECT {live}
          FROM moved
          RETURNING queue_id
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
          JOIN (SELECT id, attempt, failures, losses FROM moved) AS moved USING (id)
          """);

  // ready has no index by id alone; its order index is asked once for each priority.
  private static final String CANCEL_READY =
      """
      WITH moved AS (
        DELETE FROM ekiden.ready
        WHERE queue_id = (SELECT queue_id FROM ekiden.job WHERE id = :id)
          AND priority = ANY (CAST('{0,1,2,3,4,5,6,7,8,9}' AS smallint[]))
          AND group_id = (SELECT group_id FROM ekiden.job WHERE id = :id)
          AND id = :id
        RETURNING *
      ),
      """
          + END_CANCELED;

  private static final String CANCEL_SCHEDULED =
      """
      WITH moved AS (
        DELETE FROM ekiden.scheduled WHERE id = :id RETURNING *
      ),
      """
          + END_CANCELED;

  private static final String CANCEL_BLOCKED =
      """
      WITH moved AS (
        DELETE FROM ekiden.blocked WHERE id = :id RETURNING *
      ),
      """
          + END_CANCELED;

  private static final String ASK_TO_STOP =
      "UPDATE ekiden.running SET cancel_requested = true WHERE id = :id RETURNING worker_id";

  /** Who asks for a job again wants it run: a deadline that is over is forgotten. */
  private static final String AGAIN =
      Columns.in("{job}")
          .replace(
              "start_before", "CASE WHEN start_before > ekiden.engine_now() THEN start_before END");

  private static final String REDRIVE =
      Columns.in(
          """
          WITH back AS (
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
          )
          INSERT INTO ekiden.ready ({live})
          SELECT id, queue_id, priority, definition_id, NULLIF(key_kind, 'UNIQUE'),
                 CASE WHEN key_kind <> 'UNIQUE' THEN key END, key_limit, group_id, vcpus, false,
                 attempt, 0, 0
          FROM back
          RETURNING queue_id, id
          """
              .replace("{again}", AGAIN));

  private static final String FAILED_OF_QUEUE =
      """
      SELECT id
      FROM ekiden.finished
      WHERE queue_id = :queue_id AND state = 'FAILED' AND id > :after
      ORDER BY id
      LIMIT :max
      """;

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

  /** Makes a SCHEDULED job READY; answers its queue, or empty if it is not SCHEDULED. */
  public static Optional<Short> runNow(Handle handle, long id) {
    return handle.createQuery(RUN_NOW).bind("id", id).mapTo(Short.class).findOne();
  }

  /** Ends a job that no worker has; false if it is in none of those states just now. */
  public static boolean cancelWaiting(Handle handle, long id) {
    // Its key may go on when it is gone, which the gate keeps claims from missing.
    Optional<Map.Entry<QueueKey, KeyKind>> key = KeyTable.keyOf(handle, id);
    key.ifPresent(present -> Gate.lock(handle, present.getKey().queueId()));
    boolean canceled =
        handle.createUpdate(CANCEL_READY).bind("id", id).execute() > 0
            || handle.createUpdate(CANCEL_SCHEDULED).bind("id", id).execute() > 0
            || handle.createUpdate(CANCEL_BLOCKED).bind("id", id).execute() > 0;
    if (canceled) {
      List<Long> ended = new ArrayList<>(List.of(id));
      ended.addAll(SettleTable.settleAbsorbed(handle, List.of(id)));
      key.ifPresent(present -> KeyTable.free(handle, Map.ofEntries(present)));
      DependencyTable.forget(handle, List.of(id));
      ArrayTable.endedAndTell(handle, ended);
    }
    return canceled;
  }

  /** Asks the worker that has a job to stop it; answers the worker, or empty if none has it. */
  public static Optional<Long> askToStop(Handle handle, long id) {
    return handle.createQuery(ASK_TO_STOP).bind("id", id).mapTo(Long.class).findOne();
  }

  /** What a redrive brought back. */
  public record Redriven(List<Long> ids, List<Short> queueIds) {}

  /** Makes FAILED and CANCELED jobs READY again with no failures counted. */
  public static Redriven redrive(Handle handle, List<Long> ids) {
    List<Long> redriven = new ArrayList<>();
    TreeSet<Short> queueIds = new TreeSet<>();
    handle
        .createQuery(REDRIVE)
        .bindArray("ids", Long.class, ids)
        .map((row, context) -> {
          queueIds.add(row.getShort("queue_id"));
          return redriven.add(row.getLong("id"));
        })
        .list();
    if (!redriven.isEmpty()) {
      ArrayTable.runAgain(handle, redriven);
    }
    return new Redriven(redriven, List.copyOf(queueIds));
  }

  /** Ids of FAILED jobs of a queue, in order, after a given one. */
  public static List<Long> failedOf(Handle handle, short queueId, long after, int max) {
    return handle
        .createQuery(FAILED_OF_QUEUE)
        .bind("queue_id", queueId)
        .bind("after", after)
        .bind("max", max)
        .mapTo(Long.class)
        .list();
  }
}
