package dev.ekiden.calendar.availability;

import java.time.Instant;

/**
 * A time {@code [from, to)} in which a resource unit is taken. It includes the buffers of its
 * booking; {@code [bookedFrom, bookedTo)} is the booking without them, which only explanations use.
 * Immutable.
 */
public record Occupation(
    long unitId, Instant from, Instant to, Instant bookedFrom, Instant bookedTo) {

  public Occupation {
    new Checks()
        .that(from.isBefore(to), "to", to, "must be after the start " + from)
        .that(
            !bookedFrom.isBefore(from) && bookedFrom.isBefore(bookedTo),
            "bookedFrom",
            bookedFrom,
            "must lie within the occupied time and before its end")
        .that(!bookedTo.isAfter(to), "bookedTo", bookedTo, "must lie within the occupied time")
        .done();
  }

  /** An occupation without buffers. */
  public static Occupation of(long unitId, Instant from, Instant to) {
    return new Occupation(unitId, from, to, from, to);
  }
}
