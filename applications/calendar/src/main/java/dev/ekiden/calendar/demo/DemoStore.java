package dev.ekiden.calendar.demo;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What only a demonstration asks the database. */
final class DemoStore {

  private static final String TRUTH_VERSIONS =
      """
      SELECT plan.id, plan.version + space.version + venue.version AS version
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      WHERE plan.id = ANY(:ids)
      """;

  private static final String CACHED_VERSIONS =
      """
      SELECT plan_id AS id, truth_version AS version
      FROM calendar.plan_calendar
      WHERE plan_id = ANY(:ids)
      """;

  /** Which the exclusion constraint on units does not let happen. */
  private static final String DOUBLE_BOOKINGS =
      """
      SELECT count(*)
      FROM calendar.occupation AS one
      JOIN calendar.occupation AS other
        ON other.unit_id = one.unit_id
        AND other.reservation_id > one.reservation_id
        AND other.period && one.period
      """;

  private static final String PUBLISHED =
      """
      SELECT plan.code AS plan, space.code AS space
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      WHERE plan.published
      ORDER BY plan.id
      """;

  /** A plan and its space, by their codes. */
  record Place(String plan, String space) {}

  private DemoStore() {}

  /** The version of each plan's truth as this transaction sees it. */
  static Map<Long, Long> truthVersions(Handle handle, Collection<Long> planIds) {
    return versions(handle, TRUTH_VERSIONS, planIds);
  }

  /** The version of each plan's cached calendar. */
  static Map<Long, Long> cachedVersions(Handle handle, Collection<Long> planIds) {
    return versions(handle, CACHED_VERSIONS, planIds);
  }

  static long doubleBookings(Handle handle) {
    return handle.createQuery(DOUBLE_BOOKINGS).mapTo(Long.class).one();
  }

  static List<Place> publishedPlans(Handle handle) {
    return handle
        .createQuery(PUBLISHED)
        .map((row, context) -> new Place(row.getString("plan"), row.getString("space")))
        .list();
  }

  static List<Long> ids(Handle handle, Entity entity) {
    return handle.createQuery(entity.ids).mapTo(Long.class).list();
  }

  /** What changes are made to. */
  enum Entity {
    VENUE("SELECT id FROM calendar.venue ORDER BY id"),
    SPACE("SELECT id FROM calendar.space ORDER BY id"),
    PLAN("SELECT id FROM calendar.plan ORDER BY id");

    private final String ids;

    Entity(String ids) {
      this.ids = ids;
    }
  }

  private static Map<Long, Long> versions(Handle handle, String sql, Collection<Long> planIds) {
    Map<Long, Long> versions = new HashMap<>();
    handle
        .createQuery(sql)
        .bindArray("ids", Long.class, planIds)
        .map((row, context) -> Map.entry(row.getLong("id"), row.getLong("version")))
        .forEach(entry -> versions.put(entry.getKey(), entry.getValue()));
    return versions;
  }
}
