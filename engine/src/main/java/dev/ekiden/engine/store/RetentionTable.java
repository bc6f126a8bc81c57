package dev.ekiden.engine.store;

import dev.ekiden.engine.RetentionPolicy;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * The tables of finished jobs, one for each day and kind. Making and dropping them waits for those
 * who read or write finished jobs, but never for long: whoever comes next tries again.
 */
public final class RetentionTable {

  /**
   * Finished jobs that are forgotten together.
   *
   * @param kind {@code short} for SUCCEEDED ones, {@code long} for the others
   */
  public record Day(String kind, LocalDate date) {
    private static final DateTimeFormatter COMPACT = DateTimeFormatter.ofPattern("yyyyMMdd");

    /** Made of letters of ours and digits only. */
    private String table() {
      return "ekiden.finished_" + kind + "_" + date.format(COMPACT);
    }

    @Override
    public String toString() {
      return date + (kind.equals("short") ? " (succeeded)" : " (failed or canceled)");
    }
  }

  /** Others queue up behind whoever waits for the whole table, so that may not last. */
  private static final String PATIENCE = "SET LOCAL lock_timeout = '1s'";

  private static final String POLICY =
      "SELECT succeeded_days, failed_days FROM ekiden.retention_policy";

  private static final String PUT =
      """
      INSERT INTO ekiden.retention_policy (succeeded_days, failed_days)
      VALUES (:succeeded, :failed)
      ON CONFLICT (only_row) DO UPDATE
      SET succeeded_days = excluded.succeeded_days, failed_days = excluded.failed_days
      """;

  private static final String TABLES =
      """
      present AS (
        SELECT kind, to_date(right(part.relname, 8), 'YYYYMMDD') AS day
        FROM unnest(CAST('{short,long}' AS text[])) AS kind
        JOIN pg_inherits ON inhparent = CAST('ekiden.finished_' || kind AS regclass)
        JOIN pg_class AS part ON part.oid = inhrelid
        WHERE part.relname ~ '^finished_(short|long)_[0-9]{8}$'
      )
      """;

  private static final String MISSING =
      "WITH "
          + TABLES
          + """
          SELECT kind, CAST(today + ahead AS date) AS day
          FROM unnest(CAST('{short,long}' AS text[])) AS kind,
               (SELECT CAST(ekiden.engine_now() AT TIME ZONE 'UTC' AS date) AS today) AS moment,
               generate_series(0, :ahead) AS ahead
          UNION
          SELECT 'short', CAST(finished_at AT TIME ZONE 'UTC' AS date)
          FROM ekiden.finished_short_other
          UNION
          SELECT 'long', CAST(finished_at AT TIME ZONE 'UTC' AS date)
          FROM ekiden.finished_long_other
          EXCEPT
          SELECT kind, day FROM present
          ORDER BY day, kind
          """;

  private static final String OVER =
      "WITH "
          + TABLES
          + """
          SELECT kind, day
          FROM present
          WHERE day < CAST(ekiden.engine_now() AT TIME ZONE 'UTC' AS date)
                      - CASE kind WHEN 'short' THEN :succeeded ELSE :failed END
          ORDER BY day, kind
          """;

  private static final String ADD = "SELECT ekiden.add_finished_day(:kind, :day)";

  private static final String FORGET_ATTEMPTS =
      """
      WITH head AS MATERIALIZED (
        SELECT id FROM {table} WHERE id > :after ORDER BY id LIMIT :max
      ),
      attempts AS (
        DELETE FROM ekiden.attempt WHERE job_id = ANY (ARRAY(SELECT id FROM head))
      ),
      logs AS (
        DELETE FROM ekiden.attempt_log WHERE job_id = ANY (ARRAY(SELECT id FROM head))
      )
      SELECT max(id) FROM head
      """;

  private static final RowMapper<Day> DAY =
      (row, context) -> new Day(row.getString("kind"), row.getObject("day", LocalDate.class));

  private RetentionTable() {}

  public static RetentionPolicy policy(Handle handle) {
    return handle
        .createQuery(POLICY)
        .map((row, context) ->
            new RetentionPolicy(row.getInt("succeeded_days"), row.getInt("failed_days")))
        .findOne()
        .orElse(RetentionPolicy.DEFAULT);
  }

  public static void put(Handle handle, RetentionPolicy policy) {
    handle
        .createUpdate(PUT)
        .bind("succeeded", policy.succeededDays())
        .bind("failed", policy.failedDays())
        .execute();
  }

  /** Days without a table: today and those ahead, and those of jobs that ended without one. */
  public static List<Day> missing(Handle handle, int ahead) {
    return handle.createQuery(MISSING).bind("ahead", ahead).map(DAY).list();
  }

  /** Makes the table of a day, with the jobs that ended on it; false if it is there. */
  public static boolean add(Handle handle, Day day) {
    handle.execute(PATIENCE);
    return handle
        .createQuery(ADD)
        .bind("kind", day.kind())
        .bind("day", day.date())
        .mapTo(Boolean.class)
        .one();
  }

  /** Days that are kept no longer. */
  public static List<Day> over(Handle handle, RetentionPolicy policy) {
    return handle
        .createQuery(OVER)
        .bind("succeeded", policy.succeededDays())
        .bind("failed", policy.failedDays())
        .map(DAY)
        .list();
  }

  /**
   * Deletes attempts and logs of the next jobs of a day; answers the last of them, or empty when
   * there are no more.
   */
  public static OptionalLong forgetAttempts(Handle handle, Day day, long after, int max) {
    return handle
        .createQuery(FORGET_ATTEMPTS.replace("{table}", day.table()))
        .bind("after", after)
        .bind("max", max)
        .map((row, context) -> {
          long last = row.getLong(1);
          return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(last);
        })
        .one();
  }

  /** Drops the table of a day with its jobs. */
  public static void drop(Handle handle, Day day) {
    handle.execute(PATIENCE);
    handle.execute("LOCK TABLE ekiden.retention_policy IN EXCLUSIVE MODE");
    handle.execute("DROP TABLE IF EXISTS " + day.table());
  }
}
