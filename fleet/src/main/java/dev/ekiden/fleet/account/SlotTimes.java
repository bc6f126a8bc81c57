package dev.ekiden.fleet.account;

import dev.ekiden.engine.RecordedRun;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What runs took of the places of their workers. Where more ran on a worker than it has places,
 * because one call of a handler got them as a batch, they share the places alike; so a batch of
 * fifty that takes a second is fifty runs of a fiftieth. Of a worker that is not known any more
 * each run has a place of its own.
 *
 * <p>A worker that has work takes a moment from one job to the next: it stores an end, claims, and
 * waits for a processor. That is part of the run that follows.
 */
final class SlotTimes {
  /** A worker that ran nothing for longer had nothing that it was allowed to run. */
  static final Duration LONGEST_BETWEEN = Duration.ofSeconds(1);

  private record Change(Instant at, int run, boolean begins) {}

  private SlotTimes() {}

  /** Seconds of one place, run by run. */
  static double[] seconds(List<RecordedRun> runs) {
    double[] seconds = new double[runs.size()];
    Map<Long, List<Change>> ofWorkers = new HashMap<>();
    for (int i = 0; i < seconds.length; i++) {
      RecordedRun run = runs.get(i);
      Instant end = run.endedAt().isBefore(run.startedAt()) ? run.startedAt() : run.endedAt();
      List<Change> changes = ofWorkers.computeIfAbsent(run.workerId(), worker -> new ArrayList<>());
      changes.add(new Change(run.startedAt(), i, true));
      changes.add(new Change(end, i, false));
    }
    ofWorkers
        .values()
        .forEach(changes -> {
          changes.sort(Comparator.comparing(Change::at));
          share(changes, runs, seconds);
          addBetween(changes, runs, seconds);
        });
    return seconds;
  }

  /**
   * Each present run gets as much of every moment: so what it got is what was given while it was
   * there, and it is enough to know how much had been given when it came.
   */
  private static void share(List<Change> changes, List<RecordedRun> runs, double[] seconds) {
    Integer slots = runs.get(changes.getFirst().run()).slots();
    double given = 0;
    int present = 0;
    Instant last = changes.getFirst().at();
    for (Change change : changes) {
      if (present > 0) {
        double part = slots == null ? 1 : Math.min(1, (double) slots / present);
        given += part * Times.seconds(Duration.between(last, change.at()));
      }
      last = change.at();
      present += change.begins() ? 1 : -1;
      seconds[change.run()] = change.begins() ? given : given - seconds[change.run()];
    }
  }

  /**
   * Adds how long the worker was between two runs. It had work if what it ran next, or anything
   * that it ran later, had arrived.
   */
  private static void addBetween(List<Change> changes, List<RecordedRun> runs, double[] seconds) {
    Instant[] oldest = new Instant[changes.size()];
    Instant oldestLater = Instant.MAX;
    for (int i = changes.size() - 1; i >= 0; i--) {
      Instant arrived = runs.get(changes.get(i).run()).arrivedAt();
      if (changes.get(i).begins() && arrived.isBefore(oldestLater)) {
        oldestLater = arrived;
      }
      oldest[i] = oldestLater;
    }
    int present = 0;
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      if (present == 0 && i > 0) {
        Instant free = changes.get(i - 1).at();
        Duration between =
            Duration.between(oldest[i].isAfter(free) ? oldest[i] : free, change.at());
        if (between.isPositive() && between.compareTo(LONGEST_BETWEEN) <= 0) {
          seconds[change.run()] += Times.seconds(between);
        }
      }
      present += change.begins() ? 1 : -1;
    }
  }
}
