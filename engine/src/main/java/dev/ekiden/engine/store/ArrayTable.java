package dev.ekiden.engine.store;

import dev.ekiden.engine.store.EnqueueTable.NewJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Array jobs: a parent that is BLOCKED while its children have not all ended.
 *
 * <p>The row of {@code array_job} is the lock: whoever ends children counts them there, in the
 * order of the parents' ids, after the gates and before parked jobs. So:
 *
 * <ul>
 *   <li>two transactions that end the last children: the second waits for the first, sees its
 *       count, and ends the parent;
 *   <li>an end and a retry of failed children: the second sees what the first has done, so the
 *       parent is open as long as a child is;
 *   <li>a cancel of the parent takes the parked row away: the children that end later find none.
 * </ul>
 */
public final class ArrayTable {
  /** How many children ended well, and otherwise. */
  record Ends(int succeeded, int failed) {
    Ends and(boolean success) {
      return success ? new Ends(succeeded + 1, failed) : new Ends(succeeded, failed + 1);
    }
  }

  private static final String INSERT_PARENT =
      """
      WITH stored AS (
        INSERT INTO ekiden.job
          (id, queue_id, definition_id, priority, group_id, group_name, vcpus, payload, created_at)
        VALUES (:id, :queue_id, :definition_id, :priority, :group_id, :group_name, :vcpus,
                CAST(:payload AS json), ekiden.engine_now())
      ),
      counted AS (
        INSERT INTO ekiden.array_job (id, size, tolerated) VALUES (:id, :size, :tolerated)
      )
      INSERT INTO ekiden.blocked
        (id, reason, queue_id, priority, definition_id, group_id, vcpus, attempt, failures, losses)
      VALUES (:id, 'CHILDREN', :queue_id, :priority, :definition_id, :group_id, :vcpus, 0, 0, 0)
      """;

  private static final String LOCK =
      """
      SELECT id FROM ekiden.array_job WHERE id = ANY (CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE
      """;

  private static final String COUNT =
      """
      UPDATE ekiden.array_job
      SET succeeded = array_job.succeeded + t.succeeded, failed = array_job.failed + t.failed
      FROM unnest(CAST(:ids AS bigint[]), CAST(:succeeded AS integer[]), CAST(:failed AS integer[]))
           AS t(id, succeeded, failed)
      WHERE array_job.id = t.id
      """;

  private static final String END_PARENTS =
      Columns.in(
          """
          WITH complete AS MATERIALIZED (
            SELECT id AS parent, tolerated, size, succeeded, failed
            FROM ekiden.array_job
            WHERE id = ANY (CAST(:ids AS bigint[])) AND succeeded + failed = size
          ),
          moved AS (
            DELETE FROM ekiden.blocked
            WHERE id = ANY (ARRAY(SELECT parent FROM complete)) AND reason = 'CHILDREN'
            RETURNING id
          ),
          ended AS (
            DELETE FROM ekiden.job WHERE id = ANY (ARRAY(SELECT id FROM moved)) RETURNING *
          )
          INSERT INTO ekiden.finished
            ({job}, state, attempt, failures, losses, finished_at, result, error_type, error)
          SELECT {job},
                 CAST(CASE WHEN failed <= tolerated THEN 'SUCCEEDED' ELSE 'FAILED' END
                      AS ekiden.job_end),
                 0, 0, 0, ekiden.engine_now(),
                 json_build_object('size', size, 'succeeded', succeeded, 'failed', failed),
                 CASE WHEN failed > tolerated THEN 'children' END,
                 CASE WHEN failed > tolerated
                      THEN format('%s of %s children failed or were canceled; %s are tolerated',
                                  failed, size, tolerated) END
          FROM ended
          JOIN complete ON complete.parent = ended.id
          RETURNING id
          """);

  private static final String ENDS_OF =
      """
      SELECT parent_id, state = 'SUCCEEDED' AS success
      FROM ekiden.finished
      WHERE id = ANY (CAST(:ids AS bigint[])) AND parent_id IS NOT NULL
      """;

  private static final String PARENTS_OF =
      """
      SELECT parent_id, count(*) AS children
      FROM ekiden.job
      WHERE id = ANY (CAST(:ids AS bigint[])) AND parent_id IS NOT NULL
      GROUP BY parent_id
      """;

  private static final String FAILED_CHILDREN =
      """
      SELECT id FROM ekiden.finished WHERE parent_id = :id AND state <> 'SUCCEEDED' ORDER BY id
      """;

  private static final String REOPEN =
      Columns.in(
          """
          WITH back AS (
            DELETE FROM ekiden.finished WHERE id = :id AND state = 'FAILED' RETURNING *
          ),
          stored AS (
            INSERT INTO ekiden.job ({job}) SELECT {job} FROM back
          )
          INSERT INTO ekiden.blocked
            (id, reason, queue_id, priority, definition_id, group_id, vcpus, attempt, failures,
             losses)
          SELECT id, 'CHILDREN', queue_id, priority, definition_id, group_id, vcpus, 0, 0, 0
          FROM back
          """);

  private static final String IS_OPEN =
      """
      SELECT EXISTS (SELECT FROM ekiden.blocked WHERE id = :id AND reason = 'CHILDREN')
      """;

  private static final String CHILDREN_OF =
      """
      SELECT parent_id, id
      FROM ekiden.job
      WHERE parent_id = ANY (CAST(:ids AS bigint[]))
      ORDER BY parent_id, id
      LIMIT :max
      """;

