package dev.ekiden.engine.store;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * READY jobs that no live worker of their queue can run stand aside, for else every claim from the
 * queue passes by all of them.
 *
 * <p>Jobs go aside, and a worker registers, under the gate of the queue. So:
 *
 * <ul>
 *   <li>aside, then register: the registration waits for the gate, and then sees and frees the
 *       jobs;
 *   <li>register, then aside: whoever puts jobs aside waits for the gate, and then sees the worker
 *       and leaves them alone;
 *   <li>a registration frees only the first jobs, not to keep the gate for long. From its commit on
 *       none goes aside any more, and the rest is freed in transactions of their own: whoever dies
 *       in between leaves it to the next one that looks.
 * </ul>
 */
public final class AsideTable {

  /** The jobs of a definition in a queue. */
  public record Kind(short queueId, int definitionId) {}

  /** Whether a live worker serves the queue and can run the definition. */
  private static final String SERVED =
      """
      EXISTS (
        SELECT
        FROM ekiden.worker
        WHERE worker.ended_at IS NULL
          AND (SELECT name FROM ekiden.queue WHERE queue.id = kind.queue_id) = ANY (worker.queues)
          AND (SELECT name FROM ekiden.definition WHERE definition.id = kind.definition_id)
              = ANY (worker.definitions))\
      """;

  /** Whether a live worker serves the queue: where none does, jobs stand in nobody's way. */
  private static final String QUEUE_SERVED =
      """
      EXISTS (
        SELECT
        FROM ekiden.worker
        WHERE worker.ended_at IS NULL
          AND (SELECT name FROM ekiden.queue WHERE queue.id = kind.queue_id) = ANY (worker.queues))\
      """;

  private static final String UNSERVED =
      """
      SELECT queue_id, definition_id
      FROM (
        SELECT queue_id, definition_id
        FROM (
          SELECT queue_id, definition_id, jobs FROM ekiden.depth_of_definition WHERE state = 'READY'
          UNION ALL
          SELECT queue_id, definition_id, jobs FROM ekiden.depth_note WHERE state = 'READY') AS part
        GROUP BY queue_id, definition_id
        HAVING sum(jobs) > 0) AS kind
      WHERE %s AND NOT %s
      """
          .formatted(QUEUE_SERVED, SERVED);

  private static final String PUT_ASIDE =
      Columns.in(
          """
          WITH moved AS (
            DELETE FROM ekiden.ready
            WHERE ctid = ANY (ARRAY(
              SELECT ready.ctid
              FROM (SELECT CAST(:queue_id AS smallint) AS queue_id,
                           CAST(:definition_id AS integer) AS definition_id) AS kind
              JOIN ekiden.ready
                ON (CAST(ready.queue_id AS bigint) << 32 | ready.definition_id)
                   = (CAST(kind.queue_id AS bigint) << 32 | kind.definition_id)
              WHERE %s AND NOT %s
              ORDER BY ready.id
              LIMIT :max))
            RETURNING *
          )
          INSERT INTO ekiden.blocked ({live}, reason)
          SELECT {live}, 'NO_WORKER' FROM moved
          """
              .formatted(QUEUE_SERVED, SERVED));

  // Jumps from kind to kind along the index.
  private static final String SERVED_AGAIN =
      """
      WITH RECURSIVE kind AS (
        (SELECT queue_id, definition_id
         FROM ekiden.blocked
         WHERE reason = 'NO_WORKER'
         ORDER BY queue_id, definition_id
         LIMIT 1)
        UNION ALL
        SELECT next.queue_id, next.definition_id
        FROM kind
        CROSS JOIN LATERAL (
          SELECT blocked.queue_id, blocked.definition_id
          FROM ekiden.blocked
          WHERE reason = 'NO_WORKER'
            AND (blocked.queue_id, blocked.definition_id) > (kind.queue_id, kind.definition_id)
          ORDER BY blocked.queue_id, blocked.definition_id
          LIMIT 1) AS next
      )
      SELECT queue_id, definition_id FROM kind WHERE %s
      """
          .formatted(SERVED);

  private static final String FREE =
      Columns.in(
          """
          WITH freed AS (
            DELETE FROM ekiden.blocked
            WHERE ctid = ANY (ARRAY(
              SELECT ctid
              FROM ekiden.blocked
              WHERE reason = 'NO_WORKER'
                AND queue_id = :queue_id
                AND definition_id = :definition_id
              ORDER BY id
              LIMIT :max))
            RETURNING *
          )
          INSERT INTO ekiden.ready ({live})
          SELECT {live} FROM freed
          """);

  private static final String QUEUE_IDS =
      "SELECT id FROM ekiden.queue WHERE name = ANY (CAST(:names AS text[]))";

  private static final RowMapper<Kind> KIND =
      (row, context) -> new Kind(row.getShort("queue_id"), row.getInt("definition_id"));

  private AsideTable() {}

  /** Kinds with READY jobs in queues that have live workers, of which none can run them. */
  public static Set<Kind> unserved(Handle handle) {
    return new HashSet<>(handle.createQuery(UNSERVED).map(KIND).list());
  }

  /**
   * Puts up to {@code max} READY jobs of a kind aside, the oldest first, unless a worker has come;
   * answers how many. Locks the gate of the queue.
   */
  public static int putAside(Handle handle, Kind kind, int max) {
    Gate.lock(handle, kind.queueId());
    Plans.useIndexes(handle);
    return move(handle, PUT_ASIDE, kind, max);
  }

  /** Kinds of jobs that stand aside although a live worker can run them. */
  public static Set<Kind> servedAgain(Handle handle) {
    return new HashSet<>(handle.createQuery(SERVED_AGAIN).map(KIND).list());
  }

  /**
   * Makes up to {@code max} jobs of a kind READY again, the oldest first; answers how many. Locks
   * the gate of the queue.
   */
  public static int free(Handle handle, Kind kind, int max) {
    Gate.lock(handle, kind.queueId());
    Plans.useIndexes(handle);
    return move(handle, FREE, kind, max);
  }

  /**
   * Keeps jobs of queues from going aside until the transaction, which registers a worker of them,
   * ends; answers the queues.
   */
  static Set<Short> lock(Handle handle, Collection<String> queues) {
    Set<Short> queueIds =
        handle
            .createQuery(QUEUE_IDS)
            .bindArray("names", String.class, List.copyOf(queues))
            .mapTo(Short.class)
            .set();
    Gate.lock(handle, queueIds);
    return queueIds;
  }

  private static int move(Handle handle, String statement, Kind kind, int max) {
    return handle
        .createUpdate(statement)
        .bind("queue_id", kind.queueId())
        .bind("definition_id", kind.definitionId())
        .bind("max", max)
        .execute();
  }
}
