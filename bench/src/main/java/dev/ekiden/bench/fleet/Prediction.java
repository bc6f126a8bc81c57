package dev.ekiden.bench.fleet;

import dev.ekiden.bench.fleet.PlayedRun.PlayedJob;
import dev.ekiden.fleet.account.Recording;
import dev.ekiden.fleet.simulate.History;
import dev.ekiden.fleet.simulate.Outcome;
import dev.ekiden.fleet.simulate.Simulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the simulator expects of a run: means over simulations that differ in how long each job
 * runs, how soon each worker is there, and when spot is taken away.
 */
record Prediction(
    double meanWait,
    Map<Integer, Double> meanWaits,
    double workerSeconds,
    double reclaimed,
    double seconds) {
  private static final int SIMULATIONS = 100;
  private static final String BEFORE_PRIORITY = " at ";

  /**
   * Predicts.
   *
   * @param learnt what another run was like
   * @param itsJobs of that run
   * @param arrivals of the run to be predicted
   */
  static Prediction of(Recording learnt, List<PlayedJob> itsJobs, History arrivals) {
    List<History.Entry> known = new ArrayList<>(learnt.history().entries());
    // Those that others absorbed are no runs, and take no time.
    itsJobs.stream()
        .filter(PlayedJob::absorbed)
        .forEach(job ->
            known.add(new History.Entry(Duration.ZERO, 0, job.priority(), job.definition())));
    double wait = 0;
    double workers = 0;
    double reclaimed = 0;
    double seconds = 0;
    Map<Integer, Double> sums = new TreeMap<>();
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int seed = 1; seed <= SIMULATIONS; seed++) {
      History jobs = arrivals.withRunTimesOf(new History(known), seed);
      Outcome outcome = Simulator.run(learnt.with(jobs).withSeed(seed)).outcomes().getFirst();
      wait += outcome.waits().mean() / SIMULATIONS;
      workers += outcome.workerSeconds() / SIMULATIONS;
      reclaimed += (double) outcome.reclaimed() / SIMULATIONS;
      seconds += outcome.endSeconds() / SIMULATIONS;
      for (Outcome.KindWait kind : outcome.kinds()) {
        int priority =
            Integer.parseInt(
                kind.name()
                    .substring(
                        kind.name().lastIndexOf(BEFORE_PRIORITY) + BEFORE_PRIORITY.length()));
        sums.merge(priority, kind.waits().mean() * kind.waits().jobs(), Double::sum);
        counts.merge(priority, kind.waits().jobs(), Integer::sum);
      }
    }
    sums.replaceAll((priority, sum) -> sum / Math.max(1, counts.getOrDefault(priority, 1)));
    return new Prediction(wait, sums, workers, reclaimed, seconds);
  }
}
