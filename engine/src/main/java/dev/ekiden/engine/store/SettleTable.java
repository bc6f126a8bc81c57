package dev.ekiden.engine.store;

import dev.ekiden.engine.Attempt.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How attempts end, whoever ends them: the worker, a drain, or the recovery of a dead worker.
 *
 * <p>An end counts only for the attempt, and from the worker, that {@code running} knows; one that
 * comes too late changes nothing. Rows are locked in the order of their ids, then key rows in the
 * order of their text; the parked jobs of a key are freed by a statement of their own after the
 * key's row is locked, so that it sees what a claim parked meanwhile.
 */
public final class SettleTable {

  /**
   * The end of an attempt.
   *
   * @param ref which attempt, and who held it
   * @param workerLost whether the attempt ends because its worker is gone, which counts as a loss
   * @param delayMicros rest before the next attempt, for RETRIED
   * @param startedAgoMicros how long ago its handler started; null if it never did
   * @param counted whether RETRIED counts as a failure
   */
  public record Settlement(
      AttemptRef ref,
      Outcome outcome,
      boolean workerLost,
      long delayMicros,
      @Nullable Long startedAgoMicros,
      @Nullable String result,
      @Nullable String errorType,
      @Nullable String error,
      boolean counted) {

    /** An end that counts as its outcome says. */
    public Settlement(
        AttemptRef ref,
        Outcome outcome,
        boolean workerLost,
        long delayMicros,
        @Nullable Long startedAgoMicros,
        @Nullable String result,
        @Nullable String errorType,
        @Nullable String error) {
      this(ref, outcome, workerLost, delayMicros, startedAgoMicros, result, errorType, error, true);
    }

    /** The same end with a note in place of its result and error. */
    public Settlement withoutTexts(String note) {
      return new Settlement(
          ref, outcome, workerLost, delayMicros, startedAgoMicros, null, errorType, note, counted);
    }
  }

  /** An end that counted, with the outcome that was stored. */
  public record Settled(AttemptRef ref, short queueId, @Nullable String key, Outcome outcome) {
    boolean endsJob() {
      return switch (outcome) {
        case SUCCEEDED, FAILED, CANCELED -> true;
        case RETRIED, RETURNED, LOST -> false;
      };
    }
  }

  private record QueueKey(short queueId, String key) implements Comparable<QueueKey> {
    @Override
    public int compareTo(QueueKey other) {
      int byQueue = Short.compare(queueId, other.queueId);
      return byQueue != 0 ? byQueue : key.compareTo(other.key);
    }
  }

