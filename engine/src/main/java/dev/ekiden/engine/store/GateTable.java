package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.BlockedReason;
import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * Statements of a {@link GatedClaim}: what stands at the head of each lane, and how it moves. A
 * lane is the jobs of one priority and group of a queue, in the order of their ids.
 */
final class GateTable {
  /** Most jobs to be run alone of which a claim asks whether they may. */
  private static final int MAX_LOST = 1_000;

  /** Most lanes of a priority that a claim looks at; it begins at a random one. */
  static final int MAX_LANES = 256;

  /**
   * The jobs of one group among those of a priority.
   *
   * @param groupId 0 without a group
   * @param held whether none of the group may start
   */
  record Lane(long groupId, double weight, boolean held) {}

  /**
   * A READY job that may be claimed, locked.
   *
   * @param place where its row stands, which the lock keeps
   */
  record Candidate(
      String place,
      long id,
      int priority,
      int definitionId,
      @Nullable KeyKind keyKind,
      @Nullable String key,
      int keyLimit,
      long groupId,
      int vcpus,
      boolean dependent,
      int attempt,
      int failures,
      int losses) {
    boolean isSerial() {
      return keyKind != null && keyKind.isSerial();
    }
  }

  /**
   * What a claim sees of a queue at first.
   *
   * @param open whether it is not paused
   * @param priorities those that have READY jobs, highest first
   * @param decides whether some READY job has a key or depends on others
   */
  record Sight(boolean open, List<Integer> priorities, boolean decides) {}

  private static final String SIGHT =
      """
      SELECT paused_at IS NULL AS open,
             ARRAY(
               SELECT priority
               FROM unnest(CAST('{9,8,7,6,5,4,3,2,1,0}' AS smallint[])) AS priority
               WHERE EXISTS (
                 SELECT FROM ekiden.ready
                 WHERE queue_id = :queue_id AND ready.priority = priority.priority)
               ORDER BY priority DESC) AS priorities,
             EXISTS (SELECT FROM ekiden.ready WHERE queue_id = :queue_id AND key IS NOT NULL)
               OR EXISTS (SELECT FROM ekiden.ready WHERE queue_id = :queue_id AND dependent)
               AS decides
      FROM ekiden.queue
      WHERE id = :queue_id
      """;

  // Jumps from group to group along the index; from the given one to the last, then the rest.
  private static final String LANES =
      """
      WITH RECURSIVE above AS (
        (SELECT group_id, 1 AS lane
         FROM ekiden.ready
         WHERE queue_id = :queue_id AND priority = :priority AND group_id >= :first
         ORDER BY group_id LIMIT 1)
        UNION ALL
        SELECT (SELECT ready.group_id
                FROM ekiden.ready
                WHERE queue_id = :queue_id AND priority = :priority
                  AND ready.group_id > above.group_id
                ORDER BY ready.group_id LIMIT 1),
               lane + 1
        FROM above
        WHERE group_id IS NOT NULL AND lane < :max
      ),
      below AS (
        (SELECT group_id, 1 AS lane
         FROM ekiden.ready
         WHERE queue_id = :queue_id AND priority = :priority AND group_id < :first
         ORDER BY group_id LIMIT 1)
        UNION ALL
        SELECT (SELECT ready.group_id
                FROM ekiden.ready
                WHERE queue_id = :queue_id AND priority = :priority
                  AND ready.group_id > below.group_id AND ready.group_id < :first
                ORDER BY ready.group_id LIMIT 1),
               lane + 1
        FROM below
        WHERE group_id IS NOT NULL AND lane < :max
      )
      SELECT lane.group_id, COALESCE(job_group.weight, 1) AS weight,
             job_group.held_at IS NOT NULL AS held
      FROM (
        SELECT group_id, 1 AS half, lane FROM above WHERE group_id IS NOT NULL
        UNION ALL
        SELECT group_id, 2, lane FROM below WHERE group_id IS NOT NULL) AS lane
      LEFT JOIN ekiden.job_group ON job_group.id = lane.group_id
      ORDER BY half, lane
      LIMIT :max
      """;

  private static final String KNOWN_LANES =
      """
      SELECT lane.group_id, COALESCE(job_group.weight, 1) AS weight,
             job_group.held_at IS NOT NULL AS held
      FROM unnest(CAST(:groups AS bigint[])) WITH ORDINALITY AS lane(group_id, position)
      LEFT JOIN ekiden.job_group ON job_group.id = lane.group_id
      ORDER BY position
      """;

