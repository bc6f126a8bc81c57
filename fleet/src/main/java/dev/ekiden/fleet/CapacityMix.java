package dev.ekiden.fleet;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * In which shares a fleet is made of capacity classes.
 *
 * <p>Each class first gets its base, in the order listed; of the workers above the bases each class
 * gets a share by its weight. Both look at the workers <em>alive</em>, so a class that lost workers
 * is filled up again. A class of weight 0 gets its base and may stand in.
 *
 * @param shares at least one of a weight above 0, at most {@value #MAX_CLASSES}, no class twice
 * @param standIn what happens while the class whose turn it is cannot place
 */
public record CapacityMix(List<Share> shares, StandIn standIn) {
  /** Most classes of a mix. */
  public static final int MAX_CLASSES = 20;

  /** Largest base of a class. */
  public static final int MAX_BASE = 10_000;

  /** Largest weight of a class. */
  public static final int MAX_WEIGHT = 1_000;

  /**
   * What a class gets.
   *
   * @param base workers it gets before weights count, 0 and up
   * @param weight its share of the workers above the bases, 0 and up
   */
  public record Share(CapacityClass capacityClass, int base, int weight) {
    public Share {
      Checks.range("base of " + capacityClass, base, 0, MAX_BASE);
      Checks.range("weight of " + capacityClass, weight, 0, MAX_WEIGHT);
    }
  }

  /** What happens while the class whose turn it is cannot place. */
  public enum StandIn {
    /** The next class listed, after the last the first, takes its place; the decision says so. */
    NEXT,
    /** The place stays empty until the class can place again. */
    NONE
  }

  public CapacityMix {
    shares = List.copyOf(shares);
    Checks.range("number of classes", shares.size(), 1, MAX_CLASSES);
    Set<CapacityClass> seen = new HashSet<>();
    for (Share share : shares) {
      if (!seen.add(share.capacityClass())) {
        throw new InvalidSettingException(
            "mix", "mix must name each class once, but names " + share.capacityClass() + " twice");
      }
    }
    if (shares.stream().allMatch(share -> share.weight() == 0)) {
      throw new InvalidSettingException("mix", "mix must have a class with a weight above 0");
    }
  }

  /** A mix in which the next class stands in. */
  public static CapacityMix of(Share... shares) {
    return new CapacityMix(Arrays.asList(shares), StandIn.NEXT);
  }

  /** All workers of one class. */
  public static CapacityMix only(CapacityClass capacityClass) {
    return of(new Share(capacityClass, 0, 1));
  }

  /** On-demand and spot by weight, as in 1:5. */
  public static CapacityMix onDemandToSpot(int onDemand, int spot) {
    return of(
        new Share(CapacityClass.ON_DEMAND, 0, onDemand), new Share(CapacityClass.SPOT, 0, spot));
  }

  /** The same mix with another rule for classes that cannot place. */
  public CapacityMix withStandIn(StandIn rule) {
    return new CapacityMix(shares, rule);
  }

  /** The classes in the order listed. */
  public List<CapacityClass> classes() {
    return shares.stream().map(Share::capacityClass).toList();
  }

  @Override
  public String toString() {
    return shares.stream()
        .map(share ->
            share.capacityClass()
                + (share.base() > 0 ? " " + share.base() + "+" : " ")
                + share.weight())
        .collect(Collectors.joining(" : "));
  }
}
