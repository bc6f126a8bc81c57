package dev.ekiden.engine.store;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Job.KeyKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Keys that are taken, and the jobs parked behind them. Used under the gate of the queue. */
public final class KeyTable {
  /** Most jobs of one SERIAL key that are claimed, or freed, at a time. */
  static final int CHAIN = 64;

  /** A key and its scope. */
  record QueueKey(short queueId, String key) implements Comparable<QueueKey> {
    @Override
    public int compareTo(QueueKey other) {
      int byQueue = Short.compare(queueId, other.queueId);
      return byQueue != 0 ? byQueue : key.compareTo(other.key);
    }
  }

  /**
   * How a key stands.
   *
   * @param running claimed jobs of the key, of all workers
   * @param mine those of one worker
   * @param resting whether a job of the key is in back-off
   * @param held whether the key stops until it is released, or until somebody can run its first job
   * @param firstReady lowest id among its READY jobs
   * @param firstParked lowest id among its parked jobs and those that stand aside
   */
  record KeyState(
      int running,
      int mine,
      boolean resting,
      boolean held,
      @Nullable Long firstReady,
      @Nullable Long firstParked) {
    boolean isTaken() {
      return running > 0;
    }
  }

  private static final String KEY_OF =
      """
      SELECT id, queue_id, key, CAST(key_kind AS text) AS key_kind
      FROM ekiden.job
      WHERE id = ANY (CAST(:ids AS bigint[])) AND key IS NOT NULL AND key_kind <> 'UNIQUE'
      """;

  // Mostly no key rests, is held, or has parked jobs: that is asked once, not of each key. What is
  // asked of each is a LIMIT 1, for an EXISTS may be planned as a scan of the whole table.
  private static final String STATES =
      """
      WITH asked AS MATERIALIZED (SELECT key FROM unnest(CAST(:keys AS text[])) AS key),
      taken AS MATERIALIZED (
        SELECT key, count(*) AS running, count(*) FILTER (WHERE worker_id = :worker_id) AS mine
        FROM ekiden.running
        WHERE queue_id = :queue_id AND key = ANY (CAST(:keys AS text[]))
        GROUP BY key
      ),
      present AS MATERIALIZED (
        SELECT EXISTS (
                 SELECT FROM ekiden.scheduled
                 WHERE queue_id = :queue_id AND key IS NOT NULL AND backing_off) AS resting,
               EXISTS (SELECT FROM ekiden.held_key WHERE queue_id = :queue_id) AS held,
               EXISTS (
                 SELECT FROM ekiden.blocked
                 WHERE queue_id = :queue_id AND reason = 'KEY') AS parked,
               EXISTS (
                 SELECT FROM ekiden.blocked
                 WHERE queue_id = :queue_id AND key IS NOT NULL AND reason = 'NO_WORKER') AS aside
      )
      SELECT asked.key, COALESCE(taken.running, 0) AS running, COALESCE(taken.mine, 0) AS mine,
             CASE WHEN (SELECT resting FROM present)
                  THEN (SELECT true FROM ekiden.scheduled
                        WHERE queue_id = :queue_id AND scheduled.key = asked.key AND backing_off
                        LIMIT 1) END IS TRUE AS resting,
             CASE WHEN (SELECT held FROM present)
                  THEN (SELECT true FROM ekiden.held_key
                        WHERE queue_id = :queue_id AND held_key.key = asked.key
                        LIMIT 1) END IS TRUE AS held,
             (SELECT id FROM ekiden.ready
              WHERE queue_id = :queue_id AND ready.key = asked.key
              ORDER BY id LIMIT 1) AS first_ready,
             CASE WHEN (SELECT parked FROM present)
                  THEN (SELECT id FROM ekiden.blocked
                        WHERE queue_id = :queue_id AND blocked.key = asked.key AND reason = 'KEY'
                        ORDER BY id LIMIT 1) END AS first_parked,
             CASE WHEN (SELECT aside FROM present)
                  THEN (SELECT id FROM ekiden.blocked
                        WHERE queue_id = :queue_id AND blocked.key = asked.key
                          AND reason = 'NO_WORKER'
                        ORDER BY id LIMIT 1) END AS first_aside
      FROM asked
      FULL JOIN taken ON taken.key = asked.key -- see Plans
      WHERE CASE WHEN asked.key IS NULL THEN false ELSE true END
      """;

  private static final String FREE =
      Columns.in(
          """
          WITH freed AS (
            DELETE FROM ekiden.blocked
            WHERE ctid = ANY (ARRAY(
              SELECT parked.place
              FROM unnest(
                     CAST(:queue_ids AS smallint[]), CAST(:keys AS text[]),
                     CAST(:maxes AS integer[]), CAST(:only_if_free AS boolean[]))
                   AS freed(queue_id, key, max, only_if_free)
              CROSS JOIN LATERAL (
                SELECT ctid AS place
                FROM ekiden.blocked
                WHERE reason = 'KEY'
                  AND blocked.queue_id = freed.queue_id
                  AND blocked.key = freed.key
                ORDER BY id
                LIMIT CASE WHEN freed.only_if_free AND EXISTS (
                             SELECT FROM ekiden.running
                             WHERE running.queue_id = freed.queue_id
                               AND running.key = freed.key)
                           THEN 0
                           ELSE freed.max END) AS parked
              -- Asked once: mostly nothing is parked by any key.
              WHERE EXISTS (SELECT FROM ekiden.blocked WHERE reason = 'KEY')))
            RETURNING *
          )
          INSERT INTO ekiden.ready ({live})
          SELECT {live} FROM freed
          """);

