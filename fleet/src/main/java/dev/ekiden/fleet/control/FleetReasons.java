package dev.ekiden.fleet.control;

import dev.ekiden.engine.Explanation.Reason;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.ReasonSource;
import dev.ekiden.fleet.Memory.Rest;
import dev.ekiden.fleet.control.Fleets.ClassCount;
import dev.ekiden.fleet.control.Fleets.Standings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Why a job of a queue that a fleet serves waits for a worker. */
public final class FleetReasons implements ReasonSource {
  private final Fleets fleets;

  public FleetReasons(Fleets fleets) {
    this.fleets = fleets;
  }

  @Override
  public List<Reason> reasons(Job job) {
    List<Reason> reasons = new ArrayList<>();
    for (Fleet fleet : fleets.list()) {
      if (fleet.spec().queues().contains(job.queue())) {
        fleets.standings(fleet.name()).ifPresent(standings -> add(reasons, standings));
      }
    }
    return reasons;
  }

  private static void add(List<Reason> reasons, Standings standings) {
    Fleet fleet = standings.fleet();
    String name = "fleet '" + fleet.name() + "'";
    if (!fleet.spec().enabled()) {
      reasons.add(new Reason("fleet-off", name + " is switched off and keeps no workers"));
      return;
    }
    int before = reasons.size();
    Instant since = standings.startingSince();
    if (since != null) {
      reasons.add(
          new Reason(
              "capacity-starting",
              "%s is starting %s since %s"
                  .formatted(name, classes(standings.classes()), seconds(since))));
    }
    int max = fleet.spec().settings().max();
    int present = standings.alive() + standings.starting();
    if (present >= max) {
      reasons.add(
          new Reason(
              "fleet-at-maximum",
              "%s is at its maximum: %d of at most %d workers".formatted(name, present, max)));
    }
    fleet
        .memory()
        .resting()
        .forEach((capacityClass, rest) -> {
          if (rest.until().isAfter(Instant.now())) {
            reasons.add(
                new Reason(
                    "capacity-resting",
                    "%s: %s".formatted(name, resting(capacityClass.name(), rest))));
          }
        });
    FleetDecision last = standings.last();
    if (reasons.size() == before) {
      reasons.add(
          new Reason(
              "fleet",
              last == null
                  ? name + " serves its queue, and nobody has decided for it yet"
                  : "%s serves its queue and decided at %s: %s"
                      .formatted(name, seconds(last.at()), last.reason())));
    }
  }

  private static String classes(List<ClassCount> classes) {
    return classes.stream()
        .filter(one -> one.starting() > 0)
        .map(one -> one.starting() + " " + one.capacityClass())
        .collect(Collectors.joining(" and "));
  }

  private static String resting(String capacityClass, Rest rest) {
    return "%s could not be placed %s in a row and is tried again at %s"
        .formatted(
            capacityClass,
            rest.failures() == 1 ? "once" : rest.failures() + " times",
            seconds(rest.until()));
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
