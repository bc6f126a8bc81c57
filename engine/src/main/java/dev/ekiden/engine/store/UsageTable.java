package dev.ekiden.engine.store;

import static java.util.Comparator.naturalOrder;

import dev.ekiden.engine.RecordedRun;
import dev.ekiden.engine.Usage;
import dev.ekiden.engine.Usage.AttemptShare;
import dev.ekiden.engine.Usage.By;
import dev.ekiden.engine.UsageReport.Part;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** What attempts took of workers, summed up for each quarter of an hour. */
public final class UsageTable {

  /** A worker, by the engine's time. */
  public record KnownWorker(
      long id, String name, int slots, Instant startedAt, @Nullable Instant endedAt) {}

  private static final int THOUSAND = 1_000;

  // Until the first time, workers are known as long as their rows are kept.
  private static final String BEGIN =
      """
      INSERT INTO ekiden.usage_until (until)
      SELECT LEAST(now, GREATEST(first.started_at, now - interval '7 days'))
      FROM (SELECT ekiden.engine_now() AS now) AS moment,
           (SELECT min(started_at) + (SELECT "offset" FROM ekiden.clock) AS started_at
            FROM ekiden.worker) AS first
      ON CONFLICT DO NOTHING
      """;

  private static final String LOCK_UNTIL =
      "SELECT until FROM ekiden.usage_until FOR UPDATE SKIP LOCKED";

  private static final String UNTIL = "SELECT until FROM ekiden.usage_until";

  private static final String SET_UNTIL = "UPDATE ekiden.usage_until SET until = :until";

  // Attempts of jobs that have not ended since, and of those that have.
  private static final String ENDED =
      """
      SELECT finished.id AS job_id, attempt AS number, worker_id, queue_id, definition_id, group_id,
             group_name, vcpus, started_at, finished_at AS ended_at
      FROM ekiden.finished
      WHERE finished_at >= :since AND finished_at < :until AND started_at IS NOT NULL
      UNION ALL
      SELECT job_id, number, worker_id, queue_id, definition_id, group_id, group_name, vcpus,
             started_at, ended_at
      FROM ekiden.attempt
      JOIN ekiden.job ON job.id = attempt.job_id
      WHERE ended_at >= :since AND ended_at < :until AND started_at IS NOT NULL
      UNION ALL
      SELECT job_id, number, attempt.worker_id, queue_id, definition_id, group_id, group_name, vcpus,
             attempt.started_at, ended_at
      FROM ekiden.attempt
      JOIN ekiden.finished ON finished.id = attempt.job_id AND finished.finished_at >= :since
      WHERE ended_at >= :since AND ended_at < :until AND attempt.started_at IS NOT NULL
      """;

  private static final String RUNNING =
      """
      SELECT running.id, running.attempt, running.worker_id, running.queue_id,
             running.definition_id, running.group_id, job.group_name, running.vcpus,
             running.started_at, CAST(:now AS timestamptz)
      FROM ekiden.running
      JOIN ekiden.job ON job.id = running.id
      WHERE running.started_at IS NOT NULL
      """;

  /** Cuts <code>ran</code> into quarters; an attempt counts where it ended. */
  private static final String PIECE =
      """
      SELECT ran.*, quarter, quarter = last AS ends,
             CAST(EXTRACT(EPOCH FROM
                    GREATEST(LEAST(ended_at, quarter + interval '15 minutes')
                               - GREATEST(started_at, quarter),
                             interval '0')) * 1000000 AS bigint) AS micros
      FROM ran
      CROSS JOIN LATERAL (
        SELECT date_bin('15 minutes', started_at, TIMESTAMPTZ 'epoch') AS first) AS first
      CROSS JOIN LATERAL (
        SELECT GREATEST(first,
                 date_bin('15 minutes', ended_at - interval '1 microsecond', TIMESTAMPTZ 'epoch'))
               AS last) AS last
      CROSS JOIN LATERAL generate_series(first, last, interval '15 minutes') AS quarter
      """;

