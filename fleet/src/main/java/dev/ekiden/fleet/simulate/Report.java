package dev.ekiden.fleet.simulate;

import java.util.List;

/** What came out of a scenario, one outcome for each operation. */
public record Report(Scenario scenario, List<Outcome> outcomes) {
  public Report {
    outcomes = List.copyOf(outcomes);
  }

  /** The outcome of an operation. */
  public Outcome of(String operation) {
    return outcomes.stream()
        .filter(outcome -> outcome.name().equals(operation))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no fleet is named " + operation));
  }

  /** The claims of the scenario and what came out. */
  public List<Claim.Result> claims() {
    return scenario.claims().stream().map(claim -> claim.result(this)).toList();
  }
}
