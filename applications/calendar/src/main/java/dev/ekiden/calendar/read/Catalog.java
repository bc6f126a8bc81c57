package dev.ekiden.calendar.read;

import dev.ekiden.calendar.store.LikePattern;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Finds spaces and plans by their codes and names. Stateless; safe for use by many threads. */
public final class Catalog {

  private static final String SPACE =
      """
      SELECT space.id AS space_id, space.code AS space_code, space.name AS space_name,
             space.capacity,
             venue.id AS venue_id, venue.code AS venue_code, venue.name AS venue_name, venue.zone
      FROM calendar.space
      JOIN calendar.venue ON venue.id = space.venue_id
      WHERE space.code = :code
      """;

  private static final String PLANS_OF_SPACE =
      """
      SELECT id, code, name, published
      FROM calendar.plan
      WHERE space_id = :spaceId
      ORDER BY id
      """;

  private static final String PLAN =
      """
      SELECT plan.id, plan.code, plan.name, plan.published,
             space.id AS space_id, space.code AS space_code, space.name AS space_name,
             space.capacity,
             venue.id AS venue_id, venue.code AS venue_code, venue.name AS venue_name, venue.zone
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      """;

  private static final String PLAN_BY_CODE = PLAN + "WHERE plan.code = :code";

  private static final String PLAN_BY_ID = PLAN + "WHERE plan.id = :id";

  /** Pages follow the unique index on the code; a page reads no more than it must to fill. */
  private static final String SEARCH =
      """
      SELECT space.id AS space_id, space.code AS space_code, space.name AS space_name,
             space.capacity,
             venue.id AS venue_id, venue.code AS venue_code, venue.name AS venue_name, venue.zone
      FROM calendar.space
      JOIN calendar.venue ON venue.id = space.venue_id
      WHERE space.code > :after
        AND (CAST(:venue AS text) IS NULL OR venue.code = :venue)
        AND (space.name ILIKE :pattern OR venue.name ILIKE :pattern)
      ORDER BY space.code
      LIMIT :limit
      """;

  private static final String CODES =
      """
      SELECT id, code
      FROM calendar.plan
      WHERE id = ANY(:ids)
      """;

  /** The space of a code and all its plans. */
  public Optional<SpacePlans> space(Handle handle, String code) {
    return handle
        .createQuery(SPACE)
        .bind("code", code)
        .map((row, context) -> space(row))
        .findOne()
        .map(space -> new SpacePlans(space, plansOf(handle, space.id())));
  }

  /** The plan of a code. */
  public Optional<PlanInSpace> plan(Handle handle, String code) {
    return handle
        .createQuery(PLAN_BY_CODE)
        .bind("code", code)
        .map((row, context) -> new PlanInSpace(plan(row), space(row)))
        .findOne();
  }

  /** The plan of an id. */
  public Optional<PlanInSpace> plan(Handle handle, long id) {
    return handle
        .createQuery(PLAN_BY_ID)
        .bind("id", id)
        .map((row, context) -> new PlanInSpace(plan(row), space(row)))
        .findOne();
  }

  /**
   * Spaces in the order of their codes.
   *
   * @param name part of the name of the space or its venue, in any case; empty for all
   * @param venue code of the venue; null for all
   * @param after only codes after this; empty to begin
   */
  public List<ListedSpace> search(
      Handle handle, String name, @Nullable String venue, String after, int limit) {
    return handle
        .createQuery(SEARCH)
        .bind("after", after)
        .bind("venue", venue)
        .bind("pattern", LikePattern.containing(name))
        .bind("limit", limit)
        .map((row, context) -> space(row))
        .list();
  }

  /** The codes of those plans that exist, by id. */
  public Map<Long, String> planCodes(Handle handle, Collection<Long> ids) {
    Map<Long, String> codes = new HashMap<>();
    handle
        .createQuery(CODES)
        .bindArray("ids", Long.class, ids)
        .map((row, context) -> Map.entry(row.getLong("id"), row.getString("code")))
        .forEach(entry -> codes.put(entry.getKey(), entry.getValue()));
    return codes;
  }

  private static List<ListedPlan> plansOf(Handle handle, long spaceId) {
    return handle
        .createQuery(PLANS_OF_SPACE)
        .bind("spaceId", spaceId)
        .map((row, context) -> plan(row))
        .list();
  }

  private static ListedPlan plan(ResultSet row) throws SQLException {
    return new ListedPlan(
        row.getLong("id"),
        row.getString("code"),
        row.getString("name"),
        row.getBoolean("published"));
  }

  private static ListedSpace space(ResultSet row) throws SQLException {
    return new ListedSpace(
        row.getLong("space_id"),
        row.getString("space_code"),
        row.getString("space_name"),
        row.getInt("capacity"),
        new ListedVenue(
            row.getLong("venue_id"),
            row.getString("venue_code"),
            row.getString("venue_name"),
            ZoneId.of(row.getString("zone"))));
  }
}
