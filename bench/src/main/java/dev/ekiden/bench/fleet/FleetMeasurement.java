package dev.ekiden.bench.fleet;

import dev.ekiden.bench.fleet.FleetCommand.Part;
import dev.ekiden.bench.fleet.NapApplication.Nap;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.QueueSummary;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.server.Demo;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.CommandException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Measures a fleet of processes on a server that runs nothing itself: how soon after a burst a new
 * worker has a job, and what four workers do in the time of one.
 */
final class FleetMeasurement implements Demo {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
  private static final int WORKERS = 4;

  /** Long beside what a job costs, so that a worker of one slot sleeps nearly all the time. */
  private static final Nap NAP = new Nap(100);

  private static final double FIRST_CLAIM_GOAL_SECONDS = 3;
  private static final double WORKERS_GOAL = 3.8;

  private final Set<Part> parts;
  private final int rounds;
  private final int naps;
  private final List<Row> rows = new ArrayList<>();

  /**
   * The measurement.
   *
   * @param parts what is measured
   * @param rounds of bursts
   * @param naps that one worker takes, and four take together
   */
  FleetMeasurement(Set<Part> parts, int rounds, int naps) {
    this.parts = Set.copyOf(parts);
    this.rounds = rounds;
    this.naps = naps;
  }

  @Override
  public boolean hasInlineWorkers() {
    return false;
  }

  @Override
  public DemoResult run(DemoContext context) throws Exception {
    context.prepareWorkers();
    if (parts.contains(Part.BURST)) {
      bursts(context);
    }
    if (parts.contains(Part.WORKERS)) {
      sideBySide(context);
    }
    return new DemoResult(rows);
  }

  /** What was measured. */
  List<Row> rows() {
    return List.copyOf(rows);
  }

  // ---- burst ----

  private void bursts(DemoContext context) throws InterruptedException {
    Fleets fleets = context.fleets();
    Steps steps = new Steps(List.of(new Step(0, 0), new Step(1, 1)));
    fleets.put(spec(FleetSettings.of(0, 1, steps).withScaleInAfter(Duration.ZERO)));
    List<Double> seconds = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      context.say("Burst %d of %d, from zero workers …".formatted(round + 1, rounds));
      Instant enqueued = context.services().clock().instant();
      context.services().engine().enqueue(List.of(NapApplication.NAP.request(new Nap(1))));
      await("the burst to be done", () -> left(context.services().engine()) == 0);
      await("the worker to say when it began", () -> newest(fleets).firstClaimAt() != null);
      Instant claimed = newest(fleets).firstClaimAt();
      if (claimed == null) {
        throw CommandException.failed("a worker ended without saying when it began");
      }
      seconds.add(Duration.between(enqueued, claimed).toMillis() / 1_000.0);
      await("the worker to end", () -> present(fleets).isEmpty());
    }
    Collections.sort(seconds);
    rows.add(
        Row.atMost(
            "burst to the first job of a new worker, median of %d".formatted(rounds),
            seconds.get(seconds.size() / 2),
            "s",
            FIRST_CLAIM_GOAL_SECONDS));
    rows.add(Row.of("the slowest of them", seconds.getLast(), "s"));
  }

  // ---- four workers beside one ----

  private void sideBySide(DemoContext context) throws InterruptedException {
    double one = perSecond(context, 1, naps / WORKERS);
    double four = perSecond(context, WORKERS, naps);
    String job = "jobs of %d ms".formatted(NAP.millis());
    rows.add(Row.of("1 worker of one slot, " + job, one, "jobs/s"));
    rows.add(Row.of("%d workers of one slot, %s".formatted(WORKERS, job), four, "jobs/s"));
    rows.add(Row.atLeast("%d workers beside 1".formatted(WORKERS), four / one, "x", WORKERS_GOAL));
    context.fleets().remove(NapApplication.NAME);
    await("the last worker to end", () -> present(context.fleets()).isEmpty());
  }

  private double perSecond(DemoContext context, int workers, int jobs) throws InterruptedException {
    context.say("%,d jobs on %d workers …".formatted(jobs, workers));
    Engine engine = context.services().engine();
    context.fleets().put(spec(FleetSettings.of(workers, workers, new Fixed(workers))));
    await(
        workers + " workers",
        () ->
            engine.workers().stream()
                    .filter(worker -> worker.name().startsWith(NapApplication.NAME))
                    .count()
                == workers);
    List<JobRequest> requests = new ArrayList<>();
    for (int n = 0; n < jobs; n++) {
      requests.add(NapApplication.NAP.request(NAP));
    }
    long begin = System.nanoTime();
    engine.enqueue(requests);
    await("all jobs to end", () -> left(engine) == 0);
    return jobs * 1e9 / (System.nanoTime() - begin);
  }

  // ---- both ----

  private static FleetSpec spec(FleetSettings settings) {
    return FleetSpec.of(NapApplication.NAME, List.of(NapApplication.NAME), settings.withSlots(1));
  }

  private static List<FleetTask> present(Fleets fleets) {
    return fleets.tasks(NapApplication.NAME, false, Long.MAX_VALUE, Fleets.MAX_PAGE);
  }

  private static FleetTask newest(Fleets fleets) {
    return fleets.tasks(NapApplication.NAME, true, Long.MAX_VALUE, 1).getFirst();
  }

  private static long left(Engine engine) {
    return engine.queues().list().stream()
        .filter(queue -> queue.name().equals(NapApplication.NAME))
        .mapToLong(FleetMeasurement::live)
        .sum();
  }

  private static long live(QueueSummary queue) {
    return queue.ready() + queue.running() + queue.blocked() + queue.scheduled();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw CommandException.failed("waited %s for %s".formatted(PATIENCE, what));
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }
}
