package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload.Trivial;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Many small workers beside one large one with as many places: jobs of 10 ms that only wait. */
final class SmallWorkersPart implements Part {
  private static final int PLACES = 4;
  private static final long JOB_MILLIS = 10;
  private static final double GOAL = 0.9;

  private final Lab lab;
  private final int jobs;
  private final int rounds;

  SmallWorkersPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.jobs = Math.max(PLACES, sizes.jobs() / 100);
    this.rounds = sizes.rounds();
  }

  @Override
  public void tell(Burst burst, Figures figures) throws Exception {
    lab.terminal()
        .say("%d workers with a place each beside one with %d …".formatted(PLACES, PLACES));
    DatabaseAddress address = lab.createDatabase();
    AtomicReference<CountDownLatch> left = new AtomicReference<>(new CountDownLatch(0));
    JobDefinition<Trivial> waits =
        JobDefinition.named("waits", Trivial.class)
            .handler((payload, context) -> {
              Thread.sleep(JOB_MILLIS);
              left.get().countDown();
              return null;
            });
    List<Double> small = new ArrayList<>();
    List<Double> large = new ArrayList<>();
    try (Database database = Database.open(address, 2 * PLACES, "bench-workers");
        Engine engine = Engine.on(database.dataSource()).definitions(waits).build()) {
      engine.migrate();
      engine.start();
      for (int round = 0; round < rounds; round++) {
        small.add(rate(engine, waits, PLACES, left));
        large.add(rate(engine, waits, 1, left));
      }
    } finally {
      lab.dropDatabase(address);
    }
    figures.atLeastTimes(
        "%d workers with a place each, beside one with %d".formatted(PLACES, PLACES),
        Medians.of(small),
        "jobs/s",
        Medians.of(large),
        GOAL);
  }

  private double rate(
      Engine engine,
      JobDefinition<Trivial> waits,
      int workers,
      AtomicReference<CountDownLatch> left)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(jobs);
    left.set(done);
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      requests.add(waits.request(new Trivial(i)));
    }
    engine.enqueue(requests);
    List<Worker> started = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < workers; i++) {
      Worker worker =
          engine.worker(
              WorkerOptions.of("waits").withName("w" + i).withConcurrency(PLACES / workers));
      worker.start();
      started.add(worker);
    }
    done.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    started.forEach(worker -> worker.drain(Duration.ofSeconds(10)));
    return jobs / seconds;
  }
}
