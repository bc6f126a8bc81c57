package dev.ekiden.server.cli;

import dev.ekiden.fleet.simulate.Claim;
import dev.ekiden.fleet.simulate.Outcome;
import dev.ekiden.fleet.simulate.Quantiles;
import dev.ekiden.fleet.simulate.Report;
import java.math.BigDecimal;
import java.util.List;

/** A report as JSON: figures without the series and the reasons. Money in dollars. */
record SimulationView(String title, long seed, String goal, List<Fleet> fleets, List<Told> told) {
  record Fleet(
      String name,
      BigDecimal cost,
      int jobs,
      int succeeded,
      int failed,
      int unfinished,
      Quantiles waits,
      Quantiles latency,
      int missed,
      double missedShare,
      int reclaimed,
      int attemptsLost,
      int failedStarts,
      double endSeconds,
      double workerSeconds,
      int workersMost,
      List<Outcome.ClassUse> classes,
      List<Outcome.KindWait> kinds) {
    static Fleet of(Outcome outcome) {
      return new Fleet(
          outcome.name(),
          outcome.cost().dollars(),
          outcome.jobs(),
          outcome.succeeded(),
          outcome.failed(),
          outcome.unfinished(),
          outcome.waits(),
          outcome.latency(),
          outcome.missed(),
          outcome.missedShare(),
          outcome.reclaimed(),
          outcome.attemptsLost(),
          outcome.failedStarts(),
          outcome.endSeconds(),
          outcome.workerSeconds(),
          outcome.workersMost(),
          outcome.classes(),
          outcome.kinds());
    }
  }

  record Told(String told, String assumes, double value, double from, double to, boolean met) {
    static Told of(Claim.Result result) {
      Claim claim = result.claim();
      return new Told(
          claim.told(), claim.assumes(), result.value(), claim.from(), claim.to(), result.met());
    }
  }

  static SimulationView of(Report report) {
    return new SimulationView(
        report.scenario().title(),
        report.scenario().seed(),
        report.scenario().goal().toString(),
        report.outcomes().stream().map(Fleet::of).toList(),
        report.claims().stream().map(Told::of).toList());
  }
}
