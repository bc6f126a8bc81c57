package dev.ekiden.calendar.booking;

import static dev.ekiden.calendar.store.Rows.column;
import static dev.ekiden.calendar.store.Rows.nullableColumn;

import dev.ekiden.calendar.booking.UnitPeriods.Period;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Bulk statements on {@code reservation} and {@code occupation}. Stateless. */
final class ExternalReservationTable {

  private static final String PLACES =
      """
      SELECT plan.id, plan.code, plan.space_id, venue.zone, plan.buffer_before_minutes,
             plan.buffer_after_minutes, plan.currency
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      WHERE plan.code = ANY(:codes)
      """;

  private static final String LOCK =
      """
      SELECT reservation.id, reservation.code, reservation.plan_id, reservation.start_at,
             reservation.end_at, reservation.state, reservation.total,
             ARRAY(
               SELECT unit_id FROM calendar.occupation WHERE reservation_id = reservation.id
             ) AS unit_ids,
             (SELECT min(lower(period)) FROM calendar.occupation
              WHERE reservation_id = reservation.id) AS occupied_from,
             (SELECT max(upper(period)) FROM calendar.occupation
              WHERE reservation_id = reservation.id) AS occupied_to
      FROM calendar.reservation
      WHERE reservation.code = ANY(:codes)
      ORDER BY reservation.id
      FOR NO KEY UPDATE
      """;

  private static final String PERIODS =
      """
      SELECT occupation.unit_id,
             lower(occupation.period) AS occupied_from,
             upper(occupation.period) AS occupied_to,
             coalesce(reservation.code, CAST(reservation.id AS text)) AS reservation
      FROM unnest(:unitIds) AS wanted (unit_id)
      JOIN calendar.occupation
        -- The very expression of the exclusion constraint, so that its index is used.
        ON int8range(occupation.unit_id, occupation.unit_id, '[]')
             && int8range(wanted.unit_id, wanted.unit_id, '[]')
        AND occupation.period && tstzrange(:from, :to)
      JOIN calendar.reservation ON reservation.id = occupation.reservation_id
      """;

  private static final String INSERT =
      """
      INSERT INTO calendar.reservation (
        code, plan_id, start_at, end_at, state, total, currency, created_at, changed_at)
      SELECT code, plan_id, start_at, end_at, state, total, currency, :now, :now
      FROM unnest(:codes, :planIds, :starts, :ends, :states, :totals, :currencies)
        AS given (code, plan_id, start_at, end_at, state, total, currency)
      RETURNING code, id
      """;

  private static final String UPDATE =
      """
      UPDATE calendar.reservation
      SET start_at = given.start_at,
          end_at = given.end_at,
          state = given.state,
          total = given.total,
          currency = given.currency,
          changed_at = :now
      FROM unnest(:codes, :planIds, :starts, :ends, :states, :totals, :currencies)
        AS given (code, plan_id, start_at, end_at, state, total, currency)
      WHERE reservation.code = given.code
      """;

  private static final String OCCUPY =
      """
      INSERT INTO calendar.occupation (reservation_id, unit_id, period)
      SELECT reservation_id, unit_id, tstzrange(from_time, to_time)
      FROM unnest(:ids, :unitIds, :froms, :tos)
        AS given (reservation_id, unit_id, from_time, to_time)
      """;

  /** A row to add to {@code occupation}. */
  record Occupied(long reservationId, long unitId, Instant from, Instant to) {}

  private ExternalReservationTable() {}

  static Map<String, PlanPlace> places(Handle handle, Collection<String> planCodes) {
    Map<String, PlanPlace> places = new HashMap<>();
    handle
        .createQuery(PLACES)
        .bindArray("codes", String.class, planCodes)
        .map((row, context) ->
            new PlanPlace(
                row.getLong("id"),
                row.getString("code"),
                row.getLong("space_id"),
                ZoneId.of(row.getString("zone")),
                row.getInt("buffer_before_minutes"),
                row.getInt("buffer_after_minutes"),
                Currency.getInstance(row.getString("currency"))))
        .forEach(place -> places.put(place.planCode(), place));
    return places;
  }

