package dev.ekiden.calendar.sample;

import dev.ekiden.calendar.availability.InvalidValueException;

/**
 * How much to generate. Each venue has at least one space and each space at least one plan.
 * Immutable.
 */
public record SampleSize(int venues, int spaces, int plans, int reservationsPerSpace) {

  /** The largest number of plans. */
  public static final int MAXIMUM_PLANS = 1_000_000;

  /** The most reservations tried for one space. */
  public static final int MAXIMUM_RESERVATIONS_PER_SPACE = 1_000;

  /** 20 venues, 100 spaces, 1,000 plans. */
  public static final SampleSize SMALL = new SampleSize(20, 100, 1_000, 20);

  /** 200 venues, 1,000 spaces, 10,000 plans. */
  public static final SampleSize FULL = new SampleSize(200, 1_000, 10_000, 20);

  public SampleSize {
    if (venues < 1 || spaces < venues || plans < spaces || plans > MAXIMUM_PLANS) {
      throw new InvalidValueException(
          "size",
          venues + " venues, " + spaces + " spaces, " + plans + " plans",
          "must be 1 venue or more, as many spaces or more, and as many plans or more, at most "
              + MAXIMUM_PLANS);
    }
    if (reservationsPerSpace < 0 || reservationsPerSpace > MAXIMUM_RESERVATIONS_PER_SPACE) {
      throw new InvalidValueException(
          "reservationsPerSpace",
          String.valueOf(reservationsPerSpace),
          "must be between 0 and " + MAXIMUM_RESERVATIONS_PER_SPACE);
    }
  }
}
