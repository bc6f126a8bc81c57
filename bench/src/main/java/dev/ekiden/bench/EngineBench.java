package dev.ekiden.bench;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Drain of preloaded trivial jobs and pick-up of single jobs on an idle queue. */
final class EngineBench {
  record Trivial(int id) {}

  private static final int PICK_UPS = 500;

  private final Database database;
  private final int jobs;

  EngineBench(Database database, int jobs) {
    this.database = database;
    this.jobs = jobs;
  }

  /** What one run measured. */
  record Result(
      double drainPerSecond,
      double enqueuePerSecond,
      double walBytesPerJob,
      double commitsPerHundredJobs,
      double pickUpP50Millis,
      double pickUpP99Millis) {}

  Result run() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(jobs);
    Histogram pickUp = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    long[] committed = new long[1];
    CountDownLatch[] picked = {new CountDownLatch(0)};
    JobDefinition<Trivial> trivial =
        JobDefinition.named("trivial", Trivial.class).handler((job, context) -> null);
    JobDefinition<Trivial> single =
        JobDefinition.named("single", Trivial.class)
            .handler((job, context) -> {
              pickUp.recordValue(Math.max(0, System.nanoTime() - committed[0]));
              picked[0].countDown();
              return null;
            });
    EngineListener listener =
        new EngineListener() {
          @Override
          public void attemptEnded(
              long jobId,
              int attempt,
              String definition,
              String queue,
              dev.ekiden.engine.Attempt.Outcome outcome,
              java.time.Duration run) {
            if (definition.equals("trivial")) {
              ended.countDown();
            }
          }
        };
    try (Engine engine =
        Engine.on(database.dataSource()).definitions(trivial, single).listener(listener).build()) {
      engine.migrate();
      engine.start();
      double enqueuePerSecond = preload(engine);
      long walBefore = wal();
      long commitsBefore = commits();
      long start = System.nanoTime();
      Worker worker = engine.worker(WorkerOptions.of("trivial"));
      worker.start();
      ended.await();
      double seconds = (System.nanoTime() - start) / 1e9;
      double walPerJob = (double) (wal() - walBefore) / jobs;
      double commitsPerHundred = 100.0 * (commits() - commitsBefore) / jobs;
      worker.close();
      Worker idle = engine.worker(WorkerOptions.of("single"));
      idle.start();
      for (int i = 0; i < PICK_UPS; i++) {
        picked[0] = new CountDownLatch(1);
        committed[0] = Long.MAX_VALUE;
        engine.enqueue(JobRequest.of("single", new Trivial(i)));
        committed[0] = System.nanoTime();
        picked[0].await();
      }
      return new Result(
          jobs / seconds,
          enqueuePerSecond,
          walPerJob,
          commitsPerHundred,
          pickUp.getValueAtPercentile(50) / 1e6,
          pickUp.getValueAtPercentile(99) / 1e6);
    }
  }

  private double preload(Engine engine) {
    long start = System.nanoTime();
    int done = 0;
    while (done < jobs) {
      List<JobRequest> requests = new ArrayList<>();
      while (requests.size() < Engine.MAX_BULK && done < jobs) {
        requests.add(JobRequest.of("trivial", new Trivial(done++)));
      }
      engine.enqueue(requests);
    }
    database.withHandle(handle -> handle.execute("VACUUM ANALYZE"));
    return jobs / ((System.nanoTime() - start) / 1e9);
  }

  private long wal() {
    return database.withHandle(handle ->
        handle
            .createQuery("SELECT CAST(pg_current_wal_lsn() - '0/0' AS bigint)")
            .mapTo(Long.class)
            .one());
  }

  private long commits() {
    return database.withHandle(handle ->
        handle
            .createQuery(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
            .mapTo(Long.class)
            .one());
  }
}
