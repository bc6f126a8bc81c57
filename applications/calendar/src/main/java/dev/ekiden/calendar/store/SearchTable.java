package dev.ekiden.calendar.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads plans of all spaces together with some days of their cached calendars. Stateless. */
public final class SearchTable {

  /** The limit counts plans, so it stands inside; the days of those come by their primary key. */
  private static final String NEXT =
      """
      SELECT candidate.*, cached.day, cached.content
      FROM (
        SELECT plan.id, plan.code, plan.name,
               space.id AS space_id, space.code AS space_code, space.name AS space_name,
               space.capacity,
               venue.id AS venue_id, venue.code AS venue_code, venue.name AS venue_name, venue.zone,
               header.truth_version, header.from_day, header.to_day, header.terms
        FROM calendar.plan
        JOIN calendar.plan_calendar AS header ON header.plan_id = plan.id
        JOIN calendar.space ON space.id = plan.space_id
        JOIN calendar.venue ON venue.id = space.venue_id
        WHERE plan.id > :after
          AND plan.published
          AND space.capacity >= :capacity
          AND (CAST(:venue AS text) IS NULL OR venue.code = :venue)
          AND concat_ws(' ', venue.name, space.name, plan.name) ILIKE ALL (:patterns)
        ORDER BY plan.id
        LIMIT :limit
      ) AS candidate
      LEFT JOIN calendar.calendar_day AS cached
        ON cached.plan_id = candidate.id AND cached.day BETWEEN :from AND :to
      ORDER BY candidate.id, cached.day
      """;

  private static final String OF =
      """
      SELECT plan.id, plan.code, plan.name,
             space.id AS space_id, space.code AS space_code, space.name AS space_name,
             space.capacity,
             venue.id AS venue_id, venue.code AS venue_code, venue.name AS venue_name, venue.zone,
             header.truth_version, header.from_day, header.to_day, header.terms,
             cached.day, cached.content
      FROM calendar.plan
      JOIN calendar.plan_calendar AS header ON header.plan_id = plan.id
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      LEFT JOIN calendar.calendar_day AS cached
        ON cached.plan_id = plan.id AND cached.day BETWEEN :from AND :to
      WHERE plan.id = ANY(:planIds)
        AND plan.published
      ORDER BY plan.id, cached.day
      """;

  /** A published plan, where it is, and some days of its calendar. */
  public record Candidate(
      long planId,
      String planCode,
      String planName,
      long spaceId,
      String spaceCode,
      String spaceName,
      int capacity,
      long venueId,
      String venueCode,
      String venueName,
      ZoneId zone,
      CachedCalendar calendar) {}

  private record PlanDay(Candidate candidate, @Nullable CachedDay day) {}

  private SearchTable() {}

  /**
   * Published plans that have a calendar, in the order of their ids.
   *
   * @param words each of which stands in the name of the venue, the space or the plan, in any case
   */
  public static List<Candidate> next(
      Handle handle,
      long after,
      int capacity,
      @Nullable String venue,
      List<String> words,
      LocalDate from,
      LocalDate to,
      int limit) {
    return read(
        handle
            .createQuery(NEXT)
            .bind("after", after)
            .bind("capacity", capacity)
            .bind("venue", venue)
            .bindArray(
                "patterns", String.class, words.stream().map(LikePattern::containing).toList())
            .bind("limit", limit),
        from,
        to);
  }

  /** Those of the plans that are published and have a calendar, in the order of their ids. */
  public static List<Candidate> of(
      Handle handle, Collection<Long> planIds, LocalDate from, LocalDate to) {
    return read(handle.createQuery(OF).bindArray("planIds", Long.class, planIds), from, to);
  }

  private static List<Candidate> read(Query query, LocalDate from, LocalDate to) {
    List<Candidate> candidates = new ArrayList<>();
    List<CachedDay> days = new ArrayList<>();
    @Nullable Candidate current = null;
    for (PlanDay row :
        query.bind("from", from).bind("to", to).map((row, context) -> map(row)).list()) {
      if (current != null && current.planId() != row.candidate().planId()) {
        candidates.add(with(current, days));
        days.clear();
      }
      current = row.candidate();
      if (row.day() != null) {
        days.add(row.day());
      }
    }
    if (current != null) {
      candidates.add(with(current, days));
    }
    return candidates;
  }

  private static Candidate with(Candidate candidate, List<CachedDay> days) {
    CachedCalendar header = candidate.calendar();
    return new Candidate(
        candidate.planId(),
        candidate.planCode(),
        candidate.planName(),
        candidate.spaceId(),
        candidate.spaceCode(),
        candidate.spaceName(),
        candidate.capacity(),
        candidate.venueId(),
        candidate.venueCode(),
        candidate.venueName(),
        candidate.zone(),
        new CachedCalendar(
            header.planId(),
            header.truthVersion(),
            header.from(),
            header.to(),
            header.terms(),
            List.copyOf(days)));
  }

  private static PlanDay map(ResultSet row) throws SQLException {
    LocalDate day = row.getObject("day", LocalDate.class);
    CachedCalendar header =
        new CachedCalendar(
            row.getLong("id"),
            row.getLong("truth_version"),
            row.getObject("from_day", LocalDate.class),
            row.getObject("to_day", LocalDate.class),
            row.getBytes("terms"),
            List.of());
    Candidate candidate =
        new Candidate(
            row.getLong("id"),
            row.getString("code"),
            row.getString("name"),
            row.getLong("space_id"),
            row.getString("space_code"),
            row.getString("space_name"),
            row.getInt("capacity"),
            row.getLong("venue_id"),
            row.getString("venue_code"),
            row.getString("venue_name"),
            ZoneId.of(row.getString("zone")),
            header);
    return new PlanDay(candidate, day == null ? null : new CachedDay(day, row.getBytes("content")));
  }
}
