package dev.ekiden.engine.store;

import static java.util.stream.Collectors.toSet;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.ArrayTable.Ends;
import dev.ekiden.engine.store.KeyTable.QueueKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How attempts end, whoever ends them: the worker, a drain, or the recovery of a dead worker.
 *
 * <p>An end counts only for the attempt, and from the worker, that {@code running} knows; one that
 * comes too late changes nothing. Rows are locked first, then the gates of the queues of keyed
 * attempts; the parked jobs of a key are freed by a statement of their own after that, so that it
 * sees what a claim parked meanwhile. Ends that end their jobs, as nearly all do, are stored by
 * {@link EndTable}, which takes less; what it leaves over takes the statement that knows every
 * case.
 *
 * <p>A row that somebody else has locked is passed by, for it may be a handler's own transaction
 * that completes the attempt (see {@link CompletionTable}) and takes its time. {@link
 * #stillRunning} tells such an end, which must be tried again, from one that came too late.
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

  /**
   * An end that counted, with the outcome that was stored.
   *
   * @param wakes whose claims it makes room for: a queue, 0 all queues, null none
   * @param decides whether other jobs wait, or waited, for this one; then the transaction must not
   *     take another gate
   */
  public record Settled(
      AttemptRef ref,
      short queueId,
      @Nullable KeyKind keyKind,
      @Nullable String key,
      @Nullable Short wakes,
      Outcome outcome,
      boolean decides) {
    /** The same with queues that have jobs now that waited for this one. */
    Settled deciding(Set<Short> queueIds) {
      Short wakesToo = wakes;
      for (short id : queueIds) {
        wakesToo = wakesToo == null || wakesToo == id ? (Short) id : (Short) Gate.EVERY_QUEUE;
      }
      return new Settled(ref, queueId, keyKind, key, wakesToo, outcome, true);
    }

    /** The same as a child of an array job, which gets it counted. */
    Settled countedFor(long parent, SortedMap<Long, Ends> ofParents) {
      Ends before = ofParents.getOrDefault(parent, new Ends(0, 0));
      ofParents.put(parent, before.and(outcome == Outcome.SUCCEEDED));
      return deciding(Set.of());
    }

    /** Whether the job has ended with this attempt. */
    public boolean endsJob() {
      return SettleTable.endsJob(outcome);
    }
  }

  // Rows of running go by their ids, for they may change while the statement runs, as when a start
  // is noted or a stop is asked for: then the place that was locked is not what its DELETE sees.
  // For its FULL joins see Plans.
  //
  // A stop asked for by a cancel wins over everything that would run the job again. An attempt that
  // never started is given back as if it had not been claimed, unless its worker may still be alive
  // somewhere: then its number stays used. What a handler has completed in a transaction of its own
  // stays completed, whatever is said here. An attempt of an older epoch of its group ends nothing.
  private static final String SETTLE =
      Columns.in(
          """
          WITH moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          held AS MATERIALIZED (
            SELECT {live}, worker_id, wakes, claimed_at, worker_lost, delay_micros, counted,
                   CASE WHEN completed THEN CAST(completed_result AS text) ELSE given_result
                   END AS result,
                   CASE WHEN completed THEN NULL ELSE given_error_type END AS error_type,
                   CASE WHEN completed THEN NULL ELSE given_error END AS error,
                   CASE WHEN ago_micros IS NULL THEN started_at
                        ELSE (SELECT now FROM moment) - ago_micros * interval '1 microsecond'
                   END AS started_at,
                   ago_micros IS NULL AND NOT worker_lost AS untouched,
                   CASE WHEN completed THEN 'SUCCEEDED'
                        WHEN group_id <> 0
                             AND group_epoch
                                 <> COALESCE(
                                      (SELECT epoch FROM ekiden.job_group WHERE id = group_id), 1)
                        THEN 'RETURNED'
                        WHEN cancel_requested AND wanted IN ('RETRIED', 'RETURNED', 'LOST')
                        THEN 'CANCELED'
                        ELSE wanted
                   END AS outcome
            FROM (
              SELECT *
              FROM ekiden.running
              WHERE id = ANY (CAST(:ids AS bigint[]))
              FOR UPDATE SKIP LOCKED) AS running
            FULL JOIN unnest(
                   CAST(:ids AS bigint[]), CAST(:attempts AS integer[]),
                   CAST(:worker_ids AS bigint[]), CAST(:outcomes AS text[]),
                   CAST(:losts AS boolean[]), CAST(:delays AS bigint[]), CAST(:agos AS bigint[]),
                   CAST(:results AS text[]), CAST(:error_types AS text[]), CAST(:errors AS text[]),
                   CAST(:counted AS boolean[]))
                 AS t(id, attempt, worker_id, wanted, worker_lost, delay_micros, ago_micros,
                      given_result, given_error_type, given_error, counted)
                 USING (id, attempt, worker_id)
            WHERE CASE WHEN queue_id IS NULL OR wanted IS NULL THEN false ELSE true END
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
          again AS (
            INSERT INTO ekiden.scheduled
              ({kept}, attempt, failures, losses, run_at, backing_off)
            SELECT {kept}, attempt, failures + CAST(counted AS integer), losses,
                   (SELECT now FROM moment) + delay_micros * interval '1 microsecond', true
            FROM held
            WHERE outcome = 'RETRIED' AND delay_micros > 0
          ),
          back AS (
            INSERT INTO ekiden.ready
              ({kept}, attempt, failures, losses)
            SELECT {kept},
                   CASE WHEN untouched AND outcome = 'RETURNED' THEN attempt - 1 ELSE attempt END,
                   failures
                     + CASE WHEN outcome = 'RETRIED' THEN CAST(counted AS integer) ELSE 0 END,
                   losses + CASE WHEN worker_lost AND started_at IS NOT NULL THEN 1 ELSE 0 END
            FROM held
            WHERE outcome IN ('RETURNED', 'LOST') OR (outcome = 'RETRIED' AND delay_micros <= 0)
          ),
          trail AS (
            INSERT INTO ekiden.attempt
              (job_id, number, outcome, worker_id, claimed_at, started_at, ended_at, error_type, error)
            SELECT id, attempt, CAST(outcome AS ekiden.attempt_outcome), worker_id, claimed_at,
                   started_at, (SELECT now FROM moment), error_type, error
            FROM held
            WHERE outcome IN ('RETRIED', 'RETURNED', 'LOST') AND started_at IS NOT NULL
              AND NOT untouched
          ),
          """
              + history(
                  """
                  SELECT id, outcome, attempt, failures, losses, worker_lost, worker_id, claimed_at,
                         started_at, result, error_type, error
                  FROM held
                  """)
              + """
              SELECT id, attempt, worker_id, queue_id, CAST(key_kind AS text) AS key_kind, key, wakes,
                     outcome, CAST(NULL AS bigint) AS parent_id
              FROM held
              UNION ALL -- and after them those that are children of array jobs
              SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, parent_id
              FROM ended
              WHERE parent_id IS NOT NULL
              """);

  private static final String SETTLE_ABSORBED =
      Columns.in(
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
            ({job}, state, attempt, failures, losses, finished_at, error_type, error, coalesced_into)
          SELECT {job}, leader.state, absorbed.attempt, absorbed.failures, absorbed.losses,
                 leader.finished_at, leader.error_type, leader.error, blocker
          FROM ended
          FULL JOIN (SELECT id, attempt, failures, losses, blocker FROM absorbed) AS absorbed
            USING (id)
          FULL JOIN (
            SELECT id AS blocker, state, finished_at, error_type, error
            FROM ekiden.finished
            WHERE id = ANY (CAST(:ids AS bigint[]))) AS leader USING (blocker)
          WHERE CASE WHEN definition_id IS NULL OR attempt IS NULL OR leader.state IS NULL
                     THEN false ELSE true END
          RETURNING id
          """);

  private static final String STILL_RUNNING =
      """
      SELECT id, attempt, worker_id
      FROM ekiden.running
      WHERE id = ANY (CAST(:ids AS bigint[]))
      """;

  private SettleTable() {}

  /**
   * A part of a statement that moves the rows of a CTE {@code ended}, which come from {@code job},
   * to {@code finished}; it also needs a CTE {@code moment}.
   *
   * @param last selects what became of each: id, outcome, attempt, failures, losses, worker_lost,
   *     worker_id, claimed_at, started_at, result, error_type and error
   */
  static String history(String last) {
    // The CASE of constants spares a look at the type's catalogue for each row.
    return """
    history AS (
      INSERT INTO ekiden.finished
        ({job}, state, attempt, failures, losses, worker_id, claimed_at, started_at,
         finished_at, result, error_type, error)
      SELECT {job},
             CASE outcome
               WHEN 'SUCCEEDED' THEN CAST('SUCCEEDED' AS ekiden.job_end)
               WHEN 'FAILED' THEN CAST('FAILED' AS ekiden.job_end)
               WHEN 'CANCELED' THEN CAST('CANCELED' AS ekiden.job_end)
             END,
             attempt,
             failures + CASE WHEN outcome = 'FAILED' AND NOT worker_lost THEN 1 ELSE 0 END,
             losses + CASE WHEN worker_lost AND started_at IS NOT NULL AND outcome <> 'SUCCEEDED'
                           THEN 1 ELSE 0 END,
             worker_id, claimed_at, started_at, (SELECT now FROM moment), CAST(result AS json),
             error_type, error
      FROM ended
      FULL JOIN (%s) AS last USING (id)
      WHERE CASE WHEN definition_id IS NULL OR outcome IS NULL THEN false ELSE true END
    )
    """
        .formatted(last);
  }

  /**
   * Ends attempts.
   *
   * @return those that counted; the rest came too late, or are {@link #stillRunning}
   */
  public static List<Settled> settle(Handle handle, Collection<Settlement> settlements) {
    SortedMap<Long, Ends> ofParents = new TreeMap<>();
    List<Settled> settled = EndTable.end(handle, settlements, ofParents);
    List<Settlement> rest = without(settlements, settled);
    if (!rest.isEmpty()) {
      Plans.useIndexes(handle);
      settled.addAll(settleAny(handle, rest, ofParents));
    }
    List<Long> ended = new ArrayList<>();
    settled.stream().filter(Settled::endsJob).forEach(end -> ended.add(end.ref().jobId()));
    ended.addAll(freeKeys(handle, settled));
    ended.addAll(ArrayTable.count(handle, ofParents));
    Set<Short> decided = DependencyTable.ended(handle, ended);
    if (decided != null) {
      settled.replaceAll(end -> end.endsJob() ? end.deciding(decided) : end);
    }
    return settled;
  }

  private static List<Settlement> without(
      Collection<Settlement> settlements, List<Settled> settled) {
    if (settled.size() == settlements.size()) {
      return List.of();
    }
    Set<AttemptRef> done = settled.stream().map(Settled::ref).collect(toSet());
    return settlements.stream().filter(settlement -> !done.contains(settlement.ref())).toList();
  }

  private static List<Settled> settleAny(
      Handle handle, List<Settlement> settlements, SortedMap<Long, Ends> ofParents) {
    return handle
        .createQuery(SETTLE)
        .bind("ids", SqlArray.bigints(settlements, end -> end.ref().jobId()))
        .bind("attempts", SqlArray.integers(settlements, end -> end.ref().attempt()))
        .bind("worker_ids", SqlArray.bigints(settlements, end -> end.ref().workerId()))
        .bind("outcomes", SqlArray.texts(settlements, end -> end.outcome().name()))
        .bind("losts", SqlArray.booleans(settlements, Settlement::workerLost))
        .bind("delays", SqlArray.bigints(settlements, Settlement::delayMicros))
        .bind("agos", SqlArray.bigints(settlements, Settlement::startedAgoMicros))
        .bind("results", SqlArray.texts(settlements, Settlement::result))
        .bind("error_types", SqlArray.texts(settlements, Settlement::errorType))
        .bind("errors", SqlArray.texts(settlements, Settlement::error))
        .bind("counted", SqlArray.booleans(settlements, Settlement::counted))
        .scanResultSet((rows, context) -> settled(rows.get(), ofParents));
  }

  /**
   * @param ofParents gets how many children of each array job ended
   */
  private static List<Settled> settled(ResultSet row, SortedMap<Long, Ends> ofParents)
      throws SQLException {
    Map<Long, Settled> settled = new LinkedHashMap<>();
    while (row.next()) {
      long id = row.getLong("id");
      Long parent = JobTable.number(row, "parent_id");
      if (parent == null) {
        settled.put(
            id,
            new Settled(
                new AttemptRef(id, row.getInt("attempt"), row.getLong("worker_id")),
                row.getShort("queue_id"),
                keyKind(row.getString("key_kind")),
                row.getString("key"),
                row.getObject("wakes") == null ? null : row.getShort("wakes"),
                Outcome.valueOf(row.getString("outcome")),
                false));
        continue;
      }
      settled.computeIfPresent(id, (child, end) -> end.countedFor(parent, ofParents));
    }
    return new ArrayList<>(settled.values());
  }

  /**
   * Attempts that still run, of some whose ends did not count: their rows were locked. Asked in the
   * transaction of {@link #settle}.
   */
  public static Set<AttemptRef> stillRunning(Handle handle, Collection<AttemptRef> refs) {
    Set<AttemptRef> running =
        handle
            .createQuery(STILL_RUNNING)
            .bindArray("ids", Long.class, refs.stream().map(AttemptRef::jobId).toList())
            .map((row, context) ->
                new AttemptRef(row.getLong("id"), row.getInt("attempt"), row.getLong("worker_id")))
            .set();
    running.retainAll(Set.copyOf(refs));
    return running;
  }

  /** Ends whatever the given ended jobs had absorbed, in the same way; answers which. */
  static List<Long> settleAbsorbed(Handle handle, List<Long> endedIds) {
    return handle
        .createQuery(SETTLE_ABSORBED)
        .bindArray("ids", Long.class, endedIds)
        .mapTo(Long.class)
        .list();
  }

  /** Whether a job ends with an attempt of this outcome. */
  static boolean endsJob(Outcome outcome) {
    return switch (outcome) {
      case SUCCEEDED, FAILED, CANCELED -> true;
      case RETRIED, RETURNED, LOST -> false;
    };
  }

  static @Nullable KeyKind keyKind(@Nullable String name) {
    return name == null ? null : KeyKind.valueOf(name);
  }

  /**
   * Lets the keys of ended attempts go on, under the gates of their queues; answers the absorbed
   * jobs that ended with them.
   */
  private static List<Long> freeKeys(Handle handle, List<Settled> settled) {
    Map<QueueKey, KeyKind> free = new TreeMap<>();
    Map<QueueKey, Long> hold = new TreeMap<>();
    Set<Short> queueIds = new TreeSet<>();
    List<Long> endedIds = new ArrayList<>();
    for (Settled end : settled) {
      KeyKind kind = end.keyKind();
      if (kind == null || end.key() == null) {
        continue;
      }
      QueueKey key = new QueueKey(end.queueId(), end.key());
      queueIds.add(end.queueId());
      if (kind == KeyKind.COALESCE && end.endsJob()) {
        endedIds.add(end.ref().jobId());
      }
      if (kind == KeyKind.SERIAL_HOLD && end.outcome() == Outcome.FAILED) {
        hold.put(key, end.ref().jobId());
      } else if (KeyTable.goesOn(kind, end.outcome())) {
        free.put(key, kind);
      }
    }
    if (queueIds.isEmpty()) {
      return List.of();
    }
    // What a claim parks from now on sees that the attempts have ended.
    Gate.lock(handle, queueIds);
    KeyTable.hold(handle, hold);
    KeyTable.free(handle, free);
    return endedIds.isEmpty() ? List.of() : settleAbsorbed(handle, endedIds);
  }
}
