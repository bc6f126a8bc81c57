package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.Quote;
import dev.ekiden.calendar.booking.SlotCheck.Granted;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Tables {@code reservation} and {@code occupation}. Stateless; in the caller's transaction. */
final class ReservationTable {

  private static final String FIND =
      """
      SELECT id, code, plan_id, start_at, end_at, state, hold_expires_at, currency, total, tax,
             free_cancel_minutes, cancel_fee_percent, cancel_fee
      FROM calendar.reservation
      WHERE token_hash = :hash
      """;

  private static final String LOCK =
      """
      SELECT id, code, plan_id, start_at, end_at, state, hold_expires_at, currency, total, tax,
             free_cancel_minutes, cancel_fee_percent, cancel_fee
      FROM calendar.reservation
      WHERE id = :id
      FOR NO KEY UPDATE
      """;

  private static final String INSERT =
      """
      INSERT INTO calendar.reservation (
        plan_id, start_at, end_at, state, hold_expires_at, token_hash,
        currency, total, tax, free_cancel_minutes, cancel_fee_percent, created_at, changed_at)
      VALUES (
        :planId, :start, :end, 'HELD', :expiresAt, :tokenHash,
        :currency, :total, :tax, :freeCancelMinutes, :cancelFeePercent, :now, :now)
      RETURNING id
      """;

  /**
   * The exclusion constraint speaks here. Without ON CONFLICT two inserts at once would both go in
   * and then wait for each other, until one is killed as a deadlock; with it the second waits for
   * the first and is left out.
   */
  private static final String OCCUPY =
      """
      INSERT INTO calendar.occupation (reservation_id, unit_id, period)
      SELECT :id, unit_id, tstzrange(:from, :to)
      FROM unnest(:unitIds) AS given (unit_id)
      ON CONFLICT DO NOTHING
      """;

  private static final String FREE =
      """
      DELETE FROM calendar.occupation
      WHERE reservation_id = ANY(:ids)
      RETURNING unit_id
      """;

  private static final String SET_STATE =
      """
      UPDATE calendar.reservation
      SET state = :state, changed_at = :now
      WHERE id = :id
      """;

  private static final String SET_EXPIRY =
      """
      UPDATE calendar.reservation
      SET hold_expires_at = :expiresAt
      WHERE id = :id
      """;

  private static final String SET_CANCEL_FEE =
      """
      UPDATE calendar.reservation
      SET cancel_fee = :fee
      WHERE id = :id
      """;

  private static final String MOVE =
      """
      UPDATE calendar.reservation
      SET plan_id = :planId, start_at = :start, end_at = :end,
          currency = :currency, total = :total, tax = :tax,
          free_cancel_minutes = :freeCancelMinutes, cancel_fee_percent = :cancelFeePercent,
          changed_at = :now
      WHERE id = :id
      """;

  private static final String REQUESTS =
      """
      SELECT id, code, plan_id, start_at, end_at, state, hold_expires_at, currency, total, tax,
             free_cancel_minutes, cancel_fee_percent, cancel_fee
      FROM calendar.reservation
      WHERE state = 'REQUESTED' AND id > :after
      ORDER BY id
      LIMIT :limit
      """;

  private static final String DUE =
      """
      SELECT reservation.id, plan.space_id
      FROM calendar.reservation
      JOIN calendar.plan ON plan.id = reservation.plan_id
      WHERE reservation.state IN ('HELD', 'REQUESTED') AND reservation.hold_expires_at <= :now
      ORDER BY reservation.hold_expires_at
      LIMIT :limit
      """;

  private static final String DUE_IN_THE_WAY =
      """
      SELECT DISTINCT reservation.id, plan.space_id
      FROM calendar.reservation
      JOIN calendar.plan ON plan.id = reservation.plan_id
      JOIN calendar.occupation ON occupation.reservation_id = reservation.id
      JOIN calendar.resource_unit AS unit ON unit.id = occupation.unit_id
      JOIN calendar.space_resource AS used ON used.resource_id = unit.resource_id
      WHERE reservation.state IN ('HELD', 'REQUESTED')
        AND reservation.hold_expires_at <= :now
        AND used.space_id = :spaceId
        AND occupation.period && tstzrange(:from, :to)
      """;

  /** Asks again under the row lock: a hold that was confirmed meanwhile stays. */
  private static final String EXPIRE =
      """
      UPDATE calendar.reservation
      SET state = 'EXPIRED', changed_at = :now
      FROM calendar.plan
      WHERE reservation.id = ANY(:ids)
        AND reservation.state IN ('HELD', 'REQUESTED')
        AND reservation.hold_expires_at <= :now
        AND plan.id = reservation.plan_id
      RETURNING reservation.id, plan.space_id
      """;

  /** A reservation and the space of its plan. */
  record InSpace(long reservationId, long spaceId) {

    static Set<Long> spaces(List<InSpace> reservations) {
      Set<Long> spaces = new HashSet<>();
      reservations.forEach(reservation -> spaces.add(reservation.spaceId()));
      return spaces;
    }

    static List<Long> reservations(List<InSpace> reservations) {
      return reservations.stream().map(InSpace::reservationId).toList();
    }
  }

  private ReservationTable() {}

