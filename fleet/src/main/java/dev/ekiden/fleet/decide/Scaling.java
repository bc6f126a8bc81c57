package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Decision.Stop;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.Memory.Rest;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.Sentence;
import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.Workers;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Decides how many workers a fleet should have. Pure: the same input gives the same decision, and
 * nothing else is read or changed.
 *
 * <ul>
 *   <li>Workers on their way count, so nothing is started twice.
 *   <li>Starting is immediate. Stopping waits until there have been too many for the whole of
 *       {@link FleetSettings#scaleInAfter}, and then goes down only to the most that was needed in
 *       that time, so a demand that flaps leaves the fleet alone.
 *   <li>Only idle workers stop, and never below the minimum. Above a maximum that was lowered idle
 *       ones stop at once.
 *   <li>A class that could not place rests, twice as long each time; another may stand in.
 * </ul>
 */
public final class Scaling {
  private final Instant now;
  private final Observed observed;
  private final FleetSettings settings;
  private final Memory before;

  private Scaling(Instant now, Observed observed, FleetSettings settings, Memory before) {
    this.now = now;
    this.observed = observed;
    this.settings = settings;
    this.before = before;
  }

  /**
   * Decides.
   *
   * @param before of the last decision, {@link Memory#NONE} for the first
   */
  public static Decision decide(
      Instant now, Observed observed, FleetSettings settings, Memory before) {
    return new Scaling(now, observed, settings, before).decide();
  }

  private Decision decide() {
    Need need = need();
    int atLeast = clamp(need.atLeast());
    int atMost = clamp(need.atMost());
    int present = observed.present();
    Map<CapacityClass, Rest> rests = rests();
    Surplus surplus = Surplus.of(now, present, atMost, settings, before);
    MixRule mix = new MixRule(settings.mix(), counts(Workers::present));
    List<Placement> launches =
        present < atLeast ? mix.launches(atLeast - present, resting(rests)) : List.of();
    List<Stop> stops = mix.stops(surplus.toStop(), counts(Workers::idle));
    int stopped = stops.stream().mapToInt(Stop::workers).sum();
    int desired = Math.max(atLeast, Math.min(present, atMost));
    Explanation explanation =
        new Explanation(now, observed, settings, need, desired, launches, stops, surplus, rests);
    Surplus after = surplus.after(now, stopped, atMost);
    return new Decision(
        desired,
        launches,
        stops,
        explanation.terms(),
        need.rejected().stream().map(term -> Sentence.of(List.of(term))).toList(),
        nextLook(after, rests),
        new Memory(after.since(), after.peak(), rests));
  }

  private Need need() {
    Demand demand = observed.demand();
    return switch (settings.policy()) {
      case Fixed(int workers) -> Need.of(workers, new Term.Fixed(workers));
      case Steps steps -> {
        Steps.Step step = steps.at(demand.startable());
        yield Need.of(
            step.workers(), new Term.Step(step.workers(), step.from(), demand.startable()));
      }
      case Goal goal -> new GoalNeed(goal, demand, settings).need();
    };
  }

  private Map<CapacityClass, Rest> rests() {
    Map<CapacityClass, Rest> rests = new TreeMap<>(before.resting());
    observed
        .workers()
        .forEach((capacityClass, workers) -> {
          if (workers.started() > 0) {
            rests.remove(capacityClass);
          }
          if (workers.failedPlacements() > 0) {
            Rest last = rests.get(capacityClass);
            int failures = last == null ? 1 : Math.min(last.failures() + 1, Integer.MAX_VALUE - 1);
            rests.put(
                capacityClass, new Rest(failures, now.plus(settings.backoff().after(failures))));
          }
        });
    return rests;
  }

  private Set<CapacityClass> resting(Map<CapacityClass, Rest> rests) {
    return rests.entrySet().stream()
        .filter(entry -> entry.getValue().until().isAfter(now))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private Map<CapacityClass, Integer> counts(ToIntFunction<Workers> count) {
    Map<CapacityClass, Integer> counts = new HashMap<>();
    observed
        .workers()
        .forEach((capacityClass, workers) -> counts.put(capacityClass, count.applyAsInt(workers)));
    return counts;
  }

  private Instant nextLook(Surplus surplus, Map<CapacityClass, Rest> rests) {
    Instant next = now.plus(settings.lookEvery());
    Instant since = surplus.since();
    if (since != null) {
      next = sooner(next, since.plus(settings.scaleInAfter()));
    }
    for (Rest rest : rests.values()) {
      next = sooner(next, rest.until());
    }
    return next;
  }

  private Instant sooner(Instant next, Instant candidate) {
    return candidate.isAfter(now) && candidate.isBefore(next) ? candidate : next;
  }

  private int clamp(int workers) {
    return Math.clamp(workers, settings.min(), settings.max());
  }
}