  static Map<String, StoredReservation> lock(Handle handle, Collection<String> codes) {
    Map<String, StoredReservation> reservations = new HashMap<>();
    handle
        .createQuery(LOCK)
        .bindArray("codes", String.class, codes)
        .map((row, context) -> stored(row))
        .forEach(reservation -> reservations.put(reservation.code(), reservation));
    return reservations;
  }

  static UnitPeriods periods(Handle handle, Collection<Long> unitIds, Instant from, Instant to) {
    UnitPeriods periods = new UnitPeriods();
    handle
        .createQuery(PERIODS)
        .bindArray("unitIds", Long.class, unitIds)
        .bind("from", from)
        .bind("to", to)
        .map((row, context) ->
            Map.entry(
                row.getLong("unit_id"),
                new Period(
                    instant(row, "occupied_from"),
                    instant(row, "occupied_to"),
                    row.getString("reservation"))))
        .forEach(entry -> periods.add(entry.getKey(), entry.getValue()));
    return periods;
  }

  static Map<String, Long> insert(
      Handle handle, List<ExternalReservation> reservations, Instant now) {
    Map<String, Long> ids = new LinkedHashMap<>();
    if (!reservations.isEmpty()) {
      bindColumns(handle.createQuery(INSERT), reservations)
          .bind("now", now)
          .map((row, context) -> Map.entry(row.getString("code"), row.getLong("id")))
          .forEach(entry -> ids.put(entry.getKey(), entry.getValue()));
    }
    return ids;
  }

  static void update(Handle handle, List<ExternalReservation> reservations, Instant now) {
    if (!reservations.isEmpty()) {
      bindColumns(handle.createUpdate(UPDATE), reservations).bind("now", now).execute();
    }
  }

  static void occupy(Handle handle, List<Occupied> occupied) {
    if (occupied.isEmpty()) {
      return;
    }
    handle
        .createUpdate(OCCUPY)
        .bindArray("ids", Long.class, column(occupied, Occupied::reservationId))
        .bindArray("unitIds", Long.class, column(occupied, Occupied::unitId))
        .bindArray("froms", Instant.class, column(occupied, Occupied::from))
        .bindArray("tos", Instant.class, column(occupied, Occupied::to))
        .execute();
  }

  private static <S extends SqlStatement<S>> S bindColumns(
      S statement, List<ExternalReservation> reservations) {
    return statement
        .bindArray("codes", String.class, column(reservations, ExternalReservation::code))
        .bindArray("planIds", Long.class, column(reservations, row -> row.place().planId()))
        .bindArray("starts", Instant.class, column(reservations, ExternalReservation::start))
        .bindArray("ends", Instant.class, column(reservations, ExternalReservation::end))
        .bindArray(
            "states",
            String.class,
            column(reservations, row -> StoredReservation.wantedState(row).name()))
        .bindArray(
            "totals", Long.class, nullableColumn(reservations, ExternalReservationTable::total))
        .bindArray(
            "currencies",
            String.class,
            column(reservations, row -> row.place().currency().getCurrencyCode()));
  }

  private static @Nullable Long total(ExternalReservation reservation) {
    return reservation.total().isPresent() ? reservation.total().getAsLong() : null;
  }

  private static StoredReservation stored(ResultSet row) throws SQLException {
    Long total = row.getObject("total", Long.class);
    String code = row.getString("code");
    Array array = row.getArray("unit_ids");
    List<Long> unitIds = List.of((Long[]) array.getArray());
    boolean occupies = !unitIds.isEmpty();
    return new StoredReservation(
        row.getLong("id"),
        code,
        row.getLong("plan_id"),
        instant(row, "start_at"),
        instant(row, "end_at"),
        ReservationState.valueOf(row.getString("state")),
        total == null ? OptionalLong.empty() : OptionalLong.of(total),
        unitIds,
        new Period(
            instant(row, occupies ? "occupied_from" : "start_at"),
            instant(row, occupies ? "occupied_to" : "end_at"),
            code));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
