package dev.ekiden.engine.store;

import dev.ekiden.engine.RetentionPolicy;
import dev.ekiden.engine.store.RetentionRules.Forget;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
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

    boolean isOfSucceeded() {
      return kind.equals("short");
    }

    @Override
    public String toString() {
      return date + (isOfSucceeded() ? " (succeeded)" : " (failed or canceled)");
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

  private static final String DAYS =
      "WITH "
          + TABLES
          + """
          SELECT kind, day, CAST(ekiden.engine_now() AT TIME ZONE 'UTC' AS date) - day AS age, swept
          FROM present
          LEFT JOIN ekiden.retention_sweep USING (kind, day)
          ORDER BY day, kind
          """;

  private static final String OWN =
      """
      SELECT definition_id, name, succeeded_days, failed_days
      FROM ekiden.retention_override
      JOIN ekiden.definition ON definition.id = definition_id
      ORDER BY name
      """;

  private static final String PUT_OWN =
      """
      INSERT INTO ekiden.retention_override (definition_id, succeeded_days, failed_days)
      VALUES (:definition_id, :succeeded, :failed)
      ON CONFLICT (definition_id) DO UPDATE
      SET succeeded_days = excluded.succeeded_days, failed_days = excluded.failed_days
      """;

  private static final String REMOVE_OWN =
      "DELETE FROM ekiden.retention_override WHERE definition_id = :definition_id";

  // A redrive may take a job back just then: only what is still there when it is locked goes.
  private static final String SWEEP =
      """
      WITH head AS MATERIALIZED (
        SELECT id, definition_id FROM {table} WHERE id > :after ORDER BY id LIMIT :max
      ),
      gone AS (
        DELETE FROM {table}
        WHERE id = ANY (ARRAY(
          SELECT id
          FROM head
          WHERE (definition_id = ANY (CAST(:definition_ids AS integer[]))) <> :all_but))
        RETURNING id
      ),
      attempts AS (
        DELETE FROM ekiden.attempt WHERE job_id = ANY (ARRAY(SELECT id FROM gone))
      ),
      logs AS (
        DELETE FROM ekiden.attempt_log WHERE job_id = ANY (ARRAY(SELECT id FROM gone))
      )
      SELECT max(id) FROM head
      """;

  private static final String NOTE_SWEPT =
      """
      INSERT INTO ekiden.retention_sweep (kind, day, swept)
      VALUES (:kind, :day, :swept)
      ON CONFLICT (kind, day) DO UPDATE SET swept = excluded.swept
      """;

  private static final String FORGET_SWEPT =
      "DELETE FROM ekiden.retention_sweep WHERE kind = :kind AND day = :day";

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

  private static final RowMapper<RetentionPolicy> POLICY_ROW =
      (row, context) ->
          new RetentionPolicy(row.getInt("succeeded_days"), row.getInt("failed_days"));

  private static final RowMapper<OptionalLong> LAST =
      (row, context) -> {
        long last = row.getLong(1);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(last);
      };

  private RetentionTable() {}

  public static RetentionPolicy policy(Handle handle) {
    return handle.createQuery(POLICY).map(POLICY_ROW).findOne().orElse(RetentionPolicy.DEFAULT);
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

  /** The days that have a table, with what is to be forgotten of them now. */
  public static Map<Day, Forget> toForget(Handle handle) {
    RetentionRules rules = rules(handle);
    Map<Day, Forget> days = new LinkedHashMap<>();
    handle
        .createQuery(DAYS)
        .map((row, context) -> {
          Day day = DAY.map(row, context);
          Forget forget = rules.forget(day, row.getLong("age"));
          boolean done =
              forget instanceof Forget.Nothing
                  || (forget instanceof Forget.Some some
                      && some.text().equals(row.getString("swept")));
          return done ? null : days.put(day, forget);
        })
        .list();
    return days;
  }

  /** The policy and those that definitions have of their own. */
  public static RetentionRules rules(Handle handle) {
    Map<Integer, RetentionPolicy> own = new HashMap<>();
    handle
        .createQuery(OWN)
        .map((row, context) -> own.put(row.getInt("definition_id"), POLICY_ROW.map(row, context)))
        .list();
    return new RetentionRules(policy(handle), own);
  }

  /** Policies of definitions that have one of their own, by name. */
  public static SortedMap<String, RetentionPolicy> ownPolicies(Handle handle) {
    SortedMap<String, RetentionPolicy> own = new TreeMap<>();
    handle
        .createQuery(OWN)
        .map((row, context) -> own.put(row.getString("name"), POLICY_ROW.map(row, context)))
        .list();
    return own;
  }

  public static void putOwn(Handle handle, int definitionId, RetentionPolicy policy) {
    handle
        .createUpdate(PUT_OWN)
        .bind("definition_id", definitionId)
        .bind("succeeded", policy.succeededDays())
        .bind("failed", policy.failedDays())
        .execute();
  }

  public static void removeOwn(Handle handle, int definitionId) {
    handle.createUpdate(REMOVE_OWN).bind("definition_id", definitionId).execute();
  }

  /**
   * Deletes what is over among the next jobs of a day, with their attempts and logs; answers the
   * last of them, or empty when there are no more.
   */
  public static OptionalLong sweep(Handle handle, Day day, Forget.Some some, long after, int max) {
    return handle
        .createQuery(SWEEP.replace("{table}", day.table()))
        .bind("after", after)
        .bind("max", max)
        .bind("all_but", some.allBut())
        .bindArray("definition_ids", Integer.class, List.copyOf(some.definitionIds()))
        .map(LAST)
        .one();
  }

  /** Notes that all of it is deleted, so that it is not looked for again. */
  public static void noteSwept(Handle handle, Day day, Forget.Some some) {
    handle
        .createUpdate(NOTE_SWEPT)
        .bind("kind", day.kind())
        .bind("day", day.date())
        .bind("swept", some.text())
        .execute();
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
        .map(LAST)
        .one();
  }

  /** Drops the table of a day with its jobs. */
  public static void drop(Handle handle, Day day) {
    handle.execute(PATIENCE);
    handle.execute("LOCK TABLE ekiden.retention_policy IN EXCLUSIVE MODE");
    handle.execute("DROP TABLE IF EXISTS " + day.table());
    handle.createUpdate(FORGET_SWEPT).bind("kind", day.kind()).bind("day", day.date()).execute();
  }
}