  private static final String HAS_UNASKED =
      """
      SELECT EXISTS (
        SELECT
        FROM ekiden.job
        WHERE parent_id = ANY (CAST(:ids AS bigint[]))
          AND NOT EXISTS (
            SELECT FROM ekiden.running WHERE running.id = job.id AND cancel_requested))
      """;

  /** A child that has not ended. */
  public record Child(long parent, long id) {}

  private ArrayTable() {}

  /**
   * Stores a parent.
   *
   * @param job what it has in common with its children; its id is the parent's
   */
  public static void insert(Handle handle, long id, NewJob job, int size, int tolerated) {
    handle
        .createUpdate(INSERT_PARENT)
        .bind("id", id)
        .bind("queue_id", job.queueId())
        .bind("definition_id", job.definitionId())
        .bind("priority", (short) job.priority())
        .bind("group_id", job.groupId())
        .bind("group_name", job.groupName())
        .bind("vcpus", job.vcpus())
        .bind("payload", job.payload())
        .bind("size", size)
        .bind("tolerated", tolerated)
        .execute();
  }

  /** Whether a job is an array job; its row is then locked. */
  public static boolean lock(Handle handle, long id) {
    return !lock(handle, List.of(id)).isEmpty();
  }

  private static List<Long> lock(Handle handle, List<Long> ids) {
    return handle.createQuery(LOCK).bindArray("ids", Long.class, ids).mapTo(Long.class).list();
  }

  /** Counts ends of children; answers the parents that end with them. */
  static List<Long> count(Handle handle, SortedMap<Long, Ends> ends) {
    if (ends.isEmpty()) {
      return List.of();
    }
    List<Long> ids = List.copyOf(ends.keySet());
    lock(handle, ids);
    handle
        .createUpdate(COUNT)
        .bindArray("ids", Long.class, ids)
        .bindArray("succeeded", Integer.class, ends.values().stream().map(Ends::succeeded).toList())
        .bindArray("failed", Integer.class, ends.values().stream().map(Ends::failed).toList())
        .execute();
    return handle
        .createQuery(END_PARENTS)
        .bindArray("ids", Long.class, ids)
        .mapTo(Long.class)
        .list();
  }

  /** Tells whoever waits for jobs that ended otherwise than by an attempt: parents, dependants. */
  static void endedAndTell(Handle handle, List<Long> endedIds) {
    if (endedIds.isEmpty()) {
      return;
    }
    SortedMap<Long, Ends> ends = new TreeMap<>();
    handle
        .createQuery(ENDS_OF)
        .bindArray("ids", Long.class, endedIds)
        .map((row, context) ->
            ends.merge(
                row.getLong("parent_id"),
                new Ends(0, 0).and(row.getBoolean("success")),
                (one, other) ->
                    new Ends(one.succeeded() + other.succeeded(), one.failed() + other.failed())))
        .list();
    List<Long> all = new ArrayList<>(endedIds);
    all.addAll(count(handle, ends));
    DependencyTable.endedAndTell(handle, all);
  }

  /** Ends a parent whose children have all ended. */
  public static void endIfComplete(Handle handle, long id) {
    DependencyTable.endedAndTell(handle, count(handle, new TreeMap<>(Map.of(id, new Ends(0, 0)))));
  }

  /** Takes children out of the count that are run again. */
  static void runAgain(Handle handle, List<Long> ids) {
    Map<Long, Integer> children = new TreeMap<>();
    handle
        .createQuery(PARENTS_OF)
        .bindArray("ids", Long.class, ids)
        .map((row, context) -> children.put(row.getLong("parent_id"), row.getInt("children")))
        .list();
    if (children.isEmpty()) {
      return;
    }
    List<Long> parents = List.copyOf(children.keySet());
    lock(handle, parents);
    handle
        .createUpdate(COUNT)
        .bindArray("ids", Long.class, parents)
        .bindArray("succeeded", Integer.class, parents.stream().map(parent -> 0).toList())
        .bindArray("failed", Integer.class, children.values().stream().map(n -> -n).toList())
        .execute();
  }

  /** Children that ended FAILED or CANCELED. */
  public static List<Long> failedChildren(Handle handle, long id) {
    return handle.createQuery(FAILED_CHILDREN).bind("id", id).mapTo(Long.class).list();
  }

  /** Makes a FAILED parent wait for its children again; false if it neither did nor does. */
  public static boolean reopen(Handle handle, long id) {
    return handle.createUpdate(REOPEN).bind("id", id).execute() > 0
        || handle.createQuery(IS_OPEN).bind("id", id).mapTo(Boolean.class).one();
  }

  /** Children of some jobs that have not ended, in the order of their parents. */
  public static List<Child> liveChildren(Handle handle, List<Long> parents, int max) {
    return handle
        .createQuery(CHILDREN_OF)
        .bindArray("ids", Long.class, parents)
        .bind("max", max)
        .map((row, context) -> new Child(row.getLong("parent_id"), row.getLong("id")))
        .list();
  }

  /** Whether some child of some jobs has not ended and was not asked to stop. */
  public static boolean hasUnasked(Handle handle, List<Long> parents) {
    return handle
        .createQuery(HAS_UNASKED)
        .bindArray("ids", Long.class, parents)
        .mapTo(Boolean.class)
        .one();
  }
}
