package dev.ekiden.bench;

import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Drain of preloaded trivial jobs, and pick-up of single jobs from an idle queue. */
final class EngineBench {
  record Trivial(int id) {}

  /** What one run measured; WAL and commits are those of the drain. */
  record Run(
      double enqueuedPerSecond,
      double drainedPerSecond,
      double walBytesPerJob,
      double commitsPerHundredJobs,
      double pickUpMedianMillis,
      double pickUpP99Millis) {}

  private static final int PICK_UPS = 500;

  private static final String WAL_POSITION = "SELECT CAST(pg_current_wal_lsn() - '0/0' AS bigint)";

  private static final String COMMITS =
      "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";

  private final Database database;
  private final int jobs;

  EngineBench(Database database, int jobs) {
    this.database = database;
    this.jobs = jobs;
  }

  Run run() throws InterruptedException {
    CountDownLatch drained = new CountDownLatch(jobs);
    BlockingQueue<Long> startedNanos = new ArrayBlockingQueue<>(1);
    JobDefinition<Trivial> trivial =
        JobDefinition.named("trivial", Trivial.class).handler((job, context) -> null);
    JobDefinition<Trivial> single =
        JobDefinition.named("single", Trivial.class)
            .handler((job, context) -> startedNanos.add(System.nanoTime()));
    EngineListener listener =
        new EngineListener() {
          @Override
          public void attemptEnded(
              long jobId,
              int attempt,
              String definition,
              String queue,
              Attempt.Outcome outcome,
              Duration run) {
            if (definition.equals(trivial.name())) {
              drained.countDown();
            }
          }
        };
    try (Engine engine =
        Engine.on(database.dataSource()).definitions(trivial, single).listener(listener).build()) {
      engine.migrate();
      engine.start();
      double enqueuedPerSecond = preload(engine, trivial);
      long wal = number(WAL_POSITION);
      long commits = number(COMMITS);
      long start = System.nanoTime();
      Worker worker = engine.worker(WorkerOptions.of(trivial.queue()));
      worker.start();
      drained.await();
      double seconds = (System.nanoTime() - start) / 1e9;
      double walPerJob = (double) (number(WAL_POSITION) - wal) / jobs;
      double commitsPerHundred = 100.0 * (number(COMMITS) - commits) / jobs;
      worker.close();
      Histogram pickUp = pickUp(engine, single, startedNanos);
      return new Run(
          enqueuedPerSecond,
          jobs / seconds,
          walPerJob,
          commitsPerHundred,
          pickUp.getValueAtPercentile(50) / 1e6,
          pickUp.getValueAtPercentile(99) / 1e6);
    }
  }

  private double preload(Engine engine, JobDefinition<Trivial> trivial) {
    long start = System.nanoTime();
    int done = 0;
    while (done < jobs) {
      List<JobRequest> requests = new ArrayList<>();
      while (requests.size() < Engine.MAX_BULK && done < jobs) {
        requests.add(trivial.request(new Trivial(done++)));
      }
      engine.enqueue(requests);
    }
    double perSecond = jobs / ((System.nanoTime() - start) / 1e9);
    database.withHandle(handle -> handle.execute("VACUUM ANALYZE"));
    return perSecond;
  }

  /** From the return of the enqueue, whose transaction has committed, to the handler's start. */
  private static Histogram pickUp(
      Engine engine, JobDefinition<Trivial> single, BlockingQueue<Long> startedNanos)
      throws InterruptedException {
    Histogram histogram = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    try (Worker idle = engine.worker(WorkerOptions.of(single.queue()))) {
      idle.start();
      for (int i = 0; i < PICK_UPS; i++) {
        engine.enqueue(single.request(new Trivial(i)));
        long committed = System.nanoTime();
        histogram.recordValue(Math.max(0, startedNanos.take() - committed));
      }
    }
    return histogram;
  }

  private long number(String sql) {
    return database.withHandle(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }
}
