package dev.ekiden.engine.store;

import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.engine.store.AsideTable.Kind;
import java.sql.Array;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Workers and their leases, judged by the database's clock without its offset. */
public final class WorkerTable {

  /** An attempt that a worker holds, as the database knows it. */
  public record Held(
      AttemptRef ref, int losses, @Nullable Instant startedAt, boolean stopRequested) {}

  /**
   * An attempt without a worker.
   *
   * @param takenOver whether its job's next attempt takes over what goes on without the worker
   * @param startedAgoMicros how long ago it began; 0 if no start was noted
   */
  public record Orphan(Held held, boolean takenOver, long startedAgoMicros) {}

  /** Of each kind; more would keep the gates of the queues for long. */
  static final int FREED_AT_ONCE = 1_000;

  private static final String REGISTER =
      """
      INSERT INTO ekiden.worker
        (name, concurrency, queues, definitions, started_at, expires_at)
      VALUES (:name, :concurrency, CAST(:queues AS text[]), CAST(:definitions AS text[]),
              clock_timestamp(), clock_timestamp() + :lease_micros * interval '1 microsecond')
      RETURNING id
      """;

  private static final String RENEW =
      """
      UPDATE ekiden.worker
      SET expires_at = clock_timestamp() + :lease_micros * interval '1 microsecond'
      WHERE id = :id AND ended_at IS NULL
      """;

  private static final String HELD =
      """
      SELECT id, attempt, losses, started_at, cancel_requested, worker_id
      FROM ekiden.running
      WHERE worker_id = :worker_id
      ORDER BY id
      """;

  private static final String HELD_OF =
      """
      SELECT id, attempt, losses, started_at, cancel_requested, worker_id
      FROM ekiden.running
      WHERE id = ANY (CAST(:ids AS bigint[])) AND worker_id = :worker_id
      """;

  private static final String LEAVE =
      "UPDATE ekiden.worker SET ended_at = clock_timestamp() WHERE id = :id AND ended_at IS NULL";

  // A worker gets one full lease after the database, or whoever judges, came back.
  private static final String EXPIRE =
      """
      UPDATE ekiden.worker
      SET ended_at = clock_timestamp(), lost = true
      WHERE id = ANY (ARRAY(
        SELECT id
        FROM ekiden.worker
        WHERE ended_at IS NULL
          AND expires_at < clock_timestamp()
          AND clock_timestamp() > GREATEST(pg_postmaster_start_time(), CAST(:judging_since AS timestamptz))
                + :lease_micros * interval '1 microsecond'
        ORDER BY id
        LIMIT 1
        FOR UPDATE SKIP LOCKED))
      RETURNING id
      """;

  // Also what a claim gave to a worker in the moment in which it was taken out of the list. A row
  // that a handler's own transaction holds is left for later: it may be completed by then.
  private static final String ORPHANS =
      """
      SELECT running.id, running.attempt, running.losses, running.started_at,
             running.cancel_requested, running.worker_id,
             (SELECT settings @> '{"takenOver": true}'
              FROM ekiden.definition
              WHERE definition.id = running.definition_id) AS taken_over,
             COALESCE(
               CAST(EXTRACT(EPOCH FROM ekiden.engine_now() - running.started_at) * 1000000
                    AS bigint),
               0) AS ago_micros
      FROM ekiden.running
      WHERE NOT EXISTS (
        SELECT
        FROM ekiden.worker
        WHERE worker.id = running.worker_id AND worker.ended_at IS NULL)
      ORDER BY running.id
      LIMIT :max
      FOR UPDATE OF running SKIP LOCKED
      """;

  private static final String LIVE =
      """
      SELECT worker.*,
             (SELECT count(*) FROM ekiden.running WHERE running.worker_id = worker.id) AS running
      FROM ekiden.worker
      WHERE ended_at IS NULL
      ORDER BY id
      """;

