package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import dev.ekiden.calendar.availability.Venue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Table {@code venue}. */
final class VenueTable implements TruthTable<Venue> {

  private static final String IDS =
      """
      SELECT code, id
      FROM calendar.venue
      WHERE code = ANY(:codes)
      """;

  private static final String READ =
      """
      SELECT id, code, name, zone, holiday_calendar, version
      FROM calendar.venue
      WHERE id = ANY(:ids)
      ORDER BY id
      """;

  private static final String LOCK =
      """
      SELECT id
      FROM calendar.venue
      WHERE id = ANY(:ids)
      ORDER BY id
      FOR NO KEY UPDATE
      """;

  private static final String PLANS =
      """
      SELECT plan.id
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      WHERE space.venue_id = ANY(:ids)
      """;

  private static final String INSERT =
      """
      INSERT INTO calendar.venue (code, name, zone, holiday_calendar)
      SELECT * FROM unnest(:codes, :names, :zones, :holidayCalendars)
      RETURNING code, id
      """;

  private static final String UPDATE =
      """
      UPDATE calendar.venue
      SET name = given.name,
          zone = given.zone,
          holiday_calendar = given.holiday_calendar,
          version = venue.version + 1
      FROM unnest(:ids, :names, :zones, :holidayCalendars)
        AS given (id, name, zone, holiday_calendar)
      WHERE venue.id = given.id
      """;

  @Override
  public String entity() {
    return "venue";
  }

  @Override
  public long id(Venue venue) {
    return venue.id();
  }

  @Override
  public String code(Venue venue) {
    return venue.code();
  }

  @Override
  public Venue normalized(Venue venue) {
    return venue;
  }

  @Override
  public Map<String, Long> ids(Handle handle, Collection<String> codes) {
    return Rows.idsByCode(handle, IDS, codes);
  }

  @Override
  public Map<Long, Venue> read(Handle handle, Collection<Long> ids) {
    Map<Long, Venue> venues = new LinkedHashMap<>();
    Rows.ofIds(handle, READ, ids, VenueTable::map).forEach(venue -> venues.put(venue.id(), venue));
    return venues;
  }

  @Override
  public Set<Long> lock(Handle handle, Collection<Long> ids) {
    return Rows.idsOfIds(handle, LOCK, ids);
  }

  @Override
  public Set<Long> plansOf(Handle handle, Collection<Long> ids) {
    return Rows.idsOfIds(handle, PLANS, ids);
  }

  @Override
  public Map<String, Long> insert(Handle handle, List<Venue> venues) {
    Map<String, Long> ids = new LinkedHashMap<>();
    handle
        .createQuery(INSERT)
        .bindArray("codes", String.class, column(venues, Venue::code))
        .bindArray("names", String.class, column(venues, Venue::name))
        .bindArray("zones", String.class, column(venues, venue -> venue.zone().getId()))
        .bindArray("holidayCalendars", String.class, column(venues, Venue::holidayCalendar))
        .map((row, context) -> Map.entry(row.getString("code"), row.getLong("id")))
        .forEach(entry -> ids.put(entry.getKey(), entry.getValue()));
    return ids;
  }

  @Override
  public void update(Handle handle, List<Change<Venue>> changes) {
    List<Venue> venues = column(changes, Change::after);
    handle
        .createUpdate(UPDATE)
        .bindArray("ids", Long.class, column(venues, Venue::id))
        .bindArray("names", String.class, column(venues, Venue::name))
        .bindArray("zones", String.class, column(venues, venue -> venue.zone().getId()))
        .bindArray("holidayCalendars", String.class, column(venues, Venue::holidayCalendar))
        .execute();
  }

  private static Venue map(ResultSet row, StatementContext context) throws SQLException {
    return new Venue(
        row.getLong("id"),
        row.getString("code"),
        row.getString("name"),
        ZoneId.of(row.getString("zone")),
        row.getString("holiday_calendar"),
        row.getLong("version"));
  }
}