  private static final String ADD =
      """
      WITH ran AS ({ended}),
      piece AS ({piece})
      INSERT INTO ekiden.usage AS present
        (quarter, worker_id, queue_id, definition_id, group_id, group_name, attempts, micros,
         vcpu_micros)
      SELECT quarter, worker_id, queue_id, definition_id, group_id, max(group_name),
             count(*) FILTER (WHERE ends), sum(micros), sum(micros * vcpus)
      FROM piece
      GROUP BY quarter, worker_id, queue_id, definition_id, group_id
      ON CONFLICT (quarter, worker_id, queue_id, definition_id, group_id) DO UPDATE
      SET attempts = present.attempts + excluded.attempts,
          micros = present.micros + excluded.micros,
          vcpu_micros = present.vcpu_micros + excluded.vcpu_micros
      """
          .replace("{ended}", ENDED)
          .replace("{piece}", PIECE);

  // Leases end by the database's clock, so a worker is noted again for some time after its end.
  private static final String NOTE_WORKERS =
      """
      INSERT INTO ekiden.usage_worker (id, name, slots, started_at, ended_at)
      SELECT id, name, concurrency, started_at + "offset", ended_at + "offset"
      FROM ekiden.worker, ekiden.clock
      WHERE ended_at IS NULL OR ended_at + "offset" > CAST(:since AS timestamptz) - interval '1 hour'
      ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at
      WHERE usage_worker.ended_at IS DISTINCT FROM excluded.ended_at
      """;

  private static final String FORGET = "DELETE FROM ekiden.usage WHERE quarter < :before";

  private static final String FORGET_WORKERS =
      "DELETE FROM ekiden.usage_worker WHERE ended_at < :before";

  private static final String KNOWN =
      """
      SELECT id, name, slots, started_at, ended_at
      FROM ekiden.usage_worker
      WHERE NOT EXISTS (SELECT FROM ekiden.worker WHERE worker.id = usage_worker.id)
      UNION ALL
      SELECT id, name, concurrency, started_at + "offset", ended_at + "offset"
      FROM ekiden.worker, ekiden.clock
      """;

  private static final String WORKERS =
      """
      SELECT *
      FROM ({known}) AS known
      WHERE started_at < :to AND (ended_at IS NULL OR ended_at > :from)
      ORDER BY id
      """
          .replace("{known}", KNOWN);

  private static final String WORKERS_BY_ID =
      "SELECT * FROM ({known}) AS known WHERE id = ANY (CAST(:ids AS bigint[]))"
          .replace("{known}", KNOWN);

  private static final RowMapper<KnownWorker> WORKER =
      (row, context) ->
          new KnownWorker(
              row.getLong("id"),
              row.getString("name"),
              row.getInt("slots"),
              row.getTimestamp("started_at").toInstant(),
              JobTable.instant(row, "ended_at"));

  /**
   * Sums of quarters, those of attempts that ended since the last addition among them, and what
   * they are of their workers. A worker has a thousand thousandths for each slot.
   */
  private static final String SHARED =
      """
      WITH ran AS (
        {ended}
        UNION ALL
        {running}),
      piece AS ({piece}),
      fresh AS MATERIALIZED (SELECT * FROM piece WHERE quarter >= :from AND quarter < :to),
      cell AS (
        SELECT quarter, worker_id, queue_id, definition_id, group_id, max(group_name) AS group_name,
               sum(attempts) AS attempts, sum(micros) AS micros, sum(vcpu_micros) AS vcpu_micros
        FROM (
          SELECT quarter, worker_id, queue_id, definition_id, group_id, group_name, attempts, micros,
                 vcpu_micros
          FROM ekiden.usage
          WHERE quarter >= :from AND quarter < :to
          UNION ALL
          SELECT quarter, worker_id, queue_id, definition_id, group_id, group_name,
                 CAST(ends AS integer), micros, micros * vcpus
          FROM fresh) AS sums
        GROUP BY quarter, worker_id, queue_id, definition_id, group_id
      ),
      known AS MATERIALIZED ({known}),
      shared AS (
        SELECT cell.*, COALESCE(alive_micros, 0) AS alive_micros,
               GREATEST(CAST(slots AS numeric) * 1000 * alive_micros,
                        sum(vcpu_micros) OVER (PARTITION BY quarter, worker_id)) AS whole
        FROM cell
        LEFT JOIN known ON known.id = cell.worker_id
        CROSS JOIN LATERAL (
          SELECT CASE WHEN known.id IS NOT NULL THEN
                   CAST(EXTRACT(EPOCH FROM
                          GREATEST(
                            LEAST(known.ended_at, quarter + interval '15 minutes',
                                  CAST(:now AS timestamptz))
                              - GREATEST(known.started_at, quarter),
                            interval '0')) * 1000000 AS bigint) END AS alive_micros) AS alive
      )
      """
          .replace("{ended}", ENDED)
          .replace("{running}", RUNNING)
          .replace("{piece}", PIECE)
          .replace("{known}", KNOWN);

