package dev.ekiden.engine.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * How jobs come to a worker.
 *
 * <p>Jobs without a key are moved from {@code ready} to {@code running} by one statement. A job
 * with a COALESCE key first takes the key's row in {@code running_key}, the lock that whoever ends
 * an attempt of the key takes too:
 *
 * <ul>
 *   <li>two claims of one key: the second insert waits for the first to commit, finds the row and
 *       parks;
 *   <li>claim, then end: the parking claim holds the row FOR SHARE until it commits, so the end
 *       waits and then sees the parked job and frees it;
 *   <li>end, then claim: the claim waits for the row, finds it gone, and leaves the job READY for
 *       the next claim.
 * </ul>
 *
 * Rows of {@code ready} and {@code scheduled} are only ever locked with SKIP LOCKED here, and key
 * rows in the order of their text, so claims wait for ends but never in a circle. For the same
 * reason a transaction that ended attempts of keys must commit before it claims.
 */
public final class ClaimTable {

  /**
   * A job as a worker gets it.
   *
   * @param workerId the lease under which it was claimed
   * @param marked whether the claim has already noted it as started
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
      @Nullable String key,
      String payload,
      boolean marked) {

    ClaimedJob asMarked() {
      return new ClaimedJob(
          id,
          workerId,
          queueId,
          definitionId,
          priority,
          attempt,
          failures,
          losses,
          key,
          payload,
          true);
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
   */
  public record Order(
      long workerId, short queueId, List<Integer> definitionIds, int max, int starting) {}

  /**
   * What a claim met.
   *
   * @param jobs claimed, in order
   * @param met how many rows it met, claimed or not; fewer than asked for means the queue is dry
   */
  public record Claim(List<ClaimedJob> jobs, int met) {}

  private record Candidate(long id, @Nullable String key, @Nullable ClaimedJob job) {}

  // The LIMIT is fenced by MATERIALIZED: else the planner may run the sub-select again and claim
  // more. Rows are deleted by ctid, which stays right while their lock is held.
  private static final String CLAIM =
      """
      WITH candidate AS MATERIALIZED (
        SELECT ctid AS place, queue_id, priority, id, definition_id, attempt, failures, losses, key
        FROM ekiden.ready
        WHERE queue_id = :queue_id
          AND definition_id = ANY (CAST(:definition_ids AS integer[]))
          AND losses = 0
          AND EXISTS (SELECT FROM ekiden.queue WHERE id = :queue_id AND paused_at IS NULL)
        ORDER BY priority DESC, id
        LIMIT :max
        FOR UPDATE SKIP LOCKED
      ),
      taken AS (
        DELETE FROM ekiden.ready
        WHERE ctid = ANY (ARRAY(SELECT place FROM candidate WHERE key IS NULL))
      ),
      moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
      claimed AS (
        INSERT INTO ekiden.running
          (id, worker_id, queue_id, priority, definition_id, attempt, failures, losses, key,
           claimed_at, started_at)
        SELECT id, :worker_id, queue_id, priority, definition_id, attempt + 1, failures, losses,
               key, moment.now,
               CASE WHEN row_number() OVER (ORDER BY priority DESC, id) <= :starting
                    THEN moment.now END
        FROM candidate, moment
        WHERE key IS NULL
      )
      SELECT candidate.id, CAST(:worker_id AS bigint) AS worker_id, candidate.queue_id,
             candidate.definition_id, candidate.priority,
             candidate.attempt + 1 AS attempt, candidate.failures, candidate.losses, candidate.key,
             CASE WHEN candidate.key IS NULL THEN job.payload END AS payload
      FROM candidate
      JOIN ekiden.job ON job.id = candidate.id
      ORDER BY candidate.priority DESC, candidate.id
      """;

  private static final String TAKE_KEYS =
      """
      INSERT INTO ekiden.running_key (queue_id, key)
      SELECT :queue_id, key
      FROM unnest(CAST(:keys AS text[])) AS key
      ORDER BY key COLLATE "C"
      ON CONFLICT (queue_id, key) DO NOTHING
      RETURNING key
      """;

