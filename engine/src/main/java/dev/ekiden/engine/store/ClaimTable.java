package dev.ekiden.engine.store;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.store.SettleTable.Settlement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * How jobs come to a worker.
 *
 * <p>Jobs that nothing but their turn keeps from running are moved from {@code ready} to {@code
 * running} by one statement. All others take the way of {@link GatedClaim}; {@link Sign#needsGate}
 * says which it is to be, and the statement itself leaves alone what it must not take.
 *
 * <p>The gate of the queue keeps claims and ends of one key from missing each other:
 *
 * <ul>
 *   <li>two claims of one key: the second waits for the first to commit, sees its job run and
 *       parks;
 *   <li>claim, then end: the end waits for the gate and then sees the parked job and frees it;
 *   <li>end, then claim: the claim waits for the gate and finds the key free.
 * </ul>
 *
 * A transaction that ended attempts of keys of another queue must commit before it claims, because
 * gates are locked in the order of the queues.
 */
public final class ClaimTable {

  /**
   * A job as a worker gets it.
   *
   * @param workerId the lease under which it was claimed
   * @param groupId 0 without a group
   * @param exclusive whether it holds a key or a place under a limit
   * @param marked whether the claim has already noted it as started
   * @param continues whether its worker held its SERIAL key already when it was claimed
   * @param suspect whether a worker died that had it, and may have started it unnoted
   */
  public record ClaimedJob(
      long id,
      long workerId,
      short queueId,
      int definitionId,
      int priority,
      int attempt,
      int failures,
      int losses,
      @Nullable KeyKind keyKind,
      @Nullable String key,
      long groupId,
      boolean exclusive,
      String payload,
      boolean marked,
      boolean continues,
      boolean suspect) {

    ClaimedJob asMarked() {
      return with(true, suspect);
    }

    ClaimedJob asSuspect() {
      return with(false, true);
    }

    private ClaimedJob with(boolean nowMarked, boolean nowSuspect) {
      return new ClaimedJob(
          id,
          workerId,
          queueId,
          definitionId,
          priority,
          attempt,
          failures,
          losses,
          keyKind,
          key,
          groupId,
          exclusive,
          payload,
          nowMarked,
          continues,
          nowSuspect);
    }

    /** Whether its time to start is over, so that it is to be dropped. */
    boolean isTooLate() {
      return payload.equals(TOO_LATE);
    }

    /** Whether it went back unfinished before, so that it may be what ended a process. */
    boolean isUnclear() {
      return attempt - 1 > failures + losses;
    }

    /** Whether it must not start before the job of its key that was claimed before it has ended. */
    public boolean isSerial() {
      return keyKind != null && keyKind.isSerial();
    }

    /** What its end must name to count. */
    public AttemptRef ref() {
      return new AttemptRef(id, attempt, workerId);
    }
  }

  /**
   * What to claim.
   *
   * @param definitionIds what the worker can run
   * @param max most jobs
   * @param starting how many of them the worker will start at once; marked as started, so that a
   *     crash counts against them
   * @param above ids to begin behind, one for each priority from 0 on; what needs the gate is
   *     claimed from the beginning
   */
  public record Order(
      long workerId,
      short queueId,
      List<Integer> definitionIds,
      int max,
      int starting,
      List<Long> above) {
    /** As {@link #above}: behind nothing. */
    public static final List<Long> FROM_THE_BEGINNING =
        Collections.nCopies(JobDefinition.MAX_PRIORITY + 1, 0L);

    /** From the beginning. */
    public Order(long workerId, short queueId, List<Integer> definitionIds, int max, int starting) {
      this(workerId, queueId, definitionIds, max, starting, FROM_THE_BEGINNING);
    }

    /** The same behind other ids. */
    public Order withAbove(List<Long> ids) {
      return new Order(workerId, queueId, definitionIds, max, starting, ids);
    }
  }

  /**
   * What a claim brought.
   *
   * @param jobs claimed, in order
   * @param more whether another claim may find more at once
   * @param nextMicros when a rate allows more; {@link Long#MAX_VALUE} when none is in the way
   */
  public record Claim(List<ClaimedJob> jobs, boolean more, long nextMicros) {}

  /**
   * How claims from a queue are to be made.
   *
   * @param needsGate whether some of its jobs have keys, groups or dependencies, or are limited
   * @param hasLost whether some job of it waits to be run alone
   */
  public record Sign(short queueId, boolean needsGate, boolean hasLost) {}

  // Payloads come as rows of their own, before the jobs: a join of the two may be planned as a scan
  // of all jobs, and a sub-select for each job is looked up alone.
  static final String TAKEN =
      """
      SELECT id, {payload} AS payload, NULL AS attempt, NULL AS definition_id, NULL AS priority,
             NULL AS group_id, NULL AS failures, NULL AS losses
      FROM ekiden.job
      WHERE id = ANY (ARRAY(SELECT id FROM taken))
      UNION ALL
      SELECT id, NULL, attempt + 1, definition_id, priority, group_id, failures, losses
      FROM taken
      """;

  // The LIMIT is fenced by
  // MATERIALIZED: else the planner may run the sub-select again and claim more. Rows are deleted by
  // ctid, which stays right while their lock is held. Priorities are read one after the other, from
  // 9 down, and no further than is needed.
  private static final String CLAIM =
      Columns.in(
          Gate.SHARE_FIRST
              + """
              WITH taken AS MATERIALIZED (
                DELETE FROM ekiden.ready
                WHERE ctid = ANY (ARRAY(
                  SELECT head.place
                  FROM unnest(CAST(:above AS bigint[])) WITH ORDINALITY AS lane(above, position)
                  CROSS JOIN LATERAL (
                    SELECT ctid AS place
                    FROM ekiden.ready
                    WHERE queue_id = :queue_id
                      AND ready.priority = CAST(10 - lane.position AS smallint)
                      AND group_id = 0
                      AND id > lane.above
                      AND definition_id = ANY (CAST(:definition_ids AS integer[]))
                      AND losses = 0
                      AND key IS NULL
                      AND NOT dependent
                    ORDER BY id
                    LIMIT :max
                    FOR UPDATE SKIP LOCKED) AS head
                  WHERE EXISTS (SELECT FROM ekiden.queue WHERE id = :queue_id AND paused_at IS NULL)
                    AND NOT EXISTS (
                      SELECT FROM ekiden.limit_rule
                      WHERE limit_rule.queue_id = :queue_id OR limit_rule.scope = 'EVERYTHING')
                  LIMIT :max))
                RETURNING {live}
              ),
              moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
              claimed AS (
                INSERT INTO ekiden.running
                  ({kept}, attempt, failures, losses, worker_id, claimed_at, started_at)
                SELECT {kept}, attempt + 1, failures, losses, :worker_id, (SELECT now FROM moment),
                       CASE WHEN row_number() OVER (ORDER BY priority DESC, id) <= :starting
                             AND attempt = failures -- else it may be a suspect
                            THEN (SELECT now FROM moment) END
                FROM taken
              )
              """
              + TAKEN);

  /** In place of the payload of a job that it is too late to start; no JSON. */
  static final String TOO_LATE = "";

  private static final String SIGNS =
      """
      SELECT queue.id,
             EXISTS (SELECT FROM ekiden.ready WHERE queue_id = queue.id AND key IS NOT NULL)
               OR EXISTS (SELECT FROM ekiden.ready WHERE queue_id = queue.id AND group_id <> 0)
               OR EXISTS (SELECT FROM ekiden.ready WHERE queue_id = queue.id AND dependent)
               OR EXISTS (
                 SELECT FROM ekiden.limit_rule
                 WHERE limit_rule.queue_id = queue.id OR limit_rule.scope = 'EVERYTHING')
               AS needs_gate,
             EXISTS (
               SELECT FROM ekiden.ready
               WHERE queue_id = queue.id
                 AND losses > 0
                 AND definition_id = ANY (CAST(:definition_ids AS integer[]))) AS has_lost
      FROM ekiden.queue
      WHERE id = ANY (CAST(:queue_ids AS smallint[])) AND paused_at IS NULL
      """;

  // Every other attempt that its job was not given back from as if never claimed has left a trace.
  private static final String SUSPECTS =
      """
      SELECT id
      FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[])) AS t(id, attempt)
      WHERE NOT EXISTS (
        SELECT FROM ekiden.attempt WHERE job_id = t.id AND number = t.attempt - 1)
      """;

  // A row that is locked is passed by: its handler completes it, which notes the start too.
  private static final String NOT_STARTED =
      "UPDATE ekiden.running SET started_at = NULL WHERE id = ANY (CAST(:ids AS bigint[]))";

  // What belongs to an id stands in the arrays at its place among the sorted ids, so nothing is
  // joined: see Plans.
  private static final String MARK_STARTED =
      """
      UPDATE ekiden.running
      SET started_at = moment.now
            - (CAST(:agos AS bigint[]))[width_bucket(id, CAST(:ids AS bigint[]))]
              * interval '1 microsecond'
      FROM (SELECT ekiden.engine_now() AS now, %s) AS moment
      WHERE id = ANY (ARRAY(
        SELECT id
        FROM ekiden.running
        WHERE id = ANY (CAST(:ids AS bigint[]))
          AND attempt = (CAST(:attempts AS integer[]))[width_bucket(id, CAST(:ids AS bigint[]))]
          AND started_at IS NULL
        FOR UPDATE SKIP LOCKED))
      """
          .formatted(Plans.BOUND_IDLENESS);

  private static final Comparator<ClaimedJob> IN_ORDER =
      Comparator.comparingInt((ClaimedJob job) -> -job.priority())
          .thenComparingLong(ClaimedJob::id);

  private ClaimTable() {}

  /**
   * Claims from one queue; what {@linkplain Sign#needsGate needs the gate} is left alone. Mostly
   * that is one round trip, and needs no transaction around it. What comes of a process that dies
   * before the second one is as of any claim: a job that is too late is dropped by whoever claims
   * it next, and a suspect was not noted as started.
   */
  public static Claim claimPlain(Handle handle, Order order) {
    Claim claim = claimUngated(handle, order);
    return claim.jobs().stream().anyMatch(job -> job.isTooLate() || job.isUnclear())
        ? handle.inTransaction(
            transaction -> withSuspects(transaction, withoutLate(transaction, claim)))
        : claim;
  }

  /**
   * Claims from one queue, whatever its jobs need, inside a transaction that has ended no attempt
   * of a key of another queue.
   *
   * @param memory of this queue and worker
   */
  public static Claim claimGated(Handle handle, Order order, GateMemory memory) {
    return withSuspects(handle, withoutLate(handle, GatedClaim.claim(handle, order, memory)));
  }

  /** Tells which jobs may be what ended the process of the worker that had them before. */
  private static Claim withSuspects(Handle handle, Claim claim) {
    List<ClaimedJob> unclear = claim.jobs().stream().filter(ClaimedJob::isUnclear).toList();
    if (unclear.isEmpty()) {
      return claim;
    }
    Set<Long> suspects =
        handle
            .createQuery(SUSPECTS)
            .bindArray("ids", Long.class, unclear.stream().map(ClaimedJob::id).toList())
            .bindArray(
                "attempts", Integer.class, unclear.stream().map(ClaimedJob::attempt).toList())
            .mapTo(Long.class)
            .set();
    if (suspects.isEmpty()) {
      return claim;
    }
    // They wait for one another; the start of each is noted when its turn comes.
    handle.createUpdate(NOT_STARTED).bindArray("ids", Long.class, List.copyOf(suspects)).execute();
    return new Claim(
        claim.jobs().stream()
            .map(job -> suspects.contains(job.id()) ? job.asSuspect() : job)
            .toList(),
        claim.more(),
        claim.nextMicros());
  }

  private static Claim claimUngated(Handle handle, Order order) {
    try (Query query = handle.createQuery(CLAIM)) {
      List<ClaimedJob> jobs =
          query
              .bind("queue_id", order.queueId())
              .bind("worker_id", order.workerId())
              .bind("max", order.max())
              .bind("starting", order.starting())
              .bindArray("above", Long.class, order.above().reversed())
              .bindArray("definition_ids", Integer.class, order.definitionIds())
              .execute((statement, context) ->
                  Plans.second(
                      statement.get(), rows -> taken(order, order.starting(), false, rows)));
      return new Claim(jobs, jobs.size() >= order.max(), Long.MAX_VALUE);
    }
  }

  /**
   * The rows of {@link #TAKEN} as jobs in order.
   *
   * @param starting how many of them are noted as started
   * @param exclusive whether they hold places under a limit
   */
  static List<ClaimedJob> taken(Order order, int starting, boolean exclusive, ResultSet row)
      throws SQLException {
    Map<Long, String> payloads = new HashMap<>();
    List<ClaimedJob> jobs = new ArrayList<>();
    while (row.next()) {
      long id = row.getLong("id");
      int attempt = row.getInt("attempt");
      if (attempt == 0) {
        payloads.put(id, Objects.requireNonNullElse(row.getString("payload"), TOO_LATE));
        continue;
      }
      jobs.add(
          new ClaimedJob(
              id,
              order.workerId(),
              order.queueId(),
              row.getInt("definition_id"),
              row.getInt("priority"),
              attempt,
              row.getInt("failures"),
              row.getInt("losses"),
              null,
              null,
              row.getLong("group_id"),
              exclusive,
              Objects.requireNonNull(payloads.get(id)),
              false,
              false,
              false));
    }
    jobs.sort(IN_ORDER);
    for (int i = 0; i < Math.min(starting, jobs.size()); i++) {
      if (!jobs.get(i).isUnclear()) {
        jobs.set(i, jobs.get(i).asMarked());
      }
    }
    return jobs;
  }

  /** Claims one job whose worker died under it before, if it may run; it is to run alone. */
  public static Claim claimLost(Handle handle, Order order) {
    return withoutLate(handle, GatedClaim.claimLost(handle, order));
  }

  /**
   * Ends the jobs of a claim that it is too late to start, before any worker has them. The claim is
   * then to be made again, for what their ends made room for.
   */
  private static Claim withoutLate(Handle handle, Claim claim) {
    List<ClaimedJob> late = claim.jobs().stream().filter(ClaimedJob::isTooLate).toList();
    if (late.isEmpty()) {
      return claim;
    }
    handle
        .createUpdate(NOT_STARTED)
        .bindArray("ids", Long.class, late.stream().map(ClaimedJob::id).toList())
        .execute();
    SettleTable.settle(
        handle,
        late.stream()
            .map(job ->
                new Settlement(
                    job.ref(),
                    Outcome.CANCELED,
                    false,
                    0,
                    null,
                    null,
                    "deadline",
                    "no worker could start it in time"))
            .toList());
    return new Claim(
        claim.jobs().stream().filter(job -> !job.isTooLate()).toList(), true, claim.nextMicros());
  }

  /** Whether {@link #claimLost} would find a job now. */
  public static boolean lostMayRun(Handle handle, Order order) {
    return GatedClaim.lostMayRun(handle, order);
  }

  /** How claims from open queues are to be made. */
  public static List<Sign> signs(Handle handle, List<Short> queueIds, List<Integer> definitionIds) {
    return handle
        .createQuery(SIGNS)
        .bindArray("queue_ids", Short.class, queueIds)
        .bindArray("definition_ids", Integer.class, definitionIds)
        .map((row, context) ->
            new Sign(row.getShort("id"), row.getBoolean("needs_gate"), row.getBoolean("has_lost")))
        .list();
  }

  /** A claimed job that has started, so long ago. */
  public record Start(long jobId, int attempt, long agoMicros) {}

  /** Notes that claimed jobs have started. */
  public static void markStarted(Handle handle, List<Start> starts) {
    // Of two attempts of one job the later one comes last, which is the one that is found.
    List<Start> sorted =
        starts.stream()
            .sorted(Comparator.comparingLong(Start::jobId).thenComparingInt(Start::attempt))
            .toList();
    handle
        .createUpdate(MARK_STARTED)
        .bind("ids", SqlArray.bigints(sorted, Start::jobId))
        .bind("attempts", SqlArray.integers(sorted, Start::attempt))
        .bind("agos", SqlArray.bigints(sorted, Start::agoMicros))
        .execute();
  }
}
