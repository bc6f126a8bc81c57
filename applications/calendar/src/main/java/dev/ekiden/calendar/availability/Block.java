package dev.ekiden.calendar.availability;

import java.time.Instant;

/**
 * A time {@code [from, to)} in which a space cannot be used because a calendar of another system,
 * the source, says so. No buffers are kept around it. Immutable.
 */
public record Block(Instant from, Instant to, String source) {

  public Block {
    new Checks()
        .that(from.isBefore(to), "to", to, "must be after the start " + from)
        .code("source", source)
        .done();
  }
}
