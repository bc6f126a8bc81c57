package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The cache: computed calendars of plans, in tables {@code plan_calendar} (a header for each plan)
 * and {@code calendar_day}. Stateless, safe for use by many threads; runs in the caller's
 * transaction.
 */
public final class CalendarStore {

  private static final String READ_SPACE =
      """
      SELECT header.plan_id, header.truth_version, header.from_day, header.to_day, header.terms,
             cached.day, cached.content
      FROM calendar.plan
      JOIN calendar.plan_calendar AS header ON header.plan_id = plan.id
      LEFT JOIN calendar.calendar_day AS cached
        ON cached.plan_id = header.plan_id AND cached.day BETWEEN :from AND :to
      WHERE plan.space_id = :spaceId
      ORDER BY header.plan_id, cached.day
      """;

  private static final String READ_PLANS =
      """
      SELECT header.plan_id, header.truth_version, header.from_day, header.to_day, header.terms,
             cached.day, cached.content
      FROM calendar.plan_calendar AS header
      LEFT JOIN calendar.calendar_day AS cached
        ON cached.plan_id = header.plan_id AND cached.day BETWEEN :from AND :to
      WHERE header.plan_id = ANY(:planIds)
      ORDER BY header.plan_id, cached.day
      """;

  /** Version 0 is older than any truth. */
  private static final String ADD_HEADERS =
      """
      INSERT INTO calendar.plan_calendar (plan_id, truth_version, from_day, to_day, terms)
      SELECT plan_id, 0, from_day, to_day, terms
      FROM unnest(:planIds, :froms, :tos, :terms) AS given (plan_id, from_day, to_day, terms)
      WHERE NOT EXISTS (
        SELECT FROM calendar.plan_calendar AS header WHERE header.plan_id = given.plan_id)
      ORDER BY plan_id
      ON CONFLICT (plan_id) DO NOTHING
      """;

  /** Refreshes of one plan wait for one another here, so that the older never writes last. */
  private static final String LOCK_HEADERS =
      """
      SELECT plan_id, truth_version, from_day, to_day, terms
      FROM calendar.plan_calendar
      WHERE plan_id = ANY(:planIds)
      ORDER BY plan_id
      FOR NO KEY UPDATE
      """;

  /** A day that is equal is not even locked: a sync over unchanged calendars writes no row. */
  private static final String WRITE_DAYS =
      """
      WITH written AS (
        INSERT INTO calendar.calendar_day (plan_id, day, truth_version, content)
        SELECT given.plan_id, given.day, given.truth_version, given.content
        FROM unnest(:planIds, :days, :versions, :contents)
          AS given (plan_id, day, truth_version, content)
        LEFT JOIN calendar.calendar_day AS cached
          ON cached.plan_id = given.plan_id AND cached.day = given.day
        WHERE cached.content IS DISTINCT FROM given.content
        ON CONFLICT (plan_id, day) DO UPDATE
        SET truth_version = EXCLUDED.truth_version,
            content = EXCLUDED.content
        RETURNING plan_id)
      SELECT plan_id, count(*) AS days
      FROM written
      GROUP BY plan_id
      """;

  private static final String PRUNE_DAYS =
      """
      DELETE FROM calendar.calendar_day AS cached
      USING unnest(:planIds, :froms, :tos) AS given (plan_id, from_day, to_day)
      WHERE cached.plan_id = given.plan_id
        AND (cached.day < given.from_day OR cached.day > given.to_day)
      """;

  /** Without its number the calendar counts as changed, see {@link ChangeTable}. */
  private static final String WRITE_HEADERS =
      """
      UPDATE calendar.plan_calendar AS header
      SET change = NULL,
          truth_version = given.truth_version,
          from_day = given.from_day,
          to_day = given.to_day,
          terms = given.terms
      FROM unnest(:planIds, :versions, :froms, :tos, :terms)
        AS given (plan_id, truth_version, from_day, to_day, terms)
      WHERE header.plan_id = given.plan_id
      """;

  private static final String ZONES =
      """
      SELECT DISTINCT zone
      FROM calendar.venue
      """;

  /** The last day comes from Java's time zones, the ones that the calendars are computed with. */
  private static final String STALE =
      """
      SELECT plan.id
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      JOIN unnest(:zones, :lastDays) AS horizon (zone, last_day) ON horizon.zone = venue.zone
      LEFT JOIN calendar.plan_calendar AS header ON header.plan_id = plan.id
      WHERE plan.id > :after
        AND (header.plan_id IS NULL
          OR header.truth_version < plan.version + space.version + venue.version
          OR header.to_day < horizon.last_day)
      ORDER BY plan.id
      LIMIT :limit
      """;

  private static final String PLAN_IDS =
      """
      SELECT id
      FROM calendar.plan
      WHERE id > :after
      ORDER BY id
      LIMIT :limit
      """;

