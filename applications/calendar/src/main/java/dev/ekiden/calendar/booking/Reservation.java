package dev.ekiden.calendar.booking;

import java.time.Instant;
import java.util.Currency;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A reservation as it is stored.
 *
 * @param code what it is called where it was imported from
 * @param holdExpiresAt until when it is or was held, or the request waits or waited; empty for
 *     imported ones
 * @param total what the guest pays, tax included, in minor units; empty if an import did not tell
 * @param tax the tax in the total
 * @param terms what canceling costs the guest
 * @param cancelFee what it did cost; empty unless a guest canceled it
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
    OptionalLong tax,
    CancelTerms terms,
    OptionalLong cancelFee) {

  /** What canceling it at this moment costs a guest. */
  OptionalLong cancelFeeAt(Instant now) {
    boolean costs = state == ReservationState.CONFIRMED && terms.costsAt(now, start);
    return OptionalLong.of(costs ? terms.fee(total.orElse(0)) : 0);
  }

  Reservation with(ReservationState next) {
    return new Reservation(
        id, code, planId, start, end, next, holdExpiresAt, currency, total, tax, terms, cancelFee);
  }

  Reservation expiringAt(Instant expiresAt) {
    return new Reservation(
        id,
        code,
        planId,
        start,
        end,
        state,
        Optional.of(expiresAt),
        currency,
        total,
        tax,
        terms,
        cancelFee);
  }

  Reservation withCancelFee(OptionalLong fee) {
    return new Reservation(
        id, code, planId, start, end, state, holdExpiresAt, currency, total, tax, terms, fee);
  }
}
