package dev.ekiden.engine.store;

import dev.ekiden.engine.Job;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The jobs of a queue that would start next: READY ones, and those that a limit or the lack of a
 * worker took out of the line. Each statement follows an index and stops.
 */
public final class HeadTable {
  private static final int HIGHEST_PRIORITY = 9;

  /** Groups of one priority that are looked at; those with the lowest numbers. */
  private static final int MAX_GROUPS = 100;

  // ready_order has the groups of a priority one after the other: from group to group, and in each
  // the oldest.
  private static final String READY =
      """
      WITH RECURSIVE lane AS (
        (SELECT group_id, 1 AS n
         FROM ekiden.ready
         WHERE queue_id = :queue_id AND priority = :priority
         ORDER BY group_id
         LIMIT 1)
        UNION ALL
        SELECT next.group_id, lane.n + 1
        FROM lane
        CROSS JOIN LATERAL (
          SELECT ready.group_id
          FROM ekiden.ready
          WHERE ready.queue_id = :queue_id
            AND ready.priority = :priority
            AND ready.group_id > lane.group_id
          ORDER BY ready.group_id
          LIMIT 1) AS next
        WHERE lane.n < :max_groups
      )
      SELECT head.id
      FROM lane
      CROSS JOIN LATERAL (
        SELECT ready.id
        FROM ekiden.ready
        WHERE ready.queue_id = :queue_id
          AND ready.priority = :priority
          AND ready.group_id = lane.group_id
        ORDER BY ready.id
        LIMIT :max) AS head
      ORDER BY head.id
      LIMIT :max
      """;

  private static final String ASIDE =
      """
      SELECT head.id
      FROM ekiden.kind
      CROSS JOIN LATERAL (
        (SELECT id, priority
         FROM ekiden.blocked
         WHERE blocked.queue_id = kind.queue_id
           AND blocked.definition_id = kind.definition_id
           AND reason = 'LIMIT'
         ORDER BY priority DESC, id
         LIMIT :max)
        UNION ALL
        (SELECT id, priority
         FROM ekiden.blocked
         WHERE blocked.queue_id = kind.queue_id
           AND blocked.definition_id = kind.definition_id
           AND reason = 'NO_WORKER'
         ORDER BY id
         LIMIT :max)) AS head
      WHERE kind.queue_id = :queue_id
      ORDER BY head.priority DESC, head.id
      LIMIT :max
      """;

  private static final String JOBS =
      JobTable.LIVE.replace("{job}", "ekiden.job") + "WHERE job.id = ANY (CAST(:ids AS bigint[]))";

  private HeadTable() {}

  /** READY jobs in the order of claims, and then those that stand aside; at most so many each. */
  public static List<Long> ids(Handle handle, short queueId, int max) {
    Plans.useIndexes(handle);
    List<Long> ids = new ArrayList<>();
    for (int priority = HIGHEST_PRIORITY; priority >= 0 && ids.size() < max; priority--) {
      ids.addAll(
          handle
              .createQuery(READY)
              .bind("queue_id", queueId)
              .bind("priority", (short) priority)
              .bind("max_groups", MAX_GROUPS)
              .bind("max", max - ids.size())
              .mapTo(Long.class)
              .list());
    }
    ids.addAll(
        handle
            .createQuery(ASIDE)
            .bind("queue_id", queueId)
            .bind("max", max)
            .mapTo(Long.class)
            .list());
    return ids;
  }

  /** Those of some jobs that have not ended, in no order. */
  public static List<Job> live(Handle handle, Collection<Long> ids) {
    return handle.createQuery(JOBS).bindArray("ids", Long.class, ids).map(JobTable.JOB).list();
  }
}
