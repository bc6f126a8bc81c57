package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.Occupation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Reads table {@code occupation} through the index of its exclusion constraint. Stateless. */
final class OccupationTable {

  private static final String READ =
      """
      SELECT occupation.unit_id,
             lower(occupation.period) AS from_time,
             upper(occupation.period) AS to_time,
             reservation.start_at,
             reservation.end_at
      FROM unnest(:unitIds) AS wanted (unit_id)
      JOIN calendar.occupation
        -- The very expression of the exclusion constraint, so that its index is used.
        ON int8range(occupation.unit_id, occupation.unit_id, '[]')
             && int8range(wanted.unit_id, wanted.unit_id, '[]')
        AND occupation.period && tstzrange(:from, :to)
      JOIN calendar.reservation ON reservation.id = occupation.reservation_id
      """;

  private OccupationTable() {}

  /** What occupies these units at some time of {@code [from, to)}. */
  static List<Occupation> read(Handle handle, Collection<Long> unitIds, Instant from, Instant to) {
    return handle
        .createQuery(READ)
        .bindArray("unitIds", Long.class, unitIds)
        .bind("from", from)
        .bind("to", to)
        .map((row, context) ->
            new Occupation(
                row.getLong("unit_id"),
                instant(row, "from_time"),
                instant(row, "to_time"),
                instant(row, "start_at"),
                instant(row, "end_at")))
        .list();
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
