package dev.ekiden.engine.store;

import dev.ekiden.engine.Depth;
import dev.ekiden.engine.QueueSummary;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * How many jobs stand where, without counting what waits. Triggers on {@code ready}, {@code
 * scheduled} and {@code blocked} note what comes and goes, {@link #addUp} adds the notes to the
 * totals. What a reader sees is the sum of both in one snapshot.
 *
 * <p>Adding up never waits and nobody waits for it: notes are only ever inserted by others, totals
 * change here alone, under an advisory lock that a second caller does not wait for.
 */
public final class DepthTable {
  /** Tells our lock from those of others: "ekif". */
  private static final int SPACE = 0x656b6966;

  private static final String TRY_LOCK =
      "SELECT pg_try_advisory_xact_lock(CAST(:space AS integer), 0)";

  private static final String ADD_UP =
      """
      WITH note AS MATERIALIZED (
        DELETE FROM ekiden.depth_note
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM ekiden.depth_note LIMIT :max))
        RETURNING *
      ),
      of_definition AS (
        INSERT INTO ekiden.depth_of_definition AS total (queue_id, definition_id, state, jobs)
        SELECT queue_id, definition_id, state, sum(jobs)
        FROM note
        GROUP BY queue_id, definition_id, state
        HAVING sum(jobs) <> 0
        ON CONFLICT (queue_id, definition_id, state) DO UPDATE
        SET jobs = total.jobs + excluded.jobs
        RETURNING ctid, jobs
      ),
      of_group AS (
        INSERT INTO ekiden.depth_of_group AS total (queue_id, group_id, state, jobs, one_job)
        SELECT queue_id, group_id, state, sum(jobs), max(one_job)
        FROM note
        GROUP BY queue_id, group_id, state
        HAVING sum(jobs) <> 0
        ON CONFLICT (queue_id, group_id, state) DO UPDATE
        SET jobs = total.jobs + excluded.jobs,
            one_job = GREATEST(total.one_job, excluded.one_job)
        RETURNING ctid, jobs
      )
      SELECT (SELECT count(*) FROM note) AS notes,
             ARRAY(SELECT CAST(ctid AS text) FROM of_definition WHERE jobs = 0) AS definitions,
             ARRAY(SELECT CAST(ctid AS text) FROM of_group WHERE jobs = 0) AS groups
      """;

  private static final String DROP_DEFINITIONS =
      "DELETE FROM ekiden.depth_of_definition WHERE ctid = ANY (CAST(:places AS tid[]))";

  private static final String DROP_GROUPS =
      "DELETE FROM ekiden.depth_of_group WHERE ctid = ANY (CAST(:places AS tid[]))";

  // The oldest is the first of an index; taken for one of few, it would be sought among all of them
  // by a bitmap. Not compiled: a scan that must be looks so dear then that PostgreSQL would.
  private static final String PLAN =
      """
      SELECT set_config('enable_seqscan', 'off', true),
             set_config('enable_bitmapscan', 'off', true),
             set_config('jit', 'off', true)
      """;

  private static final String SUMS =
      """
      COALESCE(sum(jobs) FILTER (WHERE state = 'READY'), 0) AS ready,
             COALESCE(sum(jobs) FILTER (WHERE state = 'SCHEDULED'), 0) AS scheduled,
             COALESCE(sum(jobs) FILTER (WHERE state = 'BLOCKED'), 0) AS blocked\
      """;

  private static final String OLDEST_MICROS =
      """
      CAST(EXTRACT(EPOCH FROM (SELECT ekiden.engine_now())
                     - (SELECT created_at FROM ekiden.job WHERE job.id = oldest)) * 1000000
           AS bigint) AS oldest_micros\
      """;

  private static final String QUEUES =
      """
      WITH waiting AS (
        SELECT queue_id, definition_id, {sums}
        FROM (
          SELECT queue_id, definition_id, state, jobs FROM ekiden.depth_of_definition
          UNION ALL
          SELECT queue_id, definition_id, state, jobs FROM ekiden.depth_note) AS part
        GROUP BY queue_id, definition_id
      ),
      of_queue AS (
        SELECT queue_id, sum(ready) AS ready, sum(scheduled) AS scheduled, sum(blocked) AS blocked,
               min(first.id) AS oldest
        FROM waiting
        LEFT JOIN LATERAL (
          SELECT id
          FROM ekiden.ready
          WHERE (CAST(ready.queue_id AS bigint) << 32 | ready.definition_id)
                = (CAST(waiting.queue_id AS bigint) << 32 | waiting.definition_id)
          ORDER BY id
          LIMIT 1) AS first ON waiting.ready > 0
        GROUP BY queue_id
      ),
      running AS (
        SELECT queue_id, count(*) AS jobs FROM ekiden.running GROUP BY queue_id
      )
      SELECT queue.name, queue.paused_at, queue.paused_reason,
             COALESCE(of_queue.ready, 0) AS ready, COALESCE(of_queue.scheduled, 0) AS scheduled,
             COALESCE(of_queue.blocked, 0) AS blocked, COALESCE(running.jobs, 0) AS running,
             {oldest}
      FROM ekiden.queue
      LEFT JOIN of_queue ON of_queue.queue_id = queue.id
      LEFT JOIN running ON running.queue_id = queue.id
      ORDER BY queue.name
      """
          .replace("{sums}", SUMS)
          .replace("{oldest}", OLDEST_MICROS);

  private static final String DEFINITIONS =
      """
      WITH waiting AS (
        SELECT definition_id, {sums}
        FROM (
          SELECT definition_id, state, jobs
          FROM ekiden.depth_of_definition
          WHERE queue_id = :queue_id AND definition_id BETWEEN :from AND :to
          UNION ALL
          SELECT definition_id, state, jobs
          FROM ekiden.depth_note
          WHERE queue_id = :queue_id AND definition_id BETWEEN :from AND :to) AS part
        GROUP BY definition_id
      ),
      running AS (
        SELECT definition_id, count(*) AS jobs
        FROM ekiden.running
        WHERE queue_id = :queue_id AND definition_id BETWEEN :from AND :to
        GROUP BY definition_id
      ),
      depth AS (
        SELECT definition_id, COALESCE(ready, 0) AS ready, COALESCE(scheduled, 0) AS scheduled,
               COALESCE(blocked, 0) AS blocked, COALESCE(running.jobs, 0) AS running
        FROM waiting
        FULL JOIN running USING (definition_id)
      )
      SELECT definition.name AS definition, NULL AS group_name, ready, scheduled, blocked, running,
             {oldest}
      FROM depth
      JOIN ekiden.definition ON definition.id = definition_id
      LEFT JOIN LATERAL (
        SELECT ready.id AS oldest
        FROM ekiden.ready
        WHERE (CAST(ready.queue_id AS bigint) << 32 | ready.definition_id)
              = (CAST(:queue_id AS bigint) << 32 | depth.definition_id)
        ORDER BY ready.id
        LIMIT 1) AS first ON depth.ready > 0
      WHERE ready + scheduled + blocked + running <> 0
      ORDER BY ready + scheduled + blocked + running DESC, definition.name
      LIMIT :max
      """
          .replace("{sums}", SUMS)
          .replace("{oldest}", OLDEST_MICROS);

  // The name of a group stands in its jobs only, unless it has settings. The last look, for any
  // live job of it, is slow, but hardly ever made: when the job that was noted is forgotten.
  private static final String GROUPS =
      """
      WITH waiting AS (
        SELECT group_id, max(one_job) AS one_job, {sums}
        FROM (
          SELECT group_id, state, jobs, one_job
          FROM ekiden.depth_of_group
          WHERE queue_id = :queue_id AND group_id BETWEEN :from AND :to
          UNION ALL
          SELECT group_id, state, jobs, one_job
          FROM ekiden.depth_note
          WHERE queue_id = :queue_id AND group_id BETWEEN :from AND :to) AS part
        GROUP BY group_id
      ),
      running AS (
        SELECT group_id, count(*) AS jobs, max(id) AS one_running
        FROM ekiden.running
        WHERE queue_id = :queue_id AND group_id BETWEEN :from AND :to
        GROUP BY group_id
      ),
      depth AS MATERIALIZED (
        SELECT group_id, COALESCE(one_running, one_job) AS one_job, COALESCE(ready, 0) AS ready,
               COALESCE(scheduled, 0) AS scheduled, COALESCE(blocked, 0) AS blocked,
               COALESCE(running.jobs, 0) AS running
        FROM waiting
        FULL JOIN running USING (group_id)
        WHERE COALESCE(ready, 0) + COALESCE(scheduled, 0) + COALESCE(blocked, 0)
                + COALESCE(running.jobs, 0) <> 0
        ORDER BY COALESCE(ready, 0) + COALESCE(scheduled, 0) + COALESCE(blocked, 0)
                   + COALESCE(running.jobs, 0) DESC, group_id
        LIMIT :max
      )
      SELECT NULL AS definition,
             CASE WHEN group_id <> 0
                  THEN COALESCE(
                    (SELECT name FROM ekiden.job_group WHERE job_group.id = depth.group_id),
                    (SELECT group_name FROM ekiden.job WHERE job.id = one_job),
                    (SELECT group_name FROM ekiden.finished WHERE finished.id = one_job LIMIT 1),
                    (SELECT group_name FROM ekiden.job
                     WHERE job.group_id = depth.group_id LIMIT 1))
             END AS group_name,
             ready, scheduled, blocked, running, {oldest}
      FROM depth
      LEFT JOIN LATERAL (
        SELECT min(id) AS oldest
        FROM unnest(CAST('{0,1,2,3,4,5,6,7,8,9}' AS smallint[])) AS lane(priority)
        CROSS JOIN LATERAL (
          SELECT ready.id
          FROM ekiden.ready
          WHERE ready.queue_id = :queue_id
            AND ready.priority = lane.priority
            AND ready.group_id = depth.group_id
          ORDER BY ready.id
          LIMIT 1) AS first) AS head ON depth.ready > 0
      ORDER BY ready + scheduled + blocked + running DESC, group_id
      """
          .replace("{sums}", SUMS)
          .replace("{oldest}", OLDEST_MICROS);

  private static final RowMapper<QueueSummary> SUMMARY =
      (row, context) ->
          new QueueSummary(
              row.getString("name"),
              JobTable.instant(row, "paused_at"),
              row.getString("paused_reason"),
              row.getLong("ready"),
              row.getLong("scheduled"),
              row.getLong("blocked"),
              row.getLong("running"),
              oldest(row));

  private record Added(long notes, List<String> definitions, List<String> groups) {}

  private DepthTable() {}

  /**
   * Adds up to {@code max} notes to the totals, unless somebody else does just now; answers how
   * many.
   */
  public static long addUp(Handle handle, int max) {
    if (!handle.createQuery(TRY_LOCK).bind("space", SPACE).mapTo(Boolean.class).one()) {
      return 0;
    }
    Added added =
        handle
            .createQuery(ADD_UP)
            .bind("max", max)
            .map((row, context) ->
                new Added(
                    row.getLong("notes"),
                    List.of((String[]) row.getArray("definitions").getArray()),
                    List.of((String[]) row.getArray("groups").getArray())))
            .one();
    drop(handle, DROP_DEFINITIONS, added.definitions());
    drop(handle, DROP_GROUPS, added.groups());
    return added.notes();
  }

  private static void drop(Handle handle, String statement, List<String> places) {
    if (!places.isEmpty()) {
      handle.createUpdate(statement).bindArray("places", String.class, places).execute();
    }
  }

  /** All queues, by name; to be asked in a transaction. */
  public static List<QueueSummary> queues(Handle handle) {
    plan(handle);
    return handle.createQuery(QUEUES).map(SUMMARY).list();
  }

  /**
   * Definitions that have live jobs in a queue, those with most of them first; to be asked in a
   * transaction.
   *
   * @param only the only one to answer, or null
   */
  public static List<Depth> ofDefinitions(
      Handle handle, short queueId, String queue, @Nullable Integer only, int max) {
    return depths(
        handle,
        DEFINITIONS,
        queueId,
        queue,
        only == null ? Integer.MIN_VALUE : only,
        only == null ? Integer.MAX_VALUE : only,
        max);
  }

  /**
   * Groups that have live jobs in a queue, those with most of them first; to be asked in a
   * transaction.
   *
   * @param only the only one to answer, 0 for the jobs without a group, or null
   */
  public static List<Depth> ofGroups(
      Handle handle, short queueId, String queue, @Nullable Long only, int max) {
    return depths(
        handle,
        GROUPS,
        queueId,
        queue,
        only == null ? Long.MIN_VALUE : only,
        only == null ? Long.MAX_VALUE : only,
        max);
  }

  private static List<Depth> depths(
      Handle handle, String statement, short queueId, String queue, long from, long to, int max) {
    plan(handle);
    return handle
        .createQuery(statement)
        .bind("queue_id", queueId)
        .bind("from", from)
        .bind("to", to)
        .bind("max", max)
        .map((row, context) ->
            new Depth(
                queue,
                row.getString("definition"),
                row.getString("group_name"),
                row.getLong("ready"),
                row.getLong("scheduled"),
                row.getLong("blocked"),
                row.getLong("running"),
                oldest(row)))
        .list();
  }

  private static void plan(Handle handle) {
    handle.createQuery(PLAN).mapTo(String.class).one();
  }

  private static @Nullable Duration oldest(ResultSet row) throws SQLException {
    long micros = row.getLong("oldest_micros");
    return row.wasNull() ? null : Duration.of(Math.max(0, micros), ChronoUnit.MICROS);
  }
}