  private static final String CLAIM_LANES =
      Columns.in(
          """
          WITH taken AS MATERIALIZED (
            DELETE FROM ekiden.ready
            WHERE ctid = ANY (ARRAY(
              SELECT head.place
              FROM unnest(
                     CAST(:groups AS bigint[]), CAST(:takes AS integer[]),
                     CAST(:above AS bigint[]))
                   AS lane(group_id, take, above)
              CROSS JOIN LATERAL (
                SELECT ctid AS place
                FROM ekiden.ready
                WHERE queue_id = :queue_id
                  AND priority = :priority
                  AND ready.group_id = lane.group_id
                  AND id > lane.above
                  AND definition_id = ANY (CAST(:definition_ids AS integer[]))
                  AND losses = 0
                  AND key IS NULL
                  AND NOT dependent
                ORDER BY id
                LIMIT lane.take
                FOR UPDATE SKIP LOCKED) AS head))
            RETURNING {live}
          ),
          moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          claimed AS (
            INSERT INTO ekiden.running
              ({kept}, attempt, failures, losses, worker_id, claimed_at, started_at, group_epoch,
               wakes)
            SELECT {kept}, attempt + 1, failures, losses, :worker_id, (SELECT now FROM moment),
                   CASE WHEN row_number() OVER (ORDER BY id) <= :starting
                        THEN (SELECT now FROM moment) END,
                   CASE WHEN group_id <> 0
                        THEN COALESCE(
                               (SELECT epoch
                                FROM ekiden.job_group
                                WHERE job_group.id = taken.group_id),
                               1)
                   END,
                   CAST(:wakes AS smallint)
            FROM taken
          )
          """
              + ClaimTable.TAKEN);

  private static final String CANDIDATE_COLUMNS =
      """
      CAST(ctid AS text) AS place, id, priority, definition_id,
               CAST(key_kind AS text) AS key_kind, key, key_limit, group_id, vcpus, dependent, attempt,
               failures, losses\
      """;

  private static final String HEADS =
      """
      SELECT head.*
      FROM unnest(CAST(:groups AS bigint[]), CAST(:takes AS integer[]))
           WITH ORDINALITY AS lane(group_id, take, position)
      CROSS JOIN LATERAL (
        SELECT %s
        FROM ekiden.ready
        WHERE queue_id = :queue_id
          AND priority = :priority
          AND ready.group_id = lane.group_id
          AND definition_id = ANY (CAST(:definition_ids AS integer[]))
          AND losses = 0
        ORDER BY id
        LIMIT lane.take
        FOR UPDATE SKIP LOCKED) AS head
      ORDER BY head.id
      """
          .formatted(CANDIDATE_COLUMNS);

  private static final String LOST =
      """
      SELECT %s
      FROM ekiden.ready
      WHERE queue_id = :queue_id
        AND definition_id = ANY (CAST(:definition_ids AS integer[]))
        AND losses > 0
      ORDER BY priority DESC, id
      LIMIT :max
      FOR UPDATE SKIP LOCKED
      """
          .formatted(CANDIDATE_COLUMNS);

  private static final String OF_KEYS =
      """
      SELECT head.*
      FROM unnest(CAST(:keys AS text[]), CAST(:takes AS integer[])) AS asked(key, take)
      CROSS JOIN LATERAL (
        SELECT %s
        FROM ekiden.ready
        WHERE queue_id = :queue_id AND ready.key = asked.key
        ORDER BY id
        LIMIT asked.take
        FOR UPDATE) AS head
      ORDER BY id
      """
          .formatted(CANDIDATE_COLUMNS);

  private static final String CLAIM =
      Columns.in(
          """
          WITH taken AS (
            DELETE FROM ekiden.ready WHERE ctid = ANY (CAST(:places AS tid[])) RETURNING *
          ),
          moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          claimed AS (
            INSERT INTO ekiden.running
              ({kept}, attempt, failures, losses, worker_id, claimed_at, started_at, group_epoch,
               wakes)
            SELECT {kept}, attempt + 1, failures, losses, :worker_id, (SELECT now FROM moment),
                   CASE WHEN id = ANY (CAST(:starting AS bigint[]))
                        THEN (SELECT now FROM moment) END,
                   CASE WHEN group_id <> 0
                        THEN COALESCE(
                               (SELECT epoch
                                FROM ekiden.job_group
                                WHERE job_group.id = taken.group_id),
                               1)
                   END,
                   CAST(:wakes AS smallint)
            FROM taken
          )
          SELECT id, {payload} AS payload FROM ekiden.job WHERE id = ANY (CAST(:ids AS bigint[]))
          """);

  private static final String PARK =
      Columns.in(
          """
          WITH parked AS (
            DELETE FROM ekiden.ready WHERE ctid = ANY (CAST(:places AS tid[])) RETURNING *
          )
          INSERT INTO ekiden.blocked ({live}, reason)
          SELECT {live}, CAST(:reason AS ekiden.blocked_reason) FROM parked
          """);

