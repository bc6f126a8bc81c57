package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload;
import dev.ekiden.bench.contender.Workload.Trivial;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.ProgressBar;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Enqueue and run together for a while: this process keeps the queue filled, another works it off.
 * Once as it is, once with a transaction that holds its snapshot all the time.
 */
final class SteadyPart implements Part {
  private static final double GOAL = 0.8;
  private static final double GOAL_WITH_SNAPSHOT = 0.6;
  private static final int BATCH = 1_000;

  /** Fewer are waiting than this, or nothing is added. */
  private static final int MOST_WAITING = 10_000;

  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration LAST = Duration.ofMinutes(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  /** How many jobs had ended at a moment. */
  private record Sample(long nanos, long ended) {}

  /** Rates of the first seconds and of the end. */
  private record Rates(double first, double last) {}

  private final Lab lab;
  private final EngineSizes sizes;

  SteadyPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.sizes = sizes;
  }

  @Override
  public void tell(Burst burst, Figures figures) throws Exception {
    Rates free = run(false);
    Rates held = run(true);
    String span = "%d s".formatted(sizes.steadySeconds());
    figures.atLeastTimes(
        "enqueue and run together for %s: the end beside the first %d s"
            .formatted(span, FIRST.toSeconds()),
        free.last(),
        "jobs/s",
        free.first(),
        GOAL);
    figures.atLeastTimes(
        "the same with a transaction held open",
        held.last(),
        "jobs/s",
        held.first(),
        GOAL_WITH_SNAPSHOT);
  }

  private Rates run(boolean snapshot) throws Exception {
    DatabaseAddress address = lab.createDatabase();
    JobDefinition<Trivial> trivial =
        JobDefinition.named(Workload.NAME, Trivial.class).enqueueOnly();
    try (Child child = lab.java(address, "ekiden", Workload.PLAIN.name());
        Database database = Database.open(address, 4, "bench-enqueuer");
        Engine engine = Engine.on(database.dataSource()).definitions(trivial).build();
        Connection holder = lab.connect(address)) {
      engine.start();
      child.ask("start");
      if (snapshot) {
        hold(holder);
      }
      return rates(feed(child, engine, trivial, snapshot));
    } finally {
      lab.dropDatabase(address);
    }
  }

  /** From here on nothing that dies can be vacuumed away. */
  private static void hold(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT count(*) FROM pg_class");
    }
  }

  private List<Sample> feed(
      Child child, Engine engine, JobDefinition<Trivial> trivial, boolean snapshot)
      throws InterruptedException {
    AtomicLong ended = new AtomicLong();
    List<Sample> samples = new ArrayList<>();
    long warm = System.nanoTime() + WARM_UP.toNanos();
    long end = warm + Duration.ofSeconds(sizes.steadySeconds()).toNanos();
    Thread feeder = Thread.ofPlatform().start(() -> enqueue(engine, trivial, ended, end));
    try (ProgressBar progress =
        ProgressBar.start(
            lab.terminal(),
            "enqueue and run" + (snapshot ? ", a transaction held open" : ""),
            sizes.steadySeconds())) {
      for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
        ended.set(Long.parseLong(child.ask("ended")));
        if (now >= warm) {
          samples.add(new Sample(now, ended.get()));
          progress.moveTo(Duration.ofNanos(now - warm).toSeconds());
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    }
    feeder.join();
    return samples;
  }

  private static void enqueue(
      Engine engine, JobDefinition<Trivial> trivial, AtomicLong ended, long endNanos) {
    long enqueued = 0;
    while (System.nanoTime() < endNanos) {
      if (enqueued - ended.get() >= MOST_WAITING) {
        Thread.onSpinWait();
        try {
          Thread.sleep(1);
        } catch (InterruptedException e) {
          return;
        }
      } else {
        List<JobRequest> requests = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          requests.add(trivial.request(new Trivial((int) enqueued++)));
        }
        engine.enqueue(requests);
      }
    }
  }

  private static Rates rates(List<Sample> samples) {
    Sample start = samples.getFirst();
    Sample end = samples.getLast();
    long whole = end.nanos() - start.nanos();
    long first = Math.min(FIRST.toNanos(), whole / 3);
    long last = Math.min(LAST.toNanos(), whole / 3);
    return new Rates(
        rate(start, at(samples, start.nanos() + first)),
        rate(at(samples, end.nanos() - last), end));
  }

  private static Sample at(List<Sample> samples, long nanos) {
    return samples.stream()
        .filter(sample -> sample.nanos() >= nanos)
        .findFirst()
        .orElseGet(samples::getLast);
  }

  private static double rate(Sample from, Sample to) {
    return (to.ended() - from.ended()) / ((to.nanos() - from.nanos()) / 1e9);
  }
}