  // FOR SHARE: an end of this key now waits until the parked rows can be seen.
  private static final String PARK =
      """
      WITH held AS MATERIALIZED (
        SELECT key
        FROM ekiden.running_key
        WHERE queue_id = :queue_id AND key = ANY (CAST(:keys AS text[]))
        ORDER BY key COLLATE "C"
        FOR SHARE
      ),
      parked AS (
        DELETE FROM ekiden.ready
        USING held
        WHERE ready.queue_id = :queue_id
          AND ready.key = held.key
          AND ready.id = ANY (CAST(:ids AS bigint[]))
        RETURNING ready.*
      )
      INSERT INTO ekiden.blocked
        (id, reason, queue_id, priority, definition_id, attempt, failures, losses, key)
      SELECT id, 'KEY', queue_id, priority, definition_id, attempt, failures, losses, key
      FROM parked
      """;

  // Everything of the key that is READY or in back-off becomes one attempt of the newest job, with
  // the highest priority among them. What the absorbed had absorbed before is handed on.
  private static final String COALESCE =
      """
      WITH waiting AS MATERIALIZED (
        SELECT ctid AS place, id, priority, definition_id, attempt, failures, losses, key
        FROM ekiden.ready
        WHERE queue_id = :queue_id
          AND key = ANY (CAST(:keys AS text[]))
          AND definition_id = ANY (CAST(:definition_ids AS integer[]))
        FOR UPDATE SKIP LOCKED
      ),
      resting AS MATERIALIZED (
        SELECT ctid AS place, id, priority, definition_id, attempt, failures, losses, key
        FROM ekiden.scheduled
        WHERE queue_id = :queue_id
          AND key = ANY (CAST(:keys AS text[]))
          AND backing_off
          AND definition_id = ANY (CAST(:definition_ids AS integer[]))
        FOR UPDATE SKIP LOCKED
      ),
      member AS MATERIALIZED (
        SELECT id, priority, definition_id, attempt, failures, losses, key FROM waiting
        UNION ALL
        SELECT id, priority, definition_id, attempt, failures, losses, key FROM resting
      ),
      leader AS MATERIALIZED (
        SELECT DISTINCT ON (key) id, definition_id, attempt, failures, losses, key,
               max(priority) OVER (PARTITION BY key) AS priority
        FROM member
        ORDER BY key, id DESC
      ),
      gone_waiting AS (
        DELETE FROM ekiden.ready WHERE ctid = ANY (ARRAY(SELECT place FROM waiting))
      ),
      gone_resting AS (
        DELETE FROM ekiden.scheduled WHERE ctid = ANY (ARRAY(SELECT place FROM resting))
      ),
      claimed AS (
        INSERT INTO ekiden.running
          (id, worker_id, queue_id, priority, definition_id, attempt, failures, losses, key,
           claimed_at, started_at)
        SELECT id, :worker_id, :queue_id, priority, definition_id, attempt + 1, failures, losses,
               key, moment.now,
               CASE WHEN row_number() OVER (ORDER BY priority DESC, id) <= :starting
                    THEN moment.now END
        FROM leader, (SELECT ekiden.engine_now() AS now) AS moment
      ),
      absorbed AS (
        INSERT INTO ekiden.blocked
          (id, reason, blocker, queue_id, priority, definition_id, attempt, failures, losses, key)
        SELECT member.id, 'ABSORBED', leader.id, :queue_id, member.priority, member.definition_id,
               member.attempt, member.failures, member.losses, member.key
        FROM member
        JOIN leader ON leader.key = member.key AND leader.id <> member.id
      ),
      handed_on AS (
        UPDATE ekiden.blocked
        SET blocker = leader.id
        FROM member
        JOIN leader ON leader.key = member.key AND leader.id <> member.id
        WHERE blocked.reason = 'ABSORBED' AND blocked.blocker = member.id
      )
      SELECT leader.id, CAST(:worker_id AS bigint) AS worker_id,
             CAST(:queue_id AS smallint) AS queue_id, leader.definition_id,
             leader.priority, leader.attempt + 1 AS attempt, leader.failures, leader.losses,
             leader.key, job.payload
      FROM leader
      JOIN ekiden.job ON job.id = leader.id
      ORDER BY leader.priority DESC, leader.id
      """;

