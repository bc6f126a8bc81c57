package dev.ekiden.calendar.availability;

import java.time.Instant;

/** A time {@code [start, end)} that can be booked, with its price. Immutable. */
public record Offer(Instant start, Instant end, Quote quote) {}