  // A stop asked for by a cancel wins over everything that would run the job again. An attempt that
  // never started is given back as if it had not been claimed, unless its worker may still be alive
  // somewhere: then its number stays used.
  private static final String SETTLE =
      """
      WITH input AS MATERIALIZED (
        SELECT *
        FROM unnest(
               CAST(:ids AS bigint[]), CAST(:attempts AS integer[]),
               CAST(:worker_ids AS bigint[]), CAST(:outcomes AS text[]),
               CAST(:losts AS boolean[]), CAST(:delays AS bigint[]), CAST(:agos AS bigint[]),
               CAST(:results AS text[]), CAST(:error_types AS text[]), CAST(:errors AS text[]),
               CAST(:counted AS boolean[]))
             AS t(id, attempt, worker_id, outcome, worker_lost, delay_micros, ago_micros, result, error_type,
                  error, counted)
      ),
      moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
      held AS MATERIALIZED (
        SELECT running.id, running.worker_id, running.queue_id, running.priority,
               running.definition_id, running.attempt, running.failures, running.losses,
               running.key, running.claimed_at, input.worker_lost, input.delay_micros,
               input.result, input.error_type, input.error, input.counted,
               CASE WHEN input.ago_micros IS NULL THEN running.started_at
                    ELSE moment.now - input.ago_micros * interval '1 microsecond'
               END AS started_at,
               input.ago_micros IS NULL AND NOT input.worker_lost AS untouched,
               CASE WHEN running.cancel_requested
                         AND input.outcome IN ('RETRIED', 'RETURNED', 'LOST')
                    THEN 'CANCELED'
                    ELSE input.outcome
               END AS outcome
        FROM ekiden.running
        JOIN input ON running.id = input.id AND running.attempt = input.attempt
             AND running.worker_id = input.worker_id
        CROSS JOIN moment
        ORDER BY running.id
        FOR UPDATE OF running
      ),
      gone AS (
        DELETE FROM ekiden.running WHERE id = ANY (ARRAY(SELECT id FROM held))
      ),
      ended AS (
        DELETE FROM ekiden.job
        WHERE id = ANY (ARRAY(
          SELECT id FROM held WHERE outcome IN ('SUCCEEDED', 'FAILED', 'CANCELED')))
        RETURNING *
      ),
      history AS (
        INSERT INTO ekiden.finished
          (id, state, queue_id, definition_id, priority, key_kind, key, payload, created_at,
           attempt, failures, losses, worker_id, claimed_at, started_at, finished_at, result,
           error_type, error)
        SELECT ended.id, CAST(held.outcome AS ekiden.job_end), ended.queue_id,
               ended.definition_id, ended.priority, ended.key_kind, ended.key, ended.payload,
               ended.created_at, held.attempt,
               held.failures
                 + CASE WHEN held.outcome = 'FAILED' AND NOT held.worker_lost THEN 1 ELSE 0 END,
               held.losses + CASE WHEN held.worker_lost THEN 1 ELSE 0 END,
               held.worker_id, held.claimed_at, held.started_at, moment.now,
               CAST(held.result AS json), held.error_type, held.error
        FROM ended
        JOIN held ON held.id = ended.id
        CROSS JOIN moment
      ),
      again AS (
        INSERT INTO ekiden.scheduled
          (id, run_at, queue_id, priority, definition_id, attempt, failures, losses, key,
           backing_off)
        SELECT id, moment.now + delay_micros * interval '1 microsecond', queue_id, priority,
               definition_id, attempt, failures + CAST(counted AS integer), losses, key, true
        FROM held, moment
        WHERE outcome = 'RETRIED'
      ),
      back AS (
        INSERT INTO ekiden.ready
          (queue_id, priority, id, definition_id, attempt, failures, losses, key)
        SELECT queue_id, priority, id, definition_id,
               CASE WHEN untouched THEN attempt - 1 ELSE attempt END,
               failures,
               losses + CASE WHEN worker_lost AND started_at IS NOT NULL THEN 1 ELSE 0 END,
               key
        FROM held
        WHERE outcome IN ('RETURNED', 'LOST')
      ),
      trail AS (
        INSERT INTO ekiden.attempt
          (job_id, number, outcome, worker_id, claimed_at, started_at, ended_at, error_type, error)
        SELECT id, attempt, CAST(outcome AS ekiden.attempt_outcome), worker_id, claimed_at,
               started_at, moment.now, error_type, error
        FROM held, moment
        WHERE outcome IN ('RETRIED', 'RETURNED', 'LOST') AND started_at IS NOT NULL
          AND NOT untouched
      )
      SELECT id, attempt, worker_id, queue_id, key, outcome FROM held
      """;

  private static final String LET_GO_KEYS =
      """
      DELETE FROM ekiden.running_key
      WHERE ctid = ANY (ARRAY(
        SELECT present.ctid
        FROM ekiden.running_key AS present
        JOIN unnest(CAST(:queue_ids AS smallint[]), CAST(:keys AS text[])) AS t(queue_id, key)
          USING (queue_id, key)
        ORDER BY present.queue_id, present.key COLLATE "C"
        FOR UPDATE OF present))
      """;

  private static final String FREE_PARKED =
      """
      WITH freed AS (
        DELETE FROM ekiden.blocked
        USING unnest(CAST(:queue_ids AS smallint[]), CAST(:keys AS text[])) AS t(queue_id, key)
        WHERE blocked.reason = 'KEY'
          AND blocked.queue_id = t.queue_id
          AND blocked.key = t.key
        RETURNING blocked.*
      )
      INSERT INTO ekiden.ready
        (queue_id, priority, id, definition_id, attempt, failures, losses, key)
      SELECT queue_id, priority, id, definition_id, attempt, failures, losses, key
      FROM freed
      """;

