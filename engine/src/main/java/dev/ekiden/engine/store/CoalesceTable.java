package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** How jobs with COALESCE keys come to a worker: all that wait, as one attempt of the newest. */
final class CoalesceTable {
  // Everything of the key that is READY or in back-off becomes one attempt of the newest job, with
  // the highest priority among them. What the absorbed had absorbed before is handed on. It is too
  // late for them when it is too late for each of them.
  private static final String COALESCE =
      Columns.in(
          """
          WITH waiting AS (
            DELETE FROM ekiden.ready
            WHERE ctid = ANY (ARRAY(
              SELECT ctid
              FROM ekiden.ready
              WHERE queue_id = :queue_id
                AND key = ANY (CAST(:keys AS text[]))
                AND definition_id = ANY (CAST(:definition_ids AS integer[]))
                AND (losses = 0 OR :alone)
              FOR UPDATE SKIP LOCKED))
            RETURNING {live}
          ),
          resting AS (
            DELETE FROM ekiden.scheduled
            WHERE ctid = ANY (ARRAY(
              SELECT ctid
              FROM ekiden.scheduled
              WHERE queue_id = :queue_id
                AND key = ANY (CAST(:keys AS text[]))
                AND backing_off
                AND definition_id = ANY (CAST(:definition_ids AS integer[]))
                AND (losses = 0 OR :alone)
              FOR UPDATE SKIP LOCKED))
            RETURNING {live}
          ),
          member AS MATERIALIZED (
            SELECT {live}, max(id) OVER of_key AS leader_id, max(priority) OVER of_key AS highest
            FROM (
              SELECT {live} FROM waiting
              UNION ALL
              SELECT {live} FROM resting) AS both_kinds
            WINDOW of_key AS (PARTITION BY key)
          ),
          leader AS MATERIALIZED (
            SELECT id, queue_id, highest AS priority, definition_id, key_kind, key, key_limit,
                   group_id, vcpus, dependent, attempt, failures, losses
            FROM member
            WHERE id = leader_id
          ),
          moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          claimed AS (
            INSERT INTO ekiden.running
              ({kept}, attempt, failures, losses, worker_id, claimed_at, started_at, group_epoch,
               wakes)
            SELECT {kept}, attempt + 1, failures, losses, :worker_id, (SELECT now FROM moment),
                   CASE WHEN row_number() OVER (ORDER BY priority DESC, id) <= :starting
                        THEN (SELECT now FROM moment) END,
                   CASE WHEN group_id <> 0
                        THEN COALESCE(
                               (SELECT epoch
                                FROM ekiden.job_group
                                WHERE job_group.id = leader.group_id),
                               1)
                   END,
                   CAST(:wakes AS smallint)
            FROM leader
          ),
          absorbed AS (
            INSERT INTO ekiden.blocked ({live}, reason, blocker)
            SELECT {live}, 'ABSORBED', leader_id
            FROM member
            WHERE id <> leader_id
          ),
          handed_on AS (
            UPDATE ekiden.blocked
            SET blocker = member.leader_id
            FROM member
            WHERE member.id <> member.leader_id
              AND blocked.reason = 'ABSORBED'
              AND blocked.blocker = member.id
          )
          SELECT leader.id, CAST(:worker_id AS bigint) AS worker_id,
                 CAST(:queue_id AS smallint) AS queue_id, leader.definition_id,
                 leader.priority, leader.attempt + 1 AS attempt, leader.failures, leader.losses,
                 CAST(leader.key_kind AS text) AS key_kind, leader.key, leader.group_id, true AS exclusive,
                 (SELECT CASE WHEN start_before < (SELECT now FROM moment) AND NOT run_late
                              AND NOT EXISTS (
                                SELECT
                                FROM member
                                JOIN ekiden.job AS other ON other.id = member.id
                                WHERE member.key = leader.key
                                  AND (other.start_before IS NULL OR other.run_late
                                       OR other.start_before >= (SELECT now FROM moment)))
                         THEN NULL ELSE payload END
                  FROM ekiden.job
                  WHERE job.id = leader.id) AS payload
          FROM leader
          ORDER BY leader.priority DESC, leader.id
          """);

  private static final RowMapper<ClaimedJob> CLAIMED =
      (row, context) -> {
        String kind = row.getString("key_kind");
        return new ClaimedJob(
            row.getLong("id"),
            row.getLong("worker_id"),
            row.getShort("queue_id"),
            row.getInt("definition_id"),
            row.getInt("priority"),
            row.getInt("attempt"),
            row.getInt("failures"),
            row.getInt("losses"),
            kind == null ? null : KeyKind.valueOf(kind),
            row.getString("key"),
            row.getLong("group_id"),
            row.getBoolean("exclusive"),
            Objects.requireNonNullElse(row.getString("payload"), ClaimTable.TOO_LATE),
            false,
            false,
            false);
      };

  private CoalesceTable() {}

  /**
   * Makes one attempt of everything of a key, for each of the keys, which are free.
   *
   * @param alone whether it will run without company; else jobs that are to do so stay
   */
  static List<ClaimedJob> claim(
      Handle handle,
      Order order,
      List<String> keys,
      int alreadyClaimed,
      @Nullable Short wakes,
      boolean alone) {
    if (keys.isEmpty()) {
      return List.of();
    }
    int starting = Math.max(0, order.starting() - alreadyClaimed);
    List<ClaimedJob> claimed =
        handle
            .createQuery(COALESCE)
            .bind("queue_id", order.queueId())
            .bind("worker_id", order.workerId())
            .bind("starting", starting)
            .bind("wakes", wakes)
            .bind("alone", alone)
            .bindArray("keys", String.class, keys)
            .bindArray("definition_ids", Integer.class, order.definitionIds())
            .map(CLAIMED)
            .list();
    for (int i = 0; i < Math.min(starting, claimed.size()); i++) {
      claimed.set(i, claimed.get(i).asMarked());
    }
    return claimed;
  }
}
