package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Decision.Stop;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory.Rest;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells a decision in terms, in the order in which a sentence has them. */
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

  List<Term> terms() {
    List<Term> terms = new ArrayList<>();
    terms.add(policy(settings.policy()));
    long held = observed.demand().waitingJobs() - observed.demand().startable();
    if (held != 0) {
      terms.add(new Term.Held(held));
    }
    terms.addAll(need.because());
    if (need.atLeast() > settings.max()) {
      terms.add(new Term.AtMost(settings.max()));
    } else if (need.atMost() < settings.min()) {
      terms.add(new Term.AtLeast(settings.min()));
    }
    terms.add(new Term.Present(observed.alive(), observed.starting()));
    addAction(terms);
    return terms;
  }

  private static Term policy(ScalingPolicy policy) {
    String kind =
        switch (policy) {
          case Fixed _ -> "fixed";
          case Steps _ -> "steps";
          case Goal _ -> "goal";
        };
    return new Term.Policy(kind, policy.toString());
  }

  private void addAction(List<Term> terms) {
    int missing = desired - observed.present();
    Instant since = surplus.since();
    if (missing > 0) {
      addLaunches(terms, missing);
    } else if (!stops.isEmpty()) {
      for (Stop stop : stops) {
        terms.add(new Term.Stop(stop.workers(), stop.capacityClass().name()));
      }
    } else if (surplus.toStop() > 0) {
      terms.add(new Term.NoneIdle());
    } else if (since == null) {
      terms.add(new Term.Enough());
    } else {
      terms.add(
          new Term.Surplus(
              observed.present() - desired,
              Times.seconds(Duration.between(since, now)),
              Times.seconds(settings.scaleInAfter())));
    }
  }

  private void addLaunches(List<Term> terms, int missing) {
    Map<Placement, Integer> counts = new LinkedHashMap<>();
    launches.forEach(placement -> counts.merge(placement, 1, Integer::sum));
    if (counts.isEmpty()) {
      terms.add(new Term.StartNone());
    }
    counts.forEach((placement, workers) -> {
      CapacityClass turn = placement.insteadOf();
      terms.add(
          new Term.Start(
              workers, placement.capacityClass().name(), turn == null ? null : turn.name()));
    });
    if (launches.size() < missing) {
      terms.add(new Term.Empty(missing - launches.size()));
    }
    rests.forEach((capacityClass, rest) -> {
      if (rest.until().isAfter(now)) {
        terms.add(
            new Term.Rests(
                capacityClass.name(),
                Times.seconds(Duration.between(now, rest.until())),
                rest.failures()));
      }
    });
  }
}