  private static final String END =
      Columns.in(
          """
          WITH moved AS (
            DELETE FROM ekiden.ready WHERE ctid = ANY (CAST(:places AS tid[])) RETURNING *
          ),
          ended AS (
            DELETE FROM ekiden.job WHERE id = ANY (CAST(:ids AS bigint[])) RETURNING *
          )
          INSERT INTO ekiden.finished
            ({job}, state, attempt, failures, losses, finished_at, error_type, error)
          SELECT {job}, 'CANCELED', attempt, failures, losses, ekiden.engine_now(), 'dependency',
                 reason
          FROM ended
          FULL JOIN (SELECT id, attempt, failures, losses FROM moved) AS moved USING (id)
          FULL JOIN unnest(CAST(:ids AS bigint[]), CAST(:reasons AS text[])) AS t(id, reason)
            USING (id)
          WHERE CASE WHEN definition_id IS NULL OR attempt IS NULL OR reason IS NULL THEN false
                     ELSE true END
          """);

  private static final String POSTPONE =
      Columns.in(
          """
          WITH postponed AS (
            DELETE FROM ekiden.ready WHERE ctid = ANY (CAST(:places AS tid[])) RETURNING *
          )
          INSERT INTO ekiden.scheduled ({live}, run_at, backing_off)
          SELECT {live},
                 ekiden.engine_now() + micros * interval '1 microsecond', false
          FROM postponed
          FULL JOIN unnest(CAST(:ids AS bigint[]), CAST(:micros AS bigint[])) AS t(id, micros)
            USING (id)
          WHERE CASE WHEN queue_id IS NULL OR micros IS NULL THEN false ELSE true END
          """);

  private static final String FREE_LIMITED =
      Columns.in(
          """
          WITH freed AS (
            DELETE FROM ekiden.blocked
            WHERE ctid = ANY (ARRAY(
              SELECT ctid
              FROM ekiden.blocked
              WHERE reason = 'LIMIT' AND queue_id = :queue_id AND definition_id = :definition_id
              ORDER BY priority DESC, id
              LIMIT :max))
            RETURNING *
          )
          INSERT INTO ekiden.ready ({live})
          SELECT {live} FROM freed
          """);

  private static final RowMapper<Candidate> CANDIDATE =
      (row, context) -> {
        String kind = row.getString("key_kind");
        return new Candidate(
            row.getString("place"),
            row.getLong("id"),
            row.getInt("priority"),
            row.getInt("definition_id"),
            kind == null ? null : KeyKind.valueOf(kind),
            row.getString("key"),
            row.getInt("key_limit"),
            row.getLong("group_id"),
            row.getInt("vcpus"),
            row.getBoolean("dependent"),
            row.getInt("attempt"),
            row.getInt("failures"),
            row.getInt("losses"));
      };

  private static final RowMapper<Lane> LANE =
      (row, context) ->
          new Lane(row.getLong("group_id"), row.getDouble("weight"), row.getBoolean("held"));

  private GateTable() {}

  static Sight sight(Handle handle, short queueId) {
    return handle
        .createQuery(SIGHT)
        .bind("queue_id", queueId)
        .map((row, context) ->
            new Sight(
                row.getBoolean("open"),
                Arrays.stream((Short[]) row.getArray("priorities").getArray())
                    .map(Short::intValue)
                    .toList(),
                row.getBoolean("decides")))
        .one();
  }

  /** Lanes of a priority that have READY jobs, in the order of their groups from a given one. */
  static List<Lane> lanes(Handle handle, short queueId, int priority, long first) {
    return handle
        .createQuery(LANES)
        .bind("queue_id", queueId)
        .bind("priority", priority)
        .bind("first", first)
        .bind("max", MAX_LANES)
        .map(LANE)
        .list();
  }

  /** Lanes whose groups are known, in their order. */
  static List<Lane> lanes(Handle handle, List<Long> groups) {
    return handle.createQuery(KNOWN_LANES).bindArray("groups", Long.class, groups).map(LANE).list();
  }

  /**
   * Moves the first jobs of lanes to {@code running}, of those that have no key and wait for
   * nobody.
   *
   * @param takes how many of each lane
   * @param above ids behind which to begin in each lane
   * @param starting how many of them are noted as started
   * @return in the order of their ids
   */
  static List<ClaimedJob> claimLanes(
      Handle handle,
      Order order,
      int priority,
      List<Long> groups,
      List<Integer> takes,
      List<Long> above,
      int starting,
      @Nullable Short wakes) {
    return handle
        .createQuery(CLAIM_LANES)
        .bind("queue_id", order.queueId())
        .bind("worker_id", order.workerId())
        .bind("priority", priority)
        .bind("starting", starting)
        .bind("wakes", wakes)
        .bindArray("groups", Long.class, groups)
        .bindArray("takes", Integer.class, takes)
        .bindArray("above", Long.class, above)
        .bindArray("definition_ids", Integer.class, order.definitionIds())
        .scanResultSet(
            (rows, context) -> ClaimTable.taken(order, starting, wakes != null, rows.get()));
  }

