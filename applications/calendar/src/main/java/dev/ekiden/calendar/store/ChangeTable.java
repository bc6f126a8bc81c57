package dev.ekiden.calendar.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The order in which calendars changed: column {@code change} of table {@code plan_calendar}.
 * Stateless; in the caller's transaction.
 */
public final class ChangeTable {

  /** Calendars that get their number in one transaction. */
  private static final int BATCH = 10_000;

  private static final String LOCK =
      """
      SELECT CAST(pg_advisory_xact_lock(hashtextextended('calendar.plan_change', 0)) AS text)
      """;

  /** A calendar that is being written gets its number when that is done. */
  private static final String NUMBER =
      """
      UPDATE calendar.plan_calendar
      SET change = nextval('calendar.plan_change')
      WHERE plan_id = ANY(ARRAY(
        SELECT plan_id
        FROM calendar.plan_calendar
        WHERE change IS NULL
        ORDER BY plan_id
        LIMIT :limit
        FOR NO KEY UPDATE SKIP LOCKED))
      """;

  private static final String LAST =
      """
      SELECT CASE WHEN is_called THEN last_value ELSE 0 END
      FROM calendar.plan_change
      """;

  private static final String AFTER =
      """
      SELECT header.plan_id, header.change, plan.code, plan.published
      FROM calendar.plan_calendar AS header
      JOIN calendar.plan ON plan.id = header.plan_id
      WHERE header.change > :after
      ORDER BY header.change
      LIMIT :limit
      """;

  /** A plan whose calendar is another one than before that number. */
  public record ChangedPlan(long planId, long change, String code, boolean published) {}

  private ChangeTable() {}

  /**
   * Numbers calendars that have changed; the numbers can be relied on once this has been committed.
   *
   * @return whether there may be more
   */
  public static boolean number(Handle handle) {
    handle.createQuery(LOCK).mapTo(String.class).one();
    return handle.createUpdate(NUMBER).bind("limit", BATCH).execute() == BATCH;
  }

  /** The highest number that was ever given; 0 before the first. */
  public static long last(Handle handle) {
    return handle.createQuery(LAST).mapTo(Long.class).one();
  }

  /** Numbered calendars, the one that changed first first. */
  public static List<ChangedPlan> after(Handle handle, long change, int limit) {
    return handle
        .createQuery(AFTER)
        .bind("after", change)
        .bind("limit", limit)
        .map((row, context) ->
            new ChangedPlan(
                row.getLong("plan_id"),
                row.getLong("change"),
                row.getString("code"),
                row.getBoolean("published")))
        .list();
  }
}