  // A key whose rows were all locked by somebody else (a cancel, a due job) stays free.
  private static final String LET_GO =
      "DELETE FROM ekiden.running_key WHERE queue_id = :queue_id AND key = ANY (CAST(:keys AS text[]))";

  private static final String HAS_LOST =
      """
      SELECT EXISTS (
        SELECT
        FROM ekiden.ready
        WHERE queue_id = ANY (CAST(:queue_ids AS smallint[]))
          AND definition_id = ANY (CAST(:definition_ids AS integer[]))
          AND losses > 0
          AND EXISTS (
            SELECT FROM ekiden.queue WHERE queue.id = ready.queue_id AND paused_at IS NULL))
      """;

  private static final String CLAIM_LOST =
      """
      WITH candidate AS MATERIALIZED (
        SELECT ctid AS place, queue_id, priority, id, definition_id, attempt, failures, losses, key
        FROM ekiden.ready
        WHERE queue_id = :queue_id
          AND definition_id = ANY (CAST(:definition_ids AS integer[]))
          AND losses > 0
          AND EXISTS (SELECT FROM ekiden.queue WHERE id = :queue_id AND paused_at IS NULL)
        ORDER BY priority DESC, id
        LIMIT 1
        FOR UPDATE SKIP LOCKED
      ),
      taken AS (
        DELETE FROM ekiden.ready
        WHERE ctid = ANY (ARRAY(SELECT place FROM candidate WHERE key IS NULL))
      ),
      claimed AS (
        INSERT INTO ekiden.running
          (id, worker_id, queue_id, priority, definition_id, attempt, failures, losses, key,
           claimed_at, started_at)
        SELECT id, :worker_id, queue_id, priority, definition_id, attempt + 1, failures, losses,
               key, moment.now, moment.now
        FROM candidate, (SELECT ekiden.engine_now() AS now) AS moment
        WHERE key IS NULL
      )
      SELECT candidate.id, CAST(:worker_id AS bigint) AS worker_id, candidate.queue_id,
             candidate.definition_id, candidate.priority,
             candidate.attempt + 1 AS attempt, candidate.failures, candidate.losses, candidate.key,
             CASE WHEN candidate.key IS NULL THEN job.payload END AS payload
      FROM candidate
      JOIN ekiden.job ON job.id = candidate.id
      """;

  private static final String MARK_STARTED =
      """
      UPDATE ekiden.running
      SET started_at = (SELECT ekiden.engine_now()) - t.ago_micros * interval '1 microsecond'
      FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[]), CAST(:agos AS bigint[]))
           AS t(id, attempt, ago_micros)
      WHERE running.id = t.id
        AND running.attempt = t.attempt
        AND running.started_at IS NULL
      """;

  private static final RowMapper<ClaimedJob> CLAIMED =
      (row, context) ->
          new ClaimedJob(
              row.getLong("id"),
              row.getLong("worker_id"),
              row.getShort("queue_id"),
              row.getInt("definition_id"),
              row.getInt("priority"),
              row.getInt("attempt"),
              row.getInt("failures"),
              row.getInt("losses"),
              row.getString("key"),
              row.getString("payload"),
              false);

  private static final RowMapper<Candidate> CANDIDATE =
      (row, context) -> {
        String key = row.getString("key");
        return new Candidate(
            row.getLong("id"), key, key == null ? CLAIMED.map(row, context) : null);
      };

  private ClaimTable() {}

  /** Claims from one queue inside a transaction that has ended no attempt of a key. */
  public static Claim claim(Handle handle, Order order) {
    List<Candidate> candidates =
        handle
            .createQuery(CLAIM)
            .bind("queue_id", order.queueId())
            .bind("worker_id", order.workerId())
            .bind("max", order.max())
            .bind("starting", order.starting())
            .bindArray("definition_ids", Integer.class, order.definitionIds())
            .map(CANDIDATE)
            .list();
    return new Claim(withKeyed(handle, order, candidates), candidates.size());
  }

