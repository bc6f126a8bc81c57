package dev.ekiden.fleet.simulate;

import java.util.List;

/** Runs a scenario. The same scenario gives the same report, whatever the machine. */
public final class Simulator {
  private Simulator() {}

  /** Runs all operations of a scenario on the same jobs. */
  public static Report run(Scenario scenario) {
    Workload workload = Workload.of(scenario);
    List<Outcome> outcomes =
        scenario.operations().stream()
            .map(operation -> new Simulation(scenario, workload, operation).run())
            .toList();
    return new Report(scenario, outcomes);
  }
}
