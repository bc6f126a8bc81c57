package dev.ekiden.bench;

import dev.ekiden.bench.contender.EkidenContender;
import dev.ekiden.bench.contender.Workload;
import dev.ekiden.bench.contender.Workload.Trivial;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.ProgressBar;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * From the return of the commit that enqueued a job, in this process, to the start of its handler,
 * in another; the queue is idle. Both read this machine's monotonic clock.
 */
final class LatencyPart implements Part {
  private static final double GOAL_MEDIAN_MILLIS = 3;
  private static final double GOAL_P99_MILLIS = 15;
  private static final int ROUNDS = 4;
  private static final int WARM_UP = 200;

  /** Drained before, so that neither Java nor Node compiles what is measured. */
  private static final int WARM_UP_JOBS = 50_000;

  private static final Duration LEAST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(30);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Adds one probe and returns after its commit. */
  private interface Enqueuer {
    void enqueue(int number) throws SQLException;
  }

  /** What was noted of one contender. Not thread-safe. */
  private static final class Latencies {
    private final Histogram histogram = new Histogram(Duration.ofMinutes(1).toNanos(), 3);

    void add(long nanos) {
      histogram.recordValue(Math.max(0, nanos));
    }

    double millis(double percentile) {
      return histogram.getValueAtPercentile(percentile) / 1e6;
    }
  }

  private final Lab lab;
  private final EngineSizes sizes;

  LatencyPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.sizes = sizes;
  }

  @Override
  public void tell(Burst burst, Figures figures) throws Exception {
    Latencies ekiden = new Latencies();
    Latencies tuned = new Latencies();
    Latencies plain = new Latencies();
    boolean node = lab.hasNode();
    try (ProgressBar progress =
        ProgressBar.start(
            lab.terminal(), "picking up single jobs", (long) ROUNDS * (node ? 3 : 1))) {
      for (int round = 0; round < ROUNDS; round++) {
        ekiden(ekiden);
        progress.advance(1);
        if (node) {
          graphile("tuned", tuned);
          progress.advance(1);
          graphile("plain", plain);
          progress.advance(1);
        }
      }
    }
    double median = ekiden.millis(50);
    double p99 = ekiden.millis(99);
    figures.add(Row.atMost("pick-up on an idle queue p50", median, "ms", GOAL_MEDIAN_MILLIS));
    figures.add(Row.atMost("pick-up on an idle queue p99", p99, "ms", GOAL_P99_MILLIS));
    if (node) {
      Latencies best = tuned.millis(50) < plain.millis(50) ? tuned : plain;
      String name = "pick-up beside graphile-worker" + (best == tuned ? "" : " without batching");
      figures.atMostTimes(name + " p50", median, "ms", best.millis(50), 1);
      figures.atMostTimes(name + " p99", p99, "ms", best.millis(99), 1);
    }
  }

  private void ekiden(Latencies into) throws Exception {
    DatabaseAddress address = lab.createDatabase();
    JobDefinition<Trivial> probe =
        JobDefinition.named(EkidenContender.PROBE, Trivial.class)
            .queue(Workload.NAME)
            .enqueueOnly();
    try (Child child = lab.java(address, "ekiden", Workload.PLAIN.name());
        Database database = Database.open(address, 4, "bench-enqueuer");
        Engine engine = Engine.on(database.dataSource()).definitions(probe).build()) {
      engine.start();
      measure(
          child,
          number -> engine.enqueue(JobRequest.of(EkidenContender.PROBE, new Trivial(number))),
          into);
    } finally {
      lab.dropDatabase(address);
    }
  }

  private void graphile(String preset, Latencies into) throws Exception {
    DatabaseAddress address = lab.createDatabase();
    try (Child child = lab.node(address, "graphile", preset);
        Connection connection = lab.connect(address);
        PreparedStatement add =
            connection.prepareStatement(
                "SELECT id FROM graphile_worker.add_job('probe', json_build_object('id', ?))")) {
      measure(
          child,
          number -> {
            add.setInt(1, number);
            add.execute();
          },
          into);
    } finally {
      lab.dropDatabase(address);
    }
  }

  private void measure(Child child, Enqueuer enqueuer, Latencies into) throws Exception {
    int probes = WARM_UP + sizes.samples() / ROUNDS;
    child.ask("preload " + WARM_UP_JOBS);
    child.ask("drain " + WARM_UP_JOBS);
    child.ask("start");
    List<Long> committed = new ArrayList<>();
    for (int i = 0; i < probes; i++) {
      Thread.sleep(
          Duration.ofNanos(
              ThreadLocalRandom.current()
                  .nextLong(LEAST_PAUSE.toNanos(), LONGEST_PAUSE.toNanos())));
      enqueuer.enqueue(i);
      committed.add(System.nanoTime());
    }
    String[] starts = starts(child, probes);
    for (String start : starts) {
      int colon = start.indexOf(':');
      int number = Integer.parseInt(start.substring(0, colon));
      if (number >= WARM_UP) {
        into.add(Long.parseLong(start.substring(colon + 1)) - committed.get(number));
      }
    }
  }

  private static String[] starts(Child child, int probes) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String[] starts = child.ask("probes").split(" ", -1);
      if (starts.length == probes) {
        return starts;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "%d of %d single jobs were picked up".formatted(starts.length, probes));
      }
      Thread.sleep(Duration.ofMillis(10));
    }
  }
}
