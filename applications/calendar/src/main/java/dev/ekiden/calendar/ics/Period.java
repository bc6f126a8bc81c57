package dev.ekiden.calendar.ics;

import java.time.Instant;

/** A time {@code [from, to)}, not empty. */
public record Period(Instant from, Instant to) {

  public Period {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("A period ends after it starts: " + from + ", " + to);
    }
  }
}
