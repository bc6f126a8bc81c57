package dev.ekiden.calendar.sample;

import java.time.Instant;

/**
 * A booking {@code [start, end)} that its plan's rules allow and that has a free unit. Immutable.
 */
public record SampleReservation(String code, Instant start, Instant end) {}
