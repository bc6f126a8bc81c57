package dev.ekiden.bench;

import dev.ekiden.bench.contender.EkidenContender;
import dev.ekiden.bench.contender.Workload;
import dev.ekiden.bench.contender.Workload.Trivial;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Urgent jobs behind many others while every place of the worker is busy with 10-ms jobs. */
final class PriorityPart implements Part {
  private static final int LOW_JOBS = 100_000;
  private static final int URGENT_JOBS = 20;
  private static final int URGENT = 9;
  private static final double GOAL_MILLIS = 1_000;
  private static final Duration BEFORE_THE_FIRST = Duration.ofSeconds(3);
  private static final Duration BETWEEN = Duration.ofMillis(200);
  private static final Duration AFTER_THE_LAST = Duration.ofSeconds(5);

  private final Lab lab;

  PriorityPart(Lab lab) {
    this.lab = lab;
  }

  @Override
  public void tell(Burst burst, Figures figures) throws Exception {
    lab.terminal().say("urgent jobs behind %,d others …".formatted(LOW_JOBS));
    DatabaseAddress address = lab.createDatabase();
    JobDefinition<Trivial> urgent =
        JobDefinition.named(EkidenContender.PROBE, Trivial.class)
            .queue(Workload.NAME)
            .enqueueOnly();
    try (Child child = lab.java(address, "ekiden", Workload.SLOW.name());
        Database database = Database.open(address, 4, "bench-enqueuer");
        Engine engine = Engine.on(database.dataSource()).definitions(urgent).build()) {
      engine.start();
      child.ask("preload " + LOW_JOBS);
      child.ask("start");
      Thread.sleep(BEFORE_THE_FIRST);
      Map<Integer, Long> committed = new HashMap<>();
      for (int i = 0; i < URGENT_JOBS; i++) {
        engine.enqueue(urgent.request(new Trivial(i)).withPriority(URGENT));
        committed.put(i, System.nanoTime());
        Thread.sleep(BETWEEN);
      }
      Thread.sleep(AFTER_THE_LAST);
      figures.add(
          Row.atMost(
              "urgent job behind %,d others of 10 ms: longest of %d starts"
                  .formatted(LOW_JOBS, URGENT_JOBS),
              longestMillis(child, committed),
              "ms",
              GOAL_MILLIS));
    } finally {
      lab.dropDatabase(address);
    }
  }

  /** One that has not started at all took for ever. */
  private static double longestMillis(Child child, Map<Integer, Long> committed) {
    Map<Integer, Long> waits = new HashMap<>();
    for (String start : child.ask("probes").split(" ", -1)) {
      int colon = start.indexOf(':');
      if (colon > 0) {
        int number = Integer.parseInt(start.substring(0, colon));
        Long from = committed.get(number);
        if (from != null) {
          waits.put(number, Math.max(0, Long.parseLong(start.substring(colon + 1)) - from));
        }
      }
    }
    return waits.size() < committed.size()
        ? Double.POSITIVE_INFINITY
        : waits.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1e6;
  }
}