  private static final String PARTS =
      SHARED
          + """
          SELECT width_bucket(quarter, CAST(:days AS timestamptz[])) - 1 AS day, name, worker_id,
                 CAST(sum(attempts) AS bigint) AS attempts,
                 CAST(sum(micros) AS bigint) AS micros,
                 CAST(sum(CASE WHEN whole > 0
                               THEN div(vcpu_micros * alive_micros * 1000, whole)
                               ELSE 0 END) AS bigint) AS busy_nanos
          FROM shared
          {names}
          GROUP BY 1, 2, 3
          ORDER BY 1, 2 NULLS LAST, 3
          """;

  private static final Map<By, String> JOINED =
      Map.of(
          By.QUEUE, "JOIN ekiden.queue ON queue.id = queue_id",
          By.DEFINITION, "JOIN ekiden.definition ON definition.id = definition_id",
          By.GROUP, "CROSS JOIN LATERAL (SELECT group_name AS name) AS named",
          By.WORKER, "CROSS JOIN (SELECT CAST(NULL AS text) AS name) AS named");

  private static final String OF_JOB =
      """
      WITH ran AS MATERIALIZED (
        SELECT job_id, number, worker_id, started_at, ended_at, vcpus
        FROM (
          SELECT job_id, number, worker_id, started_at, ended_at
          FROM ekiden.attempt
          WHERE job_id = :id
          UNION ALL
          SELECT id, attempt, worker_id, started_at, finished_at
          FROM ekiden.finished
          WHERE id = :id
          UNION ALL
          SELECT id, attempt, worker_id, started_at, CAST(:now AS timestamptz)
          FROM ekiden.running
          WHERE id = :id) AS attempt
        CROSS JOIN (
          SELECT vcpus FROM ekiden.job WHERE id = :id
          UNION ALL
          SELECT vcpus FROM ekiden.finished WHERE id = :id) AS job
        WHERE started_at IS NOT NULL)
      SELECT number, worker_id, quarter, micros, vcpus
      FROM ({piece}) AS piece
      ORDER BY number, quarter
      """
          .replace("{piece}", PIECE);

  private static final String WHOLE =
      SHARED
          + """
          SELECT DISTINCT worker_id, quarter, alive_micros, whole
          FROM shared
          WHERE worker_id = ANY (CAST(:worker_ids AS bigint[]))
          """;

  // Workers are looked up afterwards: as a join, each run may be compared with each of them.
  private static final String RUNS =
      """
      SELECT job_id, queue.name AS queue, definition.name AS definition, group_name, ran.priority,
             ran.vcpus, worker_id, arrived_at, ran.started_at, ran.ended_at, failed, returned
      FROM (
        SELECT id AS job_id, queue_id, definition_id, group_name, priority, vcpus,
               worker_id, CASE WHEN attempt = 1 THEN created_at ELSE claimed_at END AS arrived_at,
               started_at, finished_at AS ended_at, state <> 'SUCCEEDED' AS failed,
               false AS returned
        FROM ekiden.finished
        WHERE finished_at >= :since AND finished_at < :until AND started_at IS NOT NULL
        UNION ALL
        SELECT job_id, queue_id, definition_id, group_name, priority, vcpus,
               worker_id, CASE WHEN number = 1 THEN created_at ELSE claimed_at END, started_at,
               ended_at, true, outcome IN ('RETURNED', 'LOST')
        FROM ekiden.attempt
        JOIN ekiden.job ON job.id = attempt.job_id
        WHERE ended_at >= :since AND ended_at < :until AND started_at IS NOT NULL
        UNION ALL
        SELECT job_id, queue_id, definition_id, group_name, priority, vcpus, attempt.worker_id,
               CASE WHEN number = 1 THEN created_at ELSE attempt.claimed_at END, attempt.started_at,
               ended_at, true, outcome IN ('RETURNED', 'LOST')
        FROM ekiden.attempt
        JOIN ekiden.finished ON finished.id = attempt.job_id AND finished.finished_at >= :since
        WHERE ended_at >= :since AND ended_at < :until AND attempt.started_at IS NOT NULL) AS ran
      JOIN ekiden.queue ON queue.id = queue_id
      JOIN ekiden.definition ON definition.id = definition_id
      WHERE (CAST(:queue AS text) IS NULL OR queue.name = :queue)
        AND (CAST(:definition AS text) IS NULL OR definition.name = :definition)
      ORDER BY ran.ended_at DESC, job_id DESC
      LIMIT :max
      """;