  private static final String HOLD =
      """
      INSERT INTO ekiden.held_key (queue_id, key, job_id, held_at)
      SELECT t.queue_id, t.key, t.job_id, ekiden.engine_now()
      FROM unnest(CAST(:queue_ids AS smallint[]), CAST(:keys AS text[]), CAST(:ids AS bigint[]))
           AS t(queue_id, key, job_id)
      ON CONFLICT (queue_id, key) DO NOTHING
      """;

  private static final String RELEASE =
      "DELETE FROM ekiden.held_key WHERE queue_id = :queue_id AND key = :key";

  private KeyTable() {}

  /** The keys by which live jobs may be parked, of those that have one. */
  static Map<Long, Map.Entry<QueueKey, KeyKind>> keysOf(Handle handle, List<Long> ids) {
    Map<Long, Map.Entry<QueueKey, KeyKind>> keys = new HashMap<>();
    handle
        .createQuery(KEY_OF)
        .bindArray("ids", Long.class, ids)
        .map((row, context) ->
            keys.put(
                row.getLong("id"),
                Map.entry(
                    new QueueKey(row.getShort("queue_id"), row.getString("key")),
                    KeyKind.valueOf(row.getString("key_kind")))))
        .list();
    return keys;
  }

  static Map<String, KeyState> states(
      Handle handle, short queueId, long workerId, Collection<String> keys) {
    Map<String, KeyState> states = new HashMap<>();
    handle
        .createQuery(STATES)
        .bind("queue_id", queueId)
        .bind("worker_id", workerId)
        .bindArray("keys", String.class, List.copyOf(keys))
        .map((row, context) -> {
          Long ready = JobTable.number(row, "first_ready");
          Long parked = JobTable.number(row, "first_parked");
          Long aside = JobTable.number(row, "first_aside");
          return states.put(
              row.getString("key"),
              new KeyState(
                  row.getInt("running"),
                  row.getInt("mine"),
                  row.getBoolean("resting"),
                  row.getBoolean("held") || (aside != null && (ready == null || aside < ready)),
                  ready,
                  parked == null || (aside != null && aside < parked) ? aside : parked));
        })
        .list();
    return states;
  }

  /**
   * Makes the oldest parked jobs of keys READY: all of a COALESCE key, which run as one; of a
   * SERIAL key, when none of it runs, as many as a claim may take; of a LIMIT key as many as one
   * transaction may end. One that was freed too early is parked again.
   */
  static void free(Handle handle, Map<QueueKey, KeyKind> keys) {
    if (keys.isEmpty()) {
      return;
    }
    List<QueueKey> freed = new ArrayList<>(keys.keySet());
    handle
        .createUpdate(FREE)
        .bindArray("queue_ids", Short.class, freed.stream().map(QueueKey::queueId).toList())
        .bindArray("keys", String.class, freed.stream().map(QueueKey::key).toList())
        .bindArray(
            "maxes",
            Integer.class,
            freed.stream()
                .map(key -> keys.get(key) == KeyKind.COALESCE ? Integer.MAX_VALUE : CHAIN)
                .toList())
        .bindArray(
            "only_if_free",
            Boolean.class,
            freed.stream().map(key -> Objects.requireNonNull(keys.get(key)).isSerial()).toList())
        .execute();
  }

  /** Stops keys whose job failed for good. */
  static void hold(Handle handle, Map<QueueKey, Long> keys) {
    if (keys.isEmpty()) {
      return;
    }
    List<QueueKey> held = new ArrayList<>(keys.keySet());
    handle
        .createUpdate(HOLD)
        .bindArray("queue_ids", Short.class, held.stream().map(QueueKey::queueId).toList())
        .bindArray("keys", String.class, held.stream().map(QueueKey::key).toList())
        .bindArray("ids", Long.class, held.stream().map(keys::get).toList())
        .execute();
  }

  /** Lets a stopped key go on; false if it was not stopped. */
  public static boolean release(Handle handle, short queueId, String text) {
    QueueKey key = new QueueKey(queueId, text);
    Gate.lock(handle, queueId);
    boolean released =
        handle
                .createUpdate(RELEASE)
                .bind("queue_id", key.queueId())
                .bind("key", key.key())
                .execute()
            > 0;
    free(handle, Map.of(key, KeyKind.SERIAL_HOLD));
    return released;
  }

  /** Whether jobs parked behind a key of this kind may go on after an attempt that ended so. */
  static boolean goesOn(KeyKind kind, Outcome outcome) {
    return switch (kind) {
      case COALESCE, LIMIT -> true;
      // A job in back-off keeps its place. One that is given back keeps it too, but may have to
      // pass one that was parked meanwhile.
      case SERIAL, SERIAL_HOLD -> outcome != Outcome.RETRIED;
      case UNIQUE -> false;
    };
  }
}
