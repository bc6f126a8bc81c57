package dev.ekiden.calendar.booking;

import java.time.Instant;
import java.util.Currency;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A reservation as it is stored.
 *
 * @param code what it is called where it was imported from
 * @param holdExpiresAt when it is or was held until; empty for imported ones
 * @param total what the guest pays, tax included, in minor units; empty if an import did not tell
 * @param tax the tax in the total
 */
public record Reservation(
    long id,
    Optional<String> code,
    long planId,
    Instant start,
    Instant end,
    ReservationState state,
    Optional<Instant> holdExpiresAt,
    Currency currency,
    OptionalLong total,
    OptionalLong tax) {

  Reservation with(ReservationState next) {
    return new Reservation(id, code, planId, start, end, next, holdExpiresAt, currency, total, tax);
  }
}
