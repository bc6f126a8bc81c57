package dev.ekiden.bench.fleet;

import dev.ekiden.bench.Figures;
import dev.ekiden.bench.Lab;
import dev.ekiden.bench.PostgresProbe.Reading;
import dev.ekiden.bench.fleet.KeptHistory.Kept;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.control.FleetController;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.FleetTurn;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.Launchers;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.fleet.control.WorkerProgram;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Task;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.CommandException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * What a turn of the fleets' controller costs, in a new database and in one that keeps millions of
 * finished jobs, with few and with many workers. Ten thousand jobs wait, none of which anybody
 * runs.
 */
final class TurnMeasurement {
  private static final int FEW = 5;
  private static final int MANY = 1_000;
  private static final int WAITING = 10_000;
  private static final int NOTES = 10_000;
  private static final int WARM_UP = 20;
  private static final double GOAL = 1.2;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Lab lab;
  private final int turns;

  /**
   * The measurement.
   *
   * @param turns of each case
   */
  TurnMeasurement(Lab lab, int turns) {
    this.lab = lab;
    this.turns = turns;
  }

  /** Measures beside each other. */
  void measure(DatabaseAddress empty, DatabaseAddress filled, int history, Figures figures)
      throws SQLException, InterruptedException {
    List<Turns> without = measure(empty);
    List<Turns> with = measure(filled);
    for (int i = 0; i < with.size(); i++) {
      String what =
          "turn with %,d workers, %,d finished jobs kept, beside none"
              .formatted(with.get(i).workers(), history);
      Turns one = with.get(i);
      Turns none = without.get(i);
      figures.atMostTimes(
          what + ", p50",
          one.at(0.5, FleetTurn::total),
          "ms",
          none.at(0.5, FleetTurn::total),
          GOAL);
      figures.against(
          "its p99", one.at(0.99, FleetTurn::total), "ms", none.at(0.99, FleetTurn::total));
      figures.against(
          "of it looking, p50", one.at(0.5, FleetTurn::look), "ms", none.at(0.5, FleetTurn::look));
      figures.add(Row.of("of it deciding, p50", one.at(0.5, FleetTurn::decide), "ms"));
      figures.add(Row.of("of it writing, p50", one.at(0.5, FleetTurn::write), "ms"));
      figures.against("transactions of a turn", one.transactions(), "", none.transactions());
      figures.against("CPU time of PostgreSQL of a turn", one.cpuMillis(), "ms", none.cpuMillis());
    }
  }

  /** Turns of one case. */
  private record Turns(int workers, List<FleetTurn> turns, Reading spent) {
    double at(double part, Function<FleetTurn, Duration> what) {
      List<Long> nanos = new ArrayList<>();
      turns.forEach(turn -> nanos.add(what.apply(turn).toNanos()));
      Collections.sort(nanos);
      return nanos.get((int) Math.ceil(nanos.size() * part) - 1) / 1e6;
    }

    double transactions() {
      return (double) spent.commits() / turns.size();
    }

    double cpuMillis() {
      return spent.cpuSeconds() * 1_000 / turns.size();
    }
  }

  private List<Turns> measure(DatabaseAddress address) throws SQLException, InterruptedException {
    try (Kept kept = Kept.open(address)) {
      Launchers launchers =
          Launchers.of(List.of(new Located("here", new PresentLauncher(kept.database()))));
      Fleets fleets = new Fleets(kept.database(), kept.engine(), launchers);
      List<JobRequest> requests = Collections.nCopies(WAITING, JobRequest.of("kept-0", "wait"));
      kept.engine().enqueue(requests);
      while (kept.database().inTransaction(handle -> DepthTable.addUp(handle, NOTES)) == NOTES) {}
      try (FleetController controller =
          FleetController.start(
              kept.database(), kept.engine(), launchers, TurnMeasurement::task, "bench")) {
        List<Turns> measured = new ArrayList<>();
        for (int workers : List.of(FEW, MANY)) {
          fleets.put(
              FleetSpec.of(
                  KeptHistory.QUEUE,
                  List.of(KeptHistory.QUEUE),
                  FleetSettings.of(workers, workers, Goal.parse("95% start within 5s"))));
          controller.wake();
          await("%d workers".formatted(workers), () -> kept.engine().workers().size() == workers);
          collect(controller, WARM_UP); // the first ones are compiled and planned
          measured.add(turns(address, controller, workers));
        }
        return measured;
      }
    }
  }

  private Turns turns(DatabaseAddress address, FleetController controller, int workers)
      throws SQLException, InterruptedException {
    try (Connection connection = lab.connect(address)) {
      lab.terminal().say("%,d turns with %,d workers …".formatted(turns, workers));
      Reading before = lab.probe().read(connection);
      List<FleetTurn> collected = collect(controller, turns);
      return new Turns(workers, collected, lab.probe().read(connection).since(before));
    }
  }

  private static List<FleetTurn> collect(FleetController controller, int count)
      throws InterruptedException {
    List<FleetTurn> collected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long last = number(controller);
      controller.wake();
      await("a turn", () -> number(controller) > last);
      collected.add(controller.lastTurn().orElseThrow());
    }
    return collected;
  }

  private static long number(FleetController controller) {
    return controller.lastTurn().map(FleetTurn::number).orElse(0L);
  }

  private static Task task(FleetSpec fleet, FleetTask task) {
    return Task.of(task.id(), Program.command("worker"))
        .label(WorkerProgram.FLEET_LABEL, task.fleet())
        .capacityClass(task.capacityClass().name())
        .build();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw CommandException.failed("waited %s for %s".formatted(PATIENCE, what));
      }
      Thread.sleep(1);
    }
  }
}