  private static final String SETTLE_ABSORBED =
      """
      WITH absorbed AS (
        DELETE FROM ekiden.blocked
        WHERE reason = 'ABSORBED' AND blocker = ANY (CAST(:ids AS bigint[]))
        RETURNING *
      ),
      ended AS (
        DELETE FROM ekiden.job
        WHERE id = ANY (ARRAY(SELECT id FROM absorbed))
        RETURNING *
      )
      INSERT INTO ekiden.finished
        (id, state, queue_id, definition_id, priority, key_kind, key, payload, created_at, attempt,
         failures, losses, finished_at, error_type, error, coalesced_into)
      SELECT ended.id, leader.state, ended.queue_id, ended.definition_id, ended.priority,
             ended.key_kind, ended.key, ended.payload, ended.created_at, absorbed.attempt,
             absorbed.failures, absorbed.losses, leader.finished_at, leader.error_type,
             leader.error, leader.id
      FROM ended
      JOIN absorbed ON absorbed.id = ended.id
      JOIN ekiden.finished AS leader ON leader.id = absorbed.blocker
      """;

  private SettleTable() {}

  /**
   * Ends attempts.
   *
   * @return those that counted; the rest came too late
   */
  public static List<Settled> settle(Handle handle, Collection<Settlement> settlements) {
    int size = settlements.size();
    List<Long> ids = new ArrayList<>(size);
    List<Integer> attempts = new ArrayList<>(size);
    List<Long> workerIds = new ArrayList<>(size);
    List<String> outcomes = new ArrayList<>(size);
    List<Boolean> losts = new ArrayList<>(size);
    List<Long> delays = new ArrayList<>(size);
    List<@Nullable Long> agos = new ArrayList<>(size);
    List<@Nullable String> results = new ArrayList<>(size);
    List<@Nullable String> errorTypes = new ArrayList<>(size);
    List<@Nullable String> errors = new ArrayList<>(size);
    List<Boolean> counted = new ArrayList<>(size);
    for (Settlement settlement : settlements) {
      ids.add(settlement.ref().jobId());
      attempts.add(settlement.ref().attempt());
      workerIds.add(settlement.ref().workerId());
      outcomes.add(settlement.outcome().name());
      losts.add(settlement.workerLost());
      delays.add(settlement.delayMicros());
      agos.add(settlement.startedAgoMicros());
      results.add(settlement.result());
      errorTypes.add(settlement.errorType());
      errors.add(settlement.error());
      counted.add(settlement.counted());
    }
    List<Settled> settled =
        handle
            .createQuery(SETTLE)
            .bindArray("ids", Long.class, ids)
            .bindArray("attempts", Integer.class, attempts)
            .bindArray("worker_ids", Long.class, workerIds)
            .bindArray("outcomes", String.class, outcomes)
            .bindArray("losts", Boolean.class, losts)
            .bindArray("delays", Long.class, delays)
            .bindArray("agos", Long.class, agos)
            .bindArray("results", String.class, results)
            .bindArray("error_types", String.class, errorTypes)
            .bindArray("errors", String.class, errors)
            .bindArray("counted", Boolean.class, counted)
            .map((row, context) ->
                new Settled(
                    new AttemptRef(
                        row.getLong("id"), row.getInt("attempt"), row.getLong("worker_id")),
                    row.getShort("queue_id"),
                    row.getString("key"),
                    Outcome.valueOf(row.getString("outcome"))))
            .list();
    freeKeys(handle, settled);
    return settled;
  }

  /** Ends whatever the given ended jobs had absorbed, in the same way. */
  static void settleAbsorbed(Handle handle, List<Long> endedIds) {
    handle.createUpdate(SETTLE_ABSORBED).bindArray("ids", Long.class, endedIds).execute();
  }

  private static void freeKeys(Handle handle, List<Settled> settled) {
    TreeSet<QueueKey> keys = new TreeSet<>();
    List<Long> endedIds = new ArrayList<>();
    for (Settled end : settled) {
      if (end.key() != null) {
        keys.add(new QueueKey(end.queueId(), end.key()));
        if (end.endsJob()) {
          endedIds.add(end.ref().jobId());
        }
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    List<Short> queueIds = keys.stream().map(QueueKey::queueId).toList();
    List<String> texts = keys.stream().map(QueueKey::key).toList();
    handle
        .createUpdate(LET_GO_KEYS)
        .bindArray("queue_ids", Short.class, queueIds)
        .bindArray("keys", String.class, texts)
        .execute();
    handle
        .createUpdate(FREE_PARKED)
        .bindArray("queue_ids", Short.class, queueIds)
        .bindArray("keys", String.class, texts)
        .execute();
    if (!endedIds.isEmpty()) {
      settleAbsorbed(handle, endedIds);
    }
  }
}
