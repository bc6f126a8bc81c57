package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.CapacityMix.StandIn;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Decision.Stop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which class the next worker is of, and of which class one stops.
 *
 * <p>Start: the first class listed that is below its base; else the lowest (alive − base) ÷ weight,
 * ties as listed. From nothing, on-demand to spot as 1:5 gives D SSSSS D SSSSS D. Amazon ECS
 * documents base and weight but no order; this is the order that its words allow.
 *
 * <p>Stop: the other way round, so the class most above its share is the one that the last start
 * would have been of: the highest (alive − base − 1) ÷ weight, ties as listed from the end. What
 * the smaller fleet is made of stays, even where it is idle and others are not: of one on-demand
 * worker and busy spot ones, the on-demand one is what is left when all spot is taken away.
 */
public final class MixRule {
  private static final Share UNLISTED = new Share(CapacityClass.ON_DEMAND, 0, 0);

  private final CapacityMix mix;
  private final Map<CapacityClass, Integer> present;

  /**
   * @param present workers alive or starting, by class
   */
  public MixRule(CapacityMix mix, Map<CapacityClass, Integer> present) {
    this.mix = mix;
    this.present = new HashMap<>(present);
  }

  /**
   * The classes of the next workers.
   *
   * @param resting classes that cannot place now
   * @return at most {@code count} entries, fewer when places stay empty
   */
  public List<Placement> launches(int count, Set<CapacityClass> resting) {
    List<Placement> launches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CapacityClass turn = next();
      CapacityClass placed = resting.contains(turn) ? standIn(turn, resting) : turn;
      if (placed == null) {
        count(turn, 1); // its place stays empty, and the others keep theirs
        continue;
      }
      count(placed, 1);
      launches.add(new Placement(placed, placed.equals(turn) ? null : turn));
    }
    return launches;
  }

  /**
   * Of which classes idle workers stop.
   *
   * @param idle workers without a job, by class
   * @return at most {@code count} workers
   */
  public List<Stop> stops(int count, Map<CapacityClass, Integer> idle) {
    int total = present.values().stream().mapToInt(Integer::intValue).sum();
    Map<CapacityClass, Integer> kept = kept(Math.max(0, total - count));
    Map<CapacityClass, Integer> left = new HashMap<>(idle);
    Map<CapacityClass, Integer> stopped = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      CapacityClass last = last(left, kept);
      if (last == null) {
        break;
      }
      count(last, -1);
      left.merge(last, -1, Integer::sum);
      stopped.merge(last, 1, Integer::sum);
    }
    return stopped.entrySet().stream()
        .map(entry -> new Stop(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** What a fleet of that size is made of. */
  private Map<CapacityClass, Integer> kept(int size) {
    MixRule smaller = new MixRule(mix, Map.of());
    smaller.launches(size, Set.of());
    return smaller.present;
  }

  private CapacityClass next() {
    for (Share share : mix.shares()) {
      if (aboveBase(share.capacityClass(), share) < 0) {
        return share.capacityClass();
      }
    }
    Share lowest = null;
    for (Share share : mix.shares()) {
      if (share.weight() > 0 && (lowest == null || compare(share, lowest) < 0)) {
        lowest = share;
      }
    }
    if (lowest == null) {
      throw new IllegalStateException("a mix has a class with a weight");
    }
    return lowest.capacityClass();
  }

  private @Nullable CapacityClass standIn(CapacityClass turn, Set<CapacityClass> resting) {
    if (mix.standIn() == StandIn.NONE) {
      return null;
    }
    List<CapacityClass> classes = mix.classes();
    int at = classes.indexOf(turn);
    for (int step = 1; step < classes.size(); step++) {
      CapacityClass candidate = classes.get((at + step) % classes.size());
      if (!resting.contains(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  private @Nullable CapacityClass last(
      Map<CapacityClass, Integer> idle, Map<CapacityClass, Integer> kept) {
    CapacityClass worst = null;
    double highest = Double.NEGATIVE_INFINITY;
    for (CapacityClass candidate : listedThenUnlisted(idle)) {
      if (idle.getOrDefault(candidate, 0) <= 0
          || present.getOrDefault(candidate, 0) <= kept.getOrDefault(candidate, 0)) {
        continue;
      }
      double excess = excess(candidate);
      if (excess >= highest) {
        highest = excess;
        worst = candidate;
      }
    }
    return worst;
  }

  private double excess(CapacityClass candidate) {
    Share share = share(candidate);
    int above = aboveBase(candidate, share);
    return share.weight() == 0 && above > 0
        ? Double.POSITIVE_INFINITY
        : (above - 1.0) / Math.max(1, share.weight());
  }

  /** Workers of a class that the mix no longer has are the first to go. */
  private List<CapacityClass> listedThenUnlisted(Map<CapacityClass, Integer> idle) {
    List<CapacityClass> classes = new ArrayList<>(mix.classes());
    idle.keySet().stream().filter(other -> !classes.contains(other)).sorted().forEach(classes::add);
    return classes;
  }

  private Share share(CapacityClass capacityClass) {
    return mix.shares().stream()
        .filter(share -> share.capacityClass().equals(capacityClass))
        .findFirst()
        .orElse(UNLISTED);
  }

  private int aboveBase(CapacityClass capacityClass, Share share) {
    return present.getOrDefault(capacityClass, 0) - share.base();
  }

  private int compare(Share one, Share other) {
    return Long.compare(
        (long) aboveBase(one.capacityClass(), one) * other.weight(),
        (long) aboveBase(other.capacityClass(), other) * one.weight());
  }

  private void count(CapacityClass capacityClass, int change) {
    present.merge(capacityClass, change, Integer::sum);
  }
}
