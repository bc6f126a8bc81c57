package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Decision.Stop;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory.Rest;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells a decision in one sentence. */
record Explanation(
    Instant now,
    Observed observed,
    FleetSettings settings,
    Need need,
    int desired,
    List<Placement> launches,
    List<Stop> stops,
    Surplus surplus,
    Map<CapacityClass, Rest> rests) {

  String sentence() {
    return "%s%s: %s%s; %d alive, %d starting: %s"
        .formatted(
            settings.policy(),
            heldBack(),
            need.because(),
            bounds(),
            observed.alive(),
            observed.starting(),
            action());
  }

  private String heldBack() {
    long held = observed.demand().waitingJobs() - observed.demand().startable();
    return held == 0 ? "" : " (%s held back by limits)".formatted(GoalNeed.plural(held, "job"));
  }

  private String bounds() {
    if (need.atLeast() > settings.max()) {
      return ", but at most " + settings.max();
    }
    return need.atMost() < settings.min() ? ", but at least " + settings.min() : "";
  }

  private String action() {
    int missing = desired - observed.present();
    if (missing > 0) {
      String empty =
          launches.size() < missing
              ? ", %s empty".formatted(GoalNeed.plural(missing - launches.size(), "place"))
              : "";
      return (launches.isEmpty() ? "start none" : "start " + launching()) + empty + resting();
    }
    if (!stops.isEmpty()) {
      return "stop "
          + stops.stream()
              .map(stop -> stop.workers() + " idle " + stop.capacityClass())
              .collect(Collectors.joining(" and "));
    }
    Instant since = surplus.since();
    if (since == null) {
      return surplus.toStop() > 0 ? "too many, but none is idle" : "enough";
    }
    if (surplus.toStop() > 0) {
      return "too many, but none is idle";
    }
    return "%d more than needed for %s of %s"
        .formatted(
            observed.present() - desired,
            Times.format(Duration.between(since, now)),
            Times.format(settings.scaleInAfter()));
  }

  private String launching() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Placement placement : launches) {
      CapacityClass turn = placement.insteadOf();
      String name = placement.capacityClass() + (turn == null ? "" : " in place of " + turn);
      counts.merge(name, 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(" and "));
  }

  private String resting() {
    return rests.entrySet().stream()
        .filter(entry -> entry.getValue().until().isAfter(now))
        .map(entry ->
            ", %s rests for %s after %s"
                .formatted(
                    entry.getKey(),
                    Times.format(Duration.between(now, entry.getValue().until())),
                    GoalNeed.plural(entry.getValue().failures(), "failure")))
        .collect(Collectors.joining());
  }
}
