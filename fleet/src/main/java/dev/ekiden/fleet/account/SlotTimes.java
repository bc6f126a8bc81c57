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
 */
final class SlotTimes {
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
    ofWorkers.values().forEach(changes -> share(changes, runs, seconds));
    return seconds;
  }

  /**
   * Each present run gets as much of every moment: so what it got is what was given while it was
   * there, and it is enough to know how much had been given when it came.
   */
  private static void share(List<Change> changes, List<RecordedRun> runs, double[] seconds) {
    changes.sort(Comparator.comparing(Change::at));
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
}
