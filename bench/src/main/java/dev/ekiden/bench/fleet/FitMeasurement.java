package dev.ekiden.bench.fleet;

import dev.ekiden.calendar.demo.FleetLoad;
import dev.ekiden.fleet.account.Accounts;
import dev.ekiden.fleet.account.Capacity;
import dev.ekiden.fleet.account.Recording;
import dev.ekiden.fleet.control.Reclaims;
import dev.ekiden.server.Demo;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.Services;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Plays the load of the fleet's demonstration twice, with different seeds: other changes at other
 * plans, and spot workers taken away at other times. From the first run a scenario is learnt; of
 * the second it gets the arrivals alone, and says how long jobs wait and how long workers are
 * there.
 */
final class FitMeasurement implements Demo {
  /** Of a short load before both runs, so that neither is measured while all is cold. */
  private static final int WARM_UP_SYNCS = 9;

  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final double GOAL_PERCENT = 20;

  private final Function<DemoContext, FleetLoad> loads;
  private final long learntSeed;
  private final long predictedSeed;
  private final int syncs;
  private final Duration changes;
  private final Duration meanLife;

  FitMeasurement(
      Function<DemoContext, FleetLoad> loads,
      long learntSeed,
      long predictedSeed,
      int syncs,
      Duration changes,
      Duration meanLife) {
    this.loads = loads;
    this.learntSeed = learntSeed;
    this.predictedSeed = predictedSeed;
    this.syncs = syncs;
    this.changes = changes;
    this.meanLife = meanLife;
  }

  @Override
  public boolean hasInlineWorkers() {
    return false;
  }

  @Override
  public DemoResult run(DemoContext context) throws Exception {
    FleetLoad load = loads.apply(context);
    load.importSample();
    context.prepareWorkers();
    context.say("A short load, so that nothing is cold …");
    play(context, load, learntSeed, WARM_UP_SYNCS, WARM_UP);
    load.end();
    PlayedRun learnt = play(context, load, learntSeed, syncs, changes);
    Services services = context.services();
    Recording recording =
        new Accounts(services.database(), services.engine(), Capacity.ofDefault())
            .recording(learnt.from(), services.clock().instant(), null, null);
    load.end();
    PlayedRun played = play(context, load, predictedSeed, syncs, changes);
    load.end();
    Prediction prediction = Prediction.of(recording, learnt.jobs(), played.arrivals());
    return new DemoResult(rows(learnt, played, prediction));
  }

  private PlayedRun play(
      DemoContext context, FleetLoad load, long seed, int bursts, Duration changesFor)
      throws InterruptedException {
    load.start(new Reclaims(meanLife, seed));
    context.say(
        "%d full syncs at once, and changes for %d s, seed %d …"
            .formatted(bursts, changesFor.toSeconds(), seed));
    PlayedRun.Begin begin = PlayedRun.begin(context);
    load.burst(bursts);
    load.trickle(seed, changesFor, left -> {});
    return PlayedRun.of(context, FleetLoad.FLEET, begin);
  }

  private static List<Row> rows(PlayedRun learnt, PlayedRun played, Prediction predicted) {
    List<Row> rows = new ArrayList<>();
    rows.add(Row.of("jobs of the run that was learnt from", learnt.jobs().size(), ""));
    rows.add(Row.of("its mean wait", learnt.meanWait(), "s"));
    rows.add(Row.of("its worker-seconds", learnt.workerSeconds(), "s"));
    rows.add(Row.of("jobs of the run that was predicted", played.jobs().size(), ""));
    compare(rows, "time until all was done", played.seconds(), predicted.seconds());
    compare(rows, "spot workers taken away", played.reclaimed(), predicted.reclaimed());
    for (int priority : played.priorities()) {
      compare(
          rows,
          "mean wait of priority " + priority,
          played.meanWait(priority),
          predicted.meanWaits().getOrDefault(priority, 0.0));
    }
    goal(rows, "mean wait", played.meanWait(), predicted.meanWait());
    goal(rows, "worker-seconds", played.workerSeconds(), predicted.workerSeconds());
    return rows;
  }

  private static void goal(List<Row> rows, String name, double played, double predicted) {
    compare(rows, name, played, predicted);
    rows.add(
        Row.atMost(
            name + ", difference", Math.abs(predicted / played - 1) * 100, "%", GOAL_PERCENT));
  }

  private static void compare(List<Row> rows, String name, double played, double predicted) {
    rows.add(Row.of(name, played, ""));
    rows.add(Row.of(name + ", predicted", predicted, ""));
  }
}
