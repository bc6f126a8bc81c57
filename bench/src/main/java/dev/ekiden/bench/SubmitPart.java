package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload.Trivial;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/**
 * Single submissions, each in a transaction of its own, onto a queue in which many jobs wait
 * already and nobody works.
 */
final class SubmitPart implements Part {
  private static final int CALLERS = 8;
  private static final double GOAL_MILLIS = 50;

  private final Lab lab;
  private final int jobs;

  SubmitPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.jobs = sizes.jobs() / 2;
  }

  @Override
  public void tell(Burst burst, Figures figures) throws Exception {
    lab.terminal().say("%,d submissions one by one, %d at once …".formatted(jobs, CALLERS));
    DatabaseAddress address = lab.createDatabase();
    JobDefinition<Trivial> waiting = JobDefinition.named("waiting", Trivial.class).enqueueOnly();
    try (Database database = Database.open(address, CALLERS, "bench-submitter");
        Engine engine = Engine.on(database.dataSource()).definitions(waiting).build()) {
      engine.migrate();
      engine.start();
      for (int queued = 0; queued < jobs; queued += Engine.MAX_BULK) {
        List<JobRequest> bulk = new ArrayList<>();
        for (int i = queued; i < Math.min(jobs, queued + Engine.MAX_BULK); i++) {
          bulk.add(waiting.request(new Trivial(i)));
        }
        engine.enqueue(bulk);
      }
      long start = System.nanoTime();
      long[] nanos = submit(engine, waiting);
      double seconds = (System.nanoTime() - start) / 1e9;
      Arrays.sort(nanos);
      long ready = engine.queues().find("waiting").orElseThrow().ready();
      figures.add(Row.of("submissions one by one", nanos.length / seconds, "jobs/s"));
      figures.add(Row.of("one submission, p50", nanos[nanos.length / 2] / 1e6, "ms"));
      figures.add(
          Row.atMost(
              "one submission, p99, %,d to %,d jobs waiting".formatted(jobs, 2 * jobs),
              nanos[nanos.length * 99 / 100] / 1e6,
              "ms",
              GOAL_MILLIS));
      figures.add(Row.atMost("accepted jobs that do not wait", 2L * jobs - ready, "jobs", 0));
    } finally {
      lab.dropDatabase(address);
    }
  }

  private long[] submit(Engine engine, JobDefinition<Trivial> waiting) throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<long[]>> parts = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int first = jobs * caller / CALLERS;
        int end = jobs * (caller + 1) / CALLERS;
        parts.add(
            callers.submit(() ->
                LongStream.range(first, end)
                    .map(number -> {
                      long before = System.nanoTime();
                      engine.enqueue(waiting.request(new Trivial((int) number)));
                      return System.nanoTime() - before;
                    })
                    .toArray()));
      }
      LongStream all = LongStream.empty();
      for (Future<long[]> part : parts) {
        all = LongStream.concat(all, Arrays.stream(part.get()));
      }
      return all.toArray();
    }
  }
}
