package dev.ekiden.calendar.availability;

import java.util.Comparator;
import java.util.List;

/**
 * A room that can be rented, at one venue for its whole life.
 *
 * <p>Special periods must not overlap one another; they and the closures are kept in order of their
 * start. {@code capacity} is how many people it holds, 0 if nobody said. {@code id} is 0 until
 * stored. Immutable.
 */
public record Space(
    long id,
    String code,
    long venueId,
    String name,
    WeeklyHours businessHours,
    List<SpecialPeriod> specialPeriods,
    List<Closure> closures,
    int capacity,
    long version) {

  /** The most special periods of one space. */
  public static final int MAXIMUM_SPECIAL_PERIODS = 400;

  /** The most closures of one space. */
  public static final int MAXIMUM_CLOSURES = 10_000;

  /** The most people that a space holds. */
  public static final int MAXIMUM_CAPACITY = 100_000;

  /** With a capacity that nobody said. */
  public Space(
      long id,
      String code,
      long venueId,
      String name,
      WeeklyHours businessHours,
      List<SpecialPeriod> specialPeriods,
      List<Closure> closures,
      long version) {
    this(id, code, venueId, name, businessHours, specialPeriods, closures, 0, version);
  }

  public Space {
    specialPeriods =
        specialPeriods.stream().sorted(Comparator.comparing(SpecialPeriod::from)).toList();
    closures =
        closures.stream()
            .sorted(Comparator.comparing(Closure::from).thenComparing(Closure::to))
            .toList();
    Checks checks =
        new Checks()
            .notNegative("id", id)
            .code("code", code)
            .notNegative("venueId", venueId)
            .name("name", name)
            .range("specialPeriods.size", specialPeriods.size(), 0, MAXIMUM_SPECIAL_PERIODS)
            .range("capacity", capacity, 0, MAXIMUM_CAPACITY)
            .range("closures.size", closures.size(), 0, MAXIMUM_CLOSURES)
            .notNegative("version", version);
    for (int index = 1; index < specialPeriods.size(); index++) {
      SpecialPeriod earlier = specialPeriods.get(index - 1);
      SpecialPeriod later = specialPeriods.get(index);
      checks.that(
          !earlier.overlaps(later),
          "specialPeriods",
          later.name() + " from " + later.from(),
          "must not overlap " + earlier.name() + ", which lasts until " + earlier.to());
    }
    checks.done();
  }
}