  /** The calendars of all plans of a space that have one: the hot path, one statement. */
  public List<CachedCalendar> readSpace(Handle handle, long spaceId, LocalDate from, LocalDate to) {
    return read(handle.createQuery(READ_SPACE).bind("spaceId", spaceId), from, to);
  }

  /** The calendars of those plans that have one. */
  public List<CachedCalendar> readPlans(
      Handle handle, Collection<Long> planIds, LocalDate from, LocalDate to) {
    return read(handle.createQuery(READ_PLANS).bindArray("planIds", Long.class, planIds), from, to);
  }

  /** The calendar of a plan, if it has one. */
  public Optional<CachedCalendar> readPlan(
      Handle handle, long planId, LocalDate from, LocalDate to) {
    return readPlans(handle, List.of(planId), from, to).stream().findFirst();
  }

  /**
   * Stores what was computed, plan by plan, unless the cache already holds a newer truth of it.
   * Writes only days whose bytes differ, and headers that differ or have such days.
   *
   * <p>A newer truth also removes the days outside its range, which it says nothing about; the same
   * truth over another range adds to what is there and drops only days before its first.
   *
   * @param calendars each with every day of its range, at most one for each plan
   * @throws IllegalArgumentException if days of a range are missing or a plan appears twice
   */
  public RefreshResult write(Handle handle, Collection<CachedCalendar> calendars) {
    if (calendars.isEmpty()) {
      return RefreshResult.NOTHING;
    }
    Map<Long, Header> headers = lockHeaders(handle, calendars);
    List<CachedCalendar> accepted = new ArrayList<>();
    Map<Long, Header> changedHeaders = new HashMap<>();
    Map<Long, Header> sameHeaders = new HashMap<>();
    List<Header> prunedHeaders = new ArrayList<>();
    int outdated = 0;
    for (CachedCalendar calendar : calendars) {
      Header before = headers.get(calendar.planId());
      if (before == null || calendar.truthVersion() < before.truthVersion()) {
        outdated++;
        continue;
      }
      accepted.add(calendar);
      Header after = before.after(calendar);
      (after.equals(before) ? sameHeaders : changedHeaders).put(after.planId(), after);
      if (before.from().isBefore(after.from()) || before.to().isAfter(after.to())) {
        prunedHeaders.add(after);
      }
    }
    long scanned = accepted.stream().mapToLong(calendar -> calendar.days().size()).sum();
    Map<Long, Long> changedDays = writeDays(handle, accepted);
    pruneDays(handle, prunedHeaders);
    sameHeaders.keySet().retainAll(changedDays.keySet());
    changedHeaders.putAll(sameHeaders);
    writeHeaders(handle, changedHeaders.values());
    long changed = changedDays.values().stream().mapToLong(Long::longValue).sum();
    return new RefreshResult(scanned, changed, outdated);
  }