  /** Claims one job whose worker died under it before; it is to run alone. */
  public static List<ClaimedJob> claimLost(Handle handle, Order order) {
    List<Candidate> candidates =
        handle
            .createQuery(CLAIM_LOST)
            .bind("queue_id", order.queueId())
            .bind("worker_id", order.workerId())
            .bindArray("definition_ids", Integer.class, order.definitionIds())
            .map(CANDIDATE)
            .list();
    return withKeyed(handle, order, candidates);
  }

  /** Whether some job waits to be run alone. */
  public static boolean hasLost(Handle handle, List<Short> queueIds, List<Integer> definitionIds) {
    return handle
        .createQuery(HAS_LOST)
        .bindArray("queue_ids", Short.class, queueIds)
        .bindArray("definition_ids", Integer.class, definitionIds)
        .mapTo(Boolean.class)
        .one();
  }

  /** Notes that claimed jobs have started. */
  public static void markStarted(
      Handle handle, List<Long> ids, List<Integer> attempts, List<Long> startedAgoMicros) {
    handle
        .createUpdate(MARK_STARTED)
        .bindArray("ids", Long.class, ids)
        .bindArray("attempts", Integer.class, attempts)
        .bindArray("agos", Long.class, startedAgoMicros)
        .execute();
  }

  private static List<ClaimedJob> withKeyed(
      Handle handle, Order order, List<Candidate> candidates) {
    List<ClaimedJob> jobs = new ArrayList<>(candidates.size());
    List<Long> keyedIds = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>();
    for (Candidate candidate : candidates) {
      if (candidate.job() != null) {
        jobs.add(jobs.size() < order.starting() ? candidate.job().asMarked() : candidate.job());
      } else if (candidate.key() != null) {
        keyedIds.add(candidate.id());
        keys.add(candidate.key());
      }
    }
    if (!keys.isEmpty()) {
      jobs.addAll(coalesce(handle, order, List.copyOf(keys), keyedIds, jobs.size()));
    }
    return jobs;
  }

  private static List<ClaimedJob> coalesce(
      Handle handle, Order order, List<String> keys, List<Long> candidateIds, int alreadyClaimed) {
    List<String> free =
        handle
            .createQuery(TAKE_KEYS)
            .bind("queue_id", order.queueId())
            .bindArray("keys", String.class, keys)
            .mapTo(String.class)
            .list();
    if (free.size() < keys.size()) {
      List<String> taken = keys.stream().filter(key -> !free.contains(key)).toList();
      handle
          .createUpdate(PARK)
          .bind("queue_id", order.queueId())
          .bindArray("keys", String.class, taken)
          .bindArray("ids", Long.class, candidateIds)
          .execute();
    }
    if (free.isEmpty()) {
      return List.of();
    }
    int starting = Math.max(0, order.starting() - alreadyClaimed);
    List<ClaimedJob> claimed =
        handle
            .createQuery(COALESCE)
            .bind("queue_id", order.queueId())
            .bind("worker_id", order.workerId())
            .bind("starting", starting)
            .bindArray("keys", String.class, free)
            .bindArray("definition_ids", Integer.class, order.definitionIds())
            .map(CLAIMED)
            .list();
    if (claimed.size() < free.size()) {
      Set<@Nullable String> used = new HashSet<>();
      claimed.forEach(job -> used.add(job.key()));
      handle
          .createUpdate(LET_GO)
          .bind("queue_id", order.queueId())
          .bindArray(
              "keys", String.class, free.stream().filter(key -> !used.contains(key)).toList())
          .execute();
    }
    List<ClaimedJob> marked = new ArrayList<>(claimed);
    for (int i = 0; i < Math.min(starting, marked.size()); i++) {
      marked.set(i, marked.get(i).asMarked());
    }
    return marked;
  }
}