  private static final String FORGET =
      """
      DELETE FROM ekiden.worker
      WHERE ended_at < clock_timestamp() - :age_micros * interval '1 microsecond'
      """;

  private static final RowMapper<Held> ATTEMPT =
      (row, context) ->
          new Held(
              new AttemptRef(row.getLong("id"), row.getInt("attempt"), row.getLong("worker_id")),
              row.getInt("losses"),
              JobTable.instant(row, "started_at"),
              row.getBoolean("cancel_requested"));

  private WorkerTable() {}

  /**
   * Begins a lease, and lets the first of the jobs come back that stand aside because nobody could
   * run them; answers the worker's id. The rest comes back by and by.
   */
  public static long register(
      Handle handle,
      String name,
      int concurrency,
      Collection<String> queues,
      Collection<String> definitions,
      Duration lease) {
    Set<Short> queueIds = AsideTable.lock(handle, queues);
    long id =
        handle
            .createQuery(REGISTER)
            .bind("name", name)
            .bind("concurrency", concurrency)
            .bindArray("queues", String.class, List.copyOf(queues))
            .bindArray("definitions", String.class, List.copyOf(definitions))
            .bind("lease_micros", micros(lease))
            .mapTo(Long.class)
            .one();
    for (Kind kind : AsideTable.servedAgain(handle)) {
      if (queueIds.contains(kind.queueId())) { // no other gate may be locked now
        AsideTable.free(handle, kind, FREED_AT_ONCE);
      }
    }
    return id;
  }

  /** Prolongs a lease; false when it was taken away. */
  public static boolean renew(Handle handle, long id, Duration lease) {
    return handle.createUpdate(RENEW).bind("id", id).bind("lease_micros", micros(lease)).execute()
        == 1;
  }

  /** The attempts a worker holds; looks through all that run. */
  public static List<Held> held(Handle handle, long workerId) {
    return handle.createQuery(HELD).bind("worker_id", workerId).map(ATTEMPT).list();
  }

  /** Those of some jobs that a worker holds. */
  public static List<Held> held(Handle handle, long workerId, Collection<Long> jobIds) {
    return handle
        .createQuery(HELD_OF)
        .bind("worker_id", workerId)
        .bindArray("ids", Long.class, List.copyOf(jobIds))
        .map(ATTEMPT)
        .list();
  }

  /** Locks attempts whose worker holds no lease any more. */
  public static List<Orphan> orphans(Handle handle, int max) {
    return handle
        .createQuery(ORPHANS)
        .bind("max", max)
        .map((row, context) ->
            new Orphan(
                ATTEMPT.map(row, context),
                row.getBoolean("taken_over"),
                Math.max(0, row.getLong("ago_micros"))))
        .list();
  }

  /** Ends a lease of its own accord. */
  public static void leave(Handle handle, long id) {
    handle.createUpdate(LEAVE).bind("id", id).execute();
  }

  /**
   * Takes away one lease that has run out; answers the worker, or empty.
   *
   * @param judgingSince since when the caller has judged without a gap
   */
  public static Optional<Long> expireOne(Handle handle, Duration lease, Instant judgingSince) {
    return handle
        .createQuery(EXPIRE)
        .bind("lease_micros", micros(lease))
        .bind("judging_since", judgingSince)
        .mapTo(Long.class)
        .findOne();
  }

  public static List<WorkerSummary> live(Handle handle) {
    return handle
        .createQuery(LIVE)
        .map((row, context) ->
            new WorkerSummary(
                row.getLong("id"),
                row.getString("name"),
                row.getTimestamp("started_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                row.getInt("concurrency"),
                texts(row.getArray("queues")),
                texts(row.getArray("definitions")),
                row.getLong("running")))
        .list();
  }

  /** Forgets workers that ended longer ago than {@code age}. */
  public static void forget(Handle handle, Duration age) {
    handle.createUpdate(FORGET).bind("age_micros", micros(age)).execute();
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  private static List<String> texts(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }
}
