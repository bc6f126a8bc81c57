package dev.ekiden.calendar.availability;

import java.time.Instant;

/**
 * A slot {@code [start, end)} that is free on some unit of every resource, and its price in whole
 * minor units before day price, minimum and tax. Immutable.
 */
public record FreeSlot(Instant start, Instant end, long amount) {}