  private UsageTable() {}

  /**
   * Up to where ends of attempts are added, locked until the transaction ends; empty while another
   * adds.
   */
  public static Optional<Instant> lockUntil(Handle handle) {
    handle.execute(BEGIN);
    return handle.createQuery(LOCK_UNTIL).mapTo(Instant.class).findOne();
  }

  /** Adds what ended from one time to before another. */
  public static void add(Handle handle, Instant since, Instant until) {
    Plans.useIndexes(handle);
    handle.createUpdate(ADD).bind("since", since).bind("until", until).execute();
    handle.createUpdate(NOTE_WORKERS).bind("since", since).execute();
    handle.createUpdate(SET_UNTIL).bind("until", until).execute();
  }

  /** Forgets what is older. */
  public static void forget(Handle handle, Instant before) {
    handle.createUpdate(FORGET).bind("before", before).execute();
    handle.createUpdate(FORGET_WORKERS).bind("before", before).execute();
  }

  /** Workers that were there at some time between two. */
  public static List<KnownWorker> workers(Handle handle, Instant from, Instant to) {
    return handle.createQuery(WORKERS).bind("from", from).bind("to", to).map(WORKER).list();
  }

  private static List<KnownWorker> workers(Handle handle, Collection<Long> ids) {
    return handle
        .createQuery(WORKERS_BY_ID)
        .bindArray("ids", Long.class, List.copyOf(ids))
        .map(WORKER)
        .list();
  }

  /** Names of those workers that are known. */
  public static SortedMap<Long, String> names(Handle handle, Collection<Long> ids) {
    SortedMap<Long, String> names = new TreeMap<>();
    workers(handle, ids).forEach(worker -> names.put(worker.id(), worker.name()));
    return names;
  }

  /**
   * What ran in quarters from one time to before another.
   *
   * @param days when each day begins
   */
  public static List<Part> parts(
      Handle handle, Instant from, Instant to, Instant now, List<Instant> days, By by) {
    Instant since = fresh(handle, from);
    return handle
        .createQuery(PARTS.replace("{names}", JOINED.getOrDefault(by, "")))
        .bind("since", since)
        .bind("until", after(now))
        .bind("from", from)
        .bind("to", to)
        .bind("now", now)
        .bindArray("days", Instant.class, days)
        .map((row, context) ->
            new Part(
                row.getInt("day"),
                row.getString("name"),
                row.getLong("worker_id"),
                row.getLong("attempts"),
                Math.multiplyExact(row.getLong("micros"), THOUSAND),
                row.getLong("busy_nanos")))
        .list();
  }

