package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.Quote;
import java.time.Instant;

/**
 * A slot that is held: nobody else can book it until {@code expiresAt}.
 *
 * @param token confirms or cancels it; cannot be had again
 * @param expiresAt from this moment on it can no longer be confirmed
 */
public record Held(long reservationId, ReservationToken token, Instant expiresAt, Quote quote) {}