  /**
   * Plans whose cache is older than the truth, missing, or does not reach {@code days} days ahead,
   * today on the venue's clock being the first; in order of their ids.
   *
   * @param after only ids above this; 0 to begin
   */
  public List<Long> stalePlans(Handle handle, Instant now, int days, long after, int limit) {
    List<String> zones =
        handle.createQuery(ZONES).mapTo(String.class).list().stream()
            // Plans of a zone that Java does not know cannot be computed; their refresh says so.
            .filter(ZoneRulesProvider.getAvailableZoneIds()::contains)
            .toList();
    return handle
        .createQuery(STALE)
        .bindArray("zones", String.class, zones)
        .bindArray(
            "lastDays",
            LocalDate.class,
            column(zones, zone -> LocalDate.ofInstant(now, ZoneId.of(zone)).plusDays(days - 1L)))
        .bind("after", after)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  /** The ids of all plans above {@code after}, in order: how a full sync cuts its chunks. */
  public List<Long> planIds(Handle handle, long after, int limit) {
    return handle
        .createQuery(PLAN_IDS)
        .bind("after", after)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  private static List<CachedCalendar> read(Query query, LocalDate from, LocalDate to) {
    List<CachedCalendar> calendars = new ArrayList<>();
    List<CachedDay> days = new ArrayList<>();
    Header header = null;
    for (HeaderAndDay row :
        query.bind("from", from).bind("to", to).map((row, context) -> headerAndDay(row)).list()) {
      if (header != null && header.planId() != row.header().planId()) {
        calendars.add(header.with(days));
        days.clear();
      }
      header = row.header();
      if (row.day() != null) {
        days.add(row.day());
      }
    }
    if (header != null) {
      calendars.add(header.with(days));
    }
    return calendars;
  }

  private static Map<Long, Header> lockHeaders(
      Handle handle, Collection<CachedCalendar> calendars) {
    List<Long> planIds = column(calendars, CachedCalendar::planId);
    handle
        .createUpdate(ADD_HEADERS)
        .bindArray("planIds", Long.class, planIds)
        .bindArray("froms", LocalDate.class, column(calendars, CachedCalendar::from))
        .bindArray("tos", LocalDate.class, column(calendars, CachedCalendar::to))
        .bindArray("terms", byte[].class, column(calendars, CachedCalendar::terms))
        .execute();
    Map<Long, Header> headers = new HashMap<>();
    handle
        .createQuery(LOCK_HEADERS)
        .bindArray("planIds", Long.class, planIds)
        .map((row, context) -> header(row))
        .forEach(header -> headers.put(header.planId(), header));
    checkComplete(calendars);
    return headers;
  }

  private static void checkComplete(Collection<CachedCalendar> calendars) {
    Map<Long, CachedCalendar> seen = new HashMap<>();
    for (CachedCalendar calendar : calendars) {
      LocalDate expected = calendar.from();
      for (CachedDay day : calendar.days()) {
        if (!day.day().equals(expected)) {
          throw new IllegalArgumentException(
              "Plan " + calendar.planId() + ": expected day " + expected + " but got " + day.day());
        }
        expected = expected.plusDays(1);
      }
      if (!expected.equals(calendar.to().plusDays(1))) {
        throw new IllegalArgumentException(
            "Plan %d: the days end before %s".formatted(calendar.planId(), calendar.to()));
      }
      if (seen.put(calendar.planId(), calendar) != null) {
        throw new IllegalArgumentException("Plan " + calendar.planId() + " appears twice");
      }
    }
  }

  /** How many days were written of which plan. */
  private static Map<Long, Long> writeDays(Handle handle, List<CachedCalendar> calendars) {
    List<Long> planIds = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    List<CachedDay> days = new ArrayList<>();
    for (CachedCalendar calendar : calendars) {
      for (CachedDay day : calendar.days()) {
        planIds.add(calendar.planId());
        versions.add(calendar.truthVersion());
        days.add(day);
      }
    }
    if (days.isEmpty()) {
      return Map.of();
    }
    Map<Long, Long> written = new HashMap<>();
    handle
        .createQuery(WRITE_DAYS)
        .bindArray("planIds", Long.class, planIds)
        .bindArray("days", LocalDate.class, column(days, CachedDay::day))
        .bindArray("versions", Long.class, versions)
        .bindArray("contents", byte[].class, column(days, CachedDay::content))
        .map((row, context) -> Map.entry(row.getLong("plan_id"), row.getLong("days")))
        .forEach(plan -> written.put(plan.getKey(), plan.getValue()));
    return written;
  }

  private static void pruneDays(Handle handle, List<Header> headers) {
    if (headers.isEmpty()) {
      return;
    }
    handle
        .createUpdate(PRUNE_DAYS)
        .bindArray("planIds", Long.class, column(headers, Header::planId))
        .bindArray("froms", LocalDate.class, column(headers, Header::from))
        .bindArray("tos", LocalDate.class, column(headers, Header::to))
        .execute();
  }

  private static void writeHeaders(Handle handle, Collection<Header> headers) {
    if (headers.isEmpty()) {
      return;
    }
    handle
        .createUpdate(WRITE_HEADERS)
        .bindArray("planIds", Long.class, column(headers, Header::planId))
        .bindArray("versions", Long.class, column(headers, Header::truthVersion))
        .bindArray("froms", LocalDate.class, column(headers, Header::from))
        .bindArray("tos", LocalDate.class, column(headers, Header::to))
        .bindArray("terms", byte[].class, column(headers, Header::terms))
        .execute();
  }

  private static HeaderAndDay headerAndDay(ResultSet row) throws SQLException {
    LocalDate day = row.getObject("day", LocalDate.class);
    return new HeaderAndDay(
        header(row), day == null ? null : new CachedDay(day, row.getBytes("content")));
  }

  private static Header header(ResultSet row) throws SQLException {
    return new Header(
        row.getLong("plan_id"),
        row.getLong("truth_version"),
        row.getObject("from_day", LocalDate.class),
        row.getObject("to_day", LocalDate.class),
        row.getBytes("terms"));
  }

  private record HeaderAndDay(Header header, @Nullable CachedDay day) {}

  /** A row of {@code plan_calendar}. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by content, see equals.
  private record Header(
      long planId, long truthVersion, LocalDate from, LocalDate to, byte[] terms) {

    CachedCalendar with(List<CachedDay> days) {
      return new CachedCalendar(planId, truthVersion, from, to, terms, days);
    }

    /** The header once the calendar, which is not older, has been written. */
    Header after(CachedCalendar calendar) {
      boolean extendsRange =
          calendar.truthVersion() == truthVersion && !calendar.to().isBefore(from.minusDays(1));
      LocalDate last = extendsRange && to.isAfter(calendar.to()) ? to : calendar.to();
      return new Header(planId, calendar.truthVersion(), calendar.from(), last, calendar.terms());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Header header
          && planId == header.planId
          && truthVersion == header.truthVersion
          && from.equals(header.from)
          && to.equals(header.to)
          && Arrays.equals(terms, header.terms);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(planId);
    }
  }
}
