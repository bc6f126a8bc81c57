package dev.ekiden.app.console;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.engine.store.Hashes;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The week before the {@link ShopHour}, for the pictures: the shop's server worked through mails,
 * images and index updates, a fleet of changing size through renderings. Nothing of it is run; it
 * is written as engine and controller would have noted it, so that every job has a worker that was
 * there when it ran.
 */
final class ShopWeek {
  static final Duration LENGTH = Duration.ofDays(7).minus(Duration.ofHours(1));

  private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final int AT_ONCE = 20_000;

  /** Something that ran and is over. */
  record Run(
      String definition,
      String customer,
      Instant createdAt,
      Instant startedAt,
      Instant endedAt,
      long workerId,
      boolean failed) {}

  private static final String ADD =
      """
      INSERT INTO ekiden.finished
        (id, state, queue_id, definition_id, priority, payload, created_at, attempt, failures,
         losses, worker_id, claimed_at, started_at, finished_at, result, error_type, error,
         group_id, group_name, vcpus)
      SELECT nextval('ekiden.job_id'),
             CAST(CASE WHEN failed THEN 'FAILED' ELSE 'SUCCEEDED' END AS ekiden.job_end),
             queue_id, definition_id, priority, '{"format":"webp","rows":1}', created_at, 1,
             CAST(failed AS integer), 0, worker_id, started_at, started_at, ended_at,
             CASE WHEN NOT failed THEN '{"bytes":184320}'::json END,
             CASE WHEN failed THEN 'JobFailure' END,
             CASE WHEN failed THEN 'the photo has fewer than 300 dots per inch' END,
             group_id, customer, vcpus
      FROM (
        SELECT run.*, definition.id AS definition_id, queue_id, priority, vcpus
        FROM unnest(CAST(:definitions AS text[]), CAST(:customers AS text[]),
                    CAST(:groups AS bigint[]), CAST(:created AS timestamptz[]),
                    CAST(:started AS timestamptz[]), CAST(:ended AS timestamptz[]),
                    CAST(:workers AS bigint[]), CAST(:failed AS boolean[]))
             AS run (definition, customer, group_id, created_at, started_at, ended_at, worker_id,
                     failed)
        JOIN ekiden.definition ON definition.name = run.definition
        ORDER BY created_at) AS run
      """;

  private static final String NOTE_ID =
      "INSERT INTO ekiden.id_at SELECT last_value, :at FROM ekiden.job_id ON CONFLICT DO NOTHING";

  private static final String COUNT =
      """
      INSERT INTO ekiden.history (minutes, at, queue_id, enqueued, succeeded, failed)
      SELECT minutes, date_bin(minutes * interval '1 minute', at, TIMESTAMPTZ 'epoch'), queue_id,
             sum(enqueued), sum(succeeded), sum(failed)
      FROM (
        SELECT created_at AS at, queue_id, 1 AS enqueued, 0 AS succeeded, 0 AS failed
        FROM ekiden.finished
        UNION ALL
        SELECT finished_at, queue_id, 0, CAST(state = 'SUCCEEDED' AS integer),
               CAST(state = 'FAILED' AS integer)
        FROM ekiden.finished) AS happened
      CROSS JOIN (VALUES (1), (60)) AS length (minutes)
      WHERE minutes = 60 OR at > now() - interval '2 days'
      GROUP BY 1, 2, 3
      """;

  // The engine adds all of it up anew, by itself.
  private static final String ADD_UP =
      """
      WITH nothing AS (DELETE FROM ekiden.usage),
      since AS (
        INSERT INTO ekiden.usage_until (until) VALUES (:at)
        ON CONFLICT (only_row) DO UPDATE SET until = excluded.until)
      UPDATE ekiden.worker SET started_at = :at WHERE id = :worker
      """;

  private final Engine engine;
  private final Database database;
  private final Random random = new Random(11);

  ShopWeek(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /** Ends at the given time. */
  void play(Instant end) {
    Instant begin = end.minus(LENGTH);
    WorkerSummary worker = worker();
    database.useTransaction(handle -> {
      List<Run> runs = new ArrayList<>(ofServer(worker, begin, end));
      runs.addAll(new ShopFleet(handle, random).play(begin, end));
      runs.sort(Comparator.comparing(Run::createdAt));
      for (int from = 0; from < runs.size(); from += AT_ONCE) {
        add(handle, runs.subList(from, Math.min(runs.size(), from + AT_ONCE)));
      }
      handle.execute(COUNT);
      handle.createUpdate(ADD_UP).bind("at", begin).bind("worker", worker.id()).execute();
    });
  }

  private WorkerSummary worker() {
    return engine.workers().stream()
        .filter(one -> one.queues().contains("mail"))
        .findFirst()
        .orElseThrow();
  }

  /** What the worker inside the server ran: each run takes the slot that is free first. */
  private List<Run> ofServer(WorkerSummary worker, Instant begin, Instant end) {
    PriorityQueue<Instant> free = new PriorityQueue<>();
    for (int slot = 0; slot < worker.concurrency(); slot++) {
      free.add(begin);
    }
    List<Run> runs = new ArrayList<>();
    for (Instant minute = begin; minute.isBefore(end); minute = minute.plus(STEP)) {
      double wave = daylight(minute);
      runSome(runs, free, worker.id(), minute, "send-mail", 16 * wave, 150, 600);
      runSome(runs, free, worker.id(), minute, "resize-image", 9 * wave, 600, 3_000);
      runSome(runs, free, worker.id(), minute, "update-index", 4 * wave, 200, 1_200);
    }
    return runs;
  }

  private void runSome(
      List<Run> runs,
      PriorityQueue<Instant> free,
      long worker,
      Instant minute,
      String definition,
      double mean,
      int least,
      int most) {
    int count = (int) Math.round(mean * (0.6 + 0.8 * random.nextDouble()));
    for (int n = 0; n < count; n++) {
      Instant created = minute.plusMillis(random.nextInt(60_000));
      Instant first = free.remove();
      Instant started = first.isAfter(created) ? first : created.plusMillis(4);
      Instant ended = started.plusMillis(random.nextInt(least, most));
      free.add(ended);
      runs.add(new Run(definition, customer(random), created, started, ended, worker, false));
    }
  }

  static String customer(Random random) {
    return "customer-" + random.nextInt(7);
  }

  /** How much is going on: most in the afternoon, some at night. */
  static double daylight(Instant at) {
    double hour = at.atZone(ZONE).toLocalTime().toSecondOfDay() / 3_600.0;
    return 0.25 + Math.max(0, Math.sin((hour - 7) / 15 * Math.PI));
  }

  private static void add(Handle handle, List<Run> runs) {
    handle
        .createUpdate(ADD)
        .bindArray("definitions", String.class, column(runs, Run::definition))
        .bindArray("customers", String.class, column(runs, Run::customer))
        .bindArray("groups", Long.class, column(runs, run -> Hashes.of(run.customer())))
        .bindArray("created", Instant.class, column(runs, Run::createdAt))
        .bindArray("started", Instant.class, column(runs, Run::startedAt))
        .bindArray("ended", Instant.class, column(runs, Run::endedAt))
        .bindArray("workers", Long.class, column(runs, Run::workerId))
        .bindArray("failed", Boolean.class, column(runs, Run::failed))
        .execute();
    handle.createUpdate(NOTE_ID).bind("at", runs.getLast().createdAt()).execute();
  }

  private static <T> List<T> column(List<Run> runs, Function<Run, T> value) {
    return runs.stream().map(value).toList();
  }
}