  /** Locks the first jobs of lanes, so many of each, in the order of their ids. */
  static List<Candidate> heads(
      Handle handle, Order order, int priority, List<Long> groups, List<Integer> takes) {
    return handle
        .createQuery(HEADS)
        .bind("queue_id", order.queueId())
        .bind("priority", priority)
        .bindArray("groups", Long.class, groups)
        .bindArray("takes", Integer.class, takes)
        .bindArray("definition_ids", Integer.class, order.definitionIds())
        .map(CANDIDATE)
        .list();
  }

  /** Locks the first jobs that a worker died under. */
  static List<Candidate> lost(Handle handle, Order order) {
    return handle
        .createQuery(LOST)
        .bind("queue_id", order.queueId())
        .bind("max", MAX_LOST)
        .bindArray("definition_ids", Integer.class, order.definitionIds())
        .map(CANDIDATE)
        .list();
  }

  /**
   * Locks the first jobs of keys, whatever their priority and whoever can run them: as many of each
   * as it has candidates.
   */
  static List<Candidate> firstOfKeys(
      Handle handle, Order order, Map<String, List<Candidate>> candidates) {
    return handle
        .createQuery(OF_KEYS)
        .bind("queue_id", order.queueId())
        .bindArray("keys", String.class, List.copyOf(candidates.keySet()))
        .bindArray("takes", Integer.class, candidates.values().stream().map(List::size).toList())
        .map(CANDIDATE)
        .list();
  }

  /**
   * Moves jobs to {@code running}.
   *
   * @param starting those that are noted as started
   * @return what they are to work on, by id; {@link ClaimTable#TOO_LATE} if it is too late for it
   */
  static Map<Long, String> claim(
      Handle handle,
      Order order,
      List<Candidate> candidates,
      Set<Long> starting,
      @Nullable Short wakes) {
    Map<Long, String> payloads = new HashMap<>();
    handle
        .createQuery(CLAIM)
        .bind("worker_id", order.workerId())
        .bind("wakes", wakes)
        .bindArray("places", String.class, places(candidates))
        .bindArray("starting", Long.class, List.copyOf(starting))
        .bindArray("ids", Long.class, candidates.stream().map(Candidate::id).toList())
        .map((row, context) ->
            payloads.put(
                row.getLong("id"),
                Objects.requireNonNullElse(row.getString("payload"), ClaimTable.TOO_LATE)))
        .list();
    return payloads;
  }

  static void park(Handle handle, BlockedReason reason, List<Candidate> candidates) {
    if (!candidates.isEmpty()) {
      handle
          .createUpdate(PARK)
          .bind("reason", reason.name())
          .bindArray("places", String.class, places(candidates))
          .execute();
    }
  }

  /** Ends jobs that wait for others in vain, with the reasons. */
  static void end(Handle handle, Map<Candidate, String> candidates) {
    if (!candidates.isEmpty()) {
      List<Candidate> ended = List.copyOf(candidates.keySet());
      handle
          .createUpdate(END)
          .bindArray("places", String.class, places(ended))
          .bindArray("ids", Long.class, ended.stream().map(Candidate::id).toList())
          .bindArray("reasons", String.class, ended.stream().map(candidates::get).toList())
          .execute();
    }
  }

  /** Lets jobs wait for a time, each for its own. */
  static void postpone(Handle handle, List<Candidate> candidates, List<Long> micros) {
    if (!candidates.isEmpty()) {
      handle
          .createUpdate(POSTPONE)
          .bindArray("places", String.class, places(candidates))
          .bindArray("ids", Long.class, candidates.stream().map(Candidate::id).toList())
          .bindArray("micros", Long.class, micros)
          .execute();
    }
  }

  /** Makes jobs READY that were parked because too many of their definition ran; says how many. */
  static int freeLimited(Handle handle, short queueId, int definitionId, int max) {
    return handle
        .createUpdate(FREE_LIMITED)
        .bind("queue_id", queueId)
        .bind("definition_id", definitionId)
        .bind("max", max)
        .execute();
  }

  private static List<String> places(List<Candidate> candidates) {
    return candidates.stream().map(Candidate::place).toList();
  }
}