  static Optional<Reservation> find(Handle handle, ReservationToken token) {
    return handle
        .createQuery(FIND)
        .bind("hash", token.hash())
        .map((row, context) -> map(row))
        .findOne();
  }

  static Optional<Reservation> lock(Handle handle, long id) {
    return handle.createQuery(LOCK).bind("id", id).map((row, context) -> map(row)).findOne();
  }

  static long insertHeld(
      Handle handle, Granted granted, Instant expiresAt, ReservationToken token) {
    return bind(handle.createQuery(INSERT), granted)
        .bind("expiresAt", expiresAt)
        .bind("tokenHash", token.hash())
        .mapTo(Long.class)
        .one();
  }

  /** Another plan, time, price and terms. */
  static void move(Handle handle, long id, Granted granted) {
    bind(handle.createUpdate(MOVE), granted).bind("id", id).execute();
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Granted granted) {
    Quote quote = granted.accepted().quote();
    BookingPolicy policy = granted.plan().policy();
    return statement
        .bind("planId", granted.wish().planId())
        .bind("start", granted.wish().start())
        .bind("end", granted.wish().end())
        .bind("currency", quote.currency().getCurrencyCode())
        .bind("total", quote.total())
        .bind("tax", quote.tax())
        .bind("freeCancelMinutes", policy.freeCancelMinutes())
        .bind("cancelFeePercent", policy.cancelFeePercent())
        .bind("now", granted.now());
  }

  /**
   * Takes the units for {@code [from, to)}; whether all of them were free. If not, the transaction
   * must be rolled back.
   */
  static boolean occupy(
      Handle handle, long id, Collection<Long> unitIds, Instant from, Instant to) {
    int occupied =
        handle
            .createUpdate(OCCUPY)
            .bind("id", id)
            .bindArray("unitIds", Long.class, unitIds)
            .bind("from", from)
            .bind("to", to)
            .execute();
    return occupied == unitIds.size();
  }

  /** Frees what the reservations occupy; the ids of those units. */
  static Set<Long> free(Handle handle, Collection<Long> ids) {
    return new HashSet<>(
        handle.createQuery(FREE).bindArray("ids", Long.class, ids).mapTo(Long.class).list());
  }

  static void setExpiry(Handle handle, long id, Instant expiresAt) {
    handle.createUpdate(SET_EXPIRY).bind("id", id).bind("expiresAt", expiresAt).execute();
  }

  static void setCancelFee(Handle handle, long id, OptionalLong fee) {
    if (fee.isPresent()) {
      handle.createUpdate(SET_CANCEL_FEE).bind("id", id).bind("fee", fee.getAsLong()).execute();
    }
  }

  static List<Reservation> requests(Handle handle, long after, int limit) {
    return handle
        .createQuery(REQUESTS)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> map(row))
        .list();
  }

  static void setState(Handle handle, long id, ReservationState state, Instant now) {
    handle
        .createUpdate(SET_STATE)
        .bind("id", id)
        .bind("state", state.name())
        .bind("now", now)
        .execute();
  }

  /** Holds and requests that are over, the oldest first. */
  static List<InSpace> due(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(DUE)
        .bind("now", now)
        .bind("limit", limit)
        .map((row, context) -> inSpace(row))
        .list();
  }

  /** Holds that are over and still occupy, in this time, a unit that the space uses. */
  static List<InSpace> dueInTheWay(
      Handle handle, long spaceId, Instant from, Instant to, Instant now) {
    return handle
        .createQuery(DUE_IN_THE_WAY)
        .bind("spaceId", spaceId)
        .bind("from", from)
        .bind("to", to)
        .bind("now", now)
        .map((row, context) -> inSpace(row))
        .list();
  }

  /** Ends those of the holds that are still over, and frees what they occupy. */
  static List<InSpace> expire(Handle handle, Collection<Long> ids, Instant now) {
    if (ids.isEmpty()) {
      return List.of();
    }
    List<InSpace> expired =
        handle
            .createQuery(EXPIRE)
            .bindArray("ids", Long.class, ids)
            .bind("now", now)
            .map((row, context) -> inSpace(row))
            .list();
    free(handle, expired.stream().map(InSpace::reservationId).toList());
    return expired;
  }

  private static InSpace inSpace(ResultSet row) throws SQLException {
    return new InSpace(row.getLong("id"), row.getLong("space_id"));
  }

  static Reservation map(ResultSet row) throws SQLException {
    return new Reservation(
        row.getLong("id"),
        Optional.ofNullable(row.getString("code")),
        row.getLong("plan_id"),
        row.getObject("start_at", OffsetDateTime.class).toInstant(),
        row.getObject("end_at", OffsetDateTime.class).toInstant(),
        ReservationState.valueOf(row.getString("state")),
        Optional.ofNullable(row.getObject("hold_expires_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant),
        Currency.getInstance(row.getString("currency")),
        optional(row.getObject("total", Long.class)),
        optional(row.getObject("tax", Long.class)),
        new CancelTerms(row.getInt("free_cancel_minutes"), row.getInt("cancel_fee_percent")),
        optional(row.getObject("cancel_fee", Long.class)));
  }

  private static OptionalLong optional(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