  /** What each attempt of a job took that has started, and of which worker; oldest first. */
  public static List<AttemptShare> ofJob(Handle handle, long id, Instant now) {
    List<AttemptPiece> pieces =
        handle.createQuery(OF_JOB).bind("id", id).bind("now", now).map(PIECE_ROW).list();
    if (pieces.isEmpty()) {
      return List.of();
    }
    Instant from = pieces.stream().map(AttemptPiece::quarter).min(naturalOrder()).orElseThrow();
    Instant to =
        pieces.stream()
            .map(AttemptPiece::quarter)
            .max(naturalOrder())
            .orElseThrow()
            .plus(Usage.QUARTER);
    Map<WorkerQuarter, Whole> wholes = new HashMap<>();
    handle
        .createQuery(WHOLE)
        .bind("since", fresh(handle, from))
        .bind("until", after(now))
        .bind("from", from)
        .bind("to", to)
        .bind("now", now)
        .bindArray(
            "worker_ids",
            Long.class,
            pieces.stream().map(AttemptPiece::workerId).distinct().toList())
        .map((row, context) ->
            wholes.put(
                new WorkerQuarter(row.getLong("worker_id"), instant(row, "quarter")),
                new Whole(row.getBigDecimal("alive_micros"), row.getBigDecimal("whole"))))
        .list();
    SortedMap<Integer, AttemptShare> shares = new TreeMap<>();
    for (AttemptPiece piece : pieces) {
      Whole whole = wholes.get(new WorkerQuarter(piece.workerId(), piece.quarter()));
      shares.merge(
          piece.number(),
          new AttemptShare(
              piece.number(), piece.workerId(), whole == null ? 0 : whole.nanos(piece)),
          (one, other) ->
              new AttemptShare(one.number(), one.workerId(), one.busyNanos() + other.busyNanos()));
    }
    return List.copyOf(shares.values());
  }

  /** The newest runs that ended from one time to before another, the newest first. */
  public static List<RecordedRun> runs(
      Handle handle,
      Instant since,
      Instant until,
      @Nullable String queue,
      @Nullable String definition,
      int max) {
    List<RecordedRun> runs =
        handle
            .createQuery(RUNS)
            .bind("since", since)
            .bind("until", until)
            .bind("queue", queue)
            .bind("definition", definition)
            .bind("max", max)
            .map((row, context) ->
                new RecordedRun(
                    row.getLong("job_id"),
                    row.getString("queue"),
                    row.getString("definition"),
                    row.getString("group_name"),
                    row.getInt("priority"),
                    row.getInt("vcpus") / (double) THOUSAND,
                    row.getLong("worker_id"),
                    null,
                    instant(row, "arrived_at"),
                    instant(row, "started_at"),
                    instant(row, "ended_at"),
                    row.getBoolean("failed"),
                    row.getBoolean("returned")))
            .list();
    Map<Long, Integer> slots = new HashMap<>();
    workers(handle, runs.stream().map(RecordedRun::workerId).collect(Collectors.toSet()))
        .forEach(worker -> slots.put(worker.id(), worker.slots()));
    return runs.stream().map(run -> run.withSlots(slots.get(run.workerId()))).toList();
  }

  private record AttemptPiece(
      int number, long workerId, Instant quarter, BigDecimal micros, BigDecimal vcpus) {}

  private record WorkerQuarter(long workerId, Instant quarter) {}

  private record Whole(BigDecimal aliveMicros, BigDecimal vcpuMicros) {
    long nanos(AttemptPiece piece) {
      return vcpuMicros.signum() == 0
          ? 0
          : piece
              .micros()
              .multiply(piece.vcpus())
              .multiply(aliveMicros)
              .multiply(BigDecimal.valueOf(THOUSAND))
              .divide(vcpuMicros, 0, RoundingMode.DOWN)
              .longValueExact();
    }
  }

  private static final RowMapper<AttemptPiece> PIECE_ROW =
      (row, context) ->
          new AttemptPiece(
              row.getInt("number"),
              row.getLong("worker_id"),
              instant(row, "quarter"),
              row.getBigDecimal("micros"),
              row.getBigDecimal("vcpus"));

  /** From when on ends of attempts are not among the sums. */
  private static Instant fresh(Handle handle, Instant from) {
    return handle
        .createQuery(UNTIL)
        .mapTo(Instant.class)
        .findOne()
        .filter(until -> until.isAfter(from))
        .orElse(from);
  }

  /** Later than all that has ended: nothing ends after the time that is now. */
  private static Instant after(Instant now) {
    return now.plus(Usage.QUARTER);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getTimestamp(column).toInstant();
  }
}
