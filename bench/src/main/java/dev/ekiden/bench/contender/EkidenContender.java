package dev.ekiden.bench.contender;

import dev.ekiden.bench.contender.Workload.Trivial;
import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** This engine: default worker, a handler per job. */
public final class EkidenContender implements Contender {
  /** Name of the definition whose starts are noted; others may enqueue it by this name. */
  public static final String PROBE = "probe";

  private static final int CONNECTIONS = 8;
  private static final int FINDERS = 4;

  private final Database database;
  private final Engine engine;
  private final Workload workload;
  private final JobDefinition<Trivial> trivial;
  private final Map<Integer, Long> probes = new ConcurrentHashMap<>();
  private final AtomicLong ended = new AtomicLong();
  private final List<Long> preloaded = Collections.synchronizedList(new ArrayList<>());
  private volatile CountDownLatch drained = new CountDownLatch(0);
  private @Nullable Worker worker;

  EkidenContender(DatabaseAddress address, String workload) {
    this.workload = Workload.valueOf(workload);
    trivial = this.workload.definition();
    database = Database.open(address, CONNECTIONS, "bench");
    engine =
        Engine.on(database.dataSource())
            .definitions(trivial, probe(probes))
            .listener(new Ends())
            .build();
    engine.migrate();
    this.workload.prepare(engine);
    engine.start();
    enqueue(this.workload.beforeAll(trivial));
  }

  /** The definition that notes when its handlers start. */
  public static JobDefinition<Trivial> probe(Map<Integer, Long> startNanos) {
    return JobDefinition.named(PROBE, Trivial.class)
        .queue(Workload.NAME)
        .handler((job, context) -> startNanos.put(job.id(), System.nanoTime()));
  }

  @Override
  public void preloadMeasured(int jobs) {
    enqueue(workload.beforeMeasured(trivial));
    preload(jobs);
  }

  private void enqueue(List<JobRequest> requests) {
    for (int from = 0; from < requests.size(); from += Engine.MAX_BULK) {
      engine.enqueue(requests.subList(from, Math.min(requests.size(), from + Engine.MAX_BULK)));
    }
  }

  @Override
  public void preload(int jobs) {
    for (int done = 0; done < jobs; ) {
      List<JobRequest> requests = new ArrayList<>();
      while (requests.size() < Engine.MAX_BULK && done < jobs) {
        requests.add(workload.request(trivial, done++));
      }
      engine.enqueue(requests).forEach(enqueued -> preloaded.add(enqueued.id()));
    }
  }

  /** An end is counted when its transaction has committed. */
  @Override
  public double drain(int jobs) throws InterruptedException {
    drained = new CountDownLatch(jobs);
    long start = System.nanoTime();
    start();
    drained.await();
    double seconds = Contenders.secondsSince(start);
    stop();
    return seconds;
  }

  @Override
  public void start() {
    worker = engine.worker(WorkerOptions.of(trivial.queue()));
    worker.start();
  }

  @Override
  public long ended() {
    return ended.get();
  }

  @Override
  public Map<Integer, Long> probeStartNanos() {
    return probes;
  }

  @Override
  public long find() throws Exception {
    int part = (preloaded.size() + FINDERS - 1) / FINDERS;
    try (ExecutorService finders = Executors.newFixedThreadPool(FINDERS)) {
      List<Future<Long>> found = new ArrayList<>();
      for (int from = 0; from < preloaded.size(); from += part) {
        List<Long> ids = preloaded.subList(from, Math.min(preloaded.size(), from + part));
        found.add(finders.submit(() -> succeeded(ids)));
      }
      long sum = 0;
      for (Future<Long> one : found) {
        sum += one.get();
      }
      return sum;
    }
  }

  private long succeeded(List<Long> ids) {
    return ids.stream()
        .filter(id ->
            engine.jobs().find(id).filter(job -> job.state() == JobState.SUCCEEDED).isPresent())
        .count();
  }

  private void stop() {
    if (worker != null) {
      worker.close();
      worker = null;
    }
  }

  @Override
  public void close() {
    stop();
    engine.close();
    database.close();
  }

  private final class Ends implements EngineListener {
    @Override
    public void attemptEnded(
        long jobId,
        int attempt,
        String definition,
        String queue,
        Attempt.Outcome outcome,
        Duration run) {
      if (outcome == Attempt.Outcome.SUCCEEDED && definition.equals(Workload.NAME)) {
        ended.incrementAndGet();
        drained.countDown();
      }
    }
  }
}
