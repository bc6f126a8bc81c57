package dev.ekiden.engine.store;

import dev.ekiden.engine.Dependencies.Condition;
import dev.ekiden.engine.JobState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that wait for others. Enqueueing only writes the rows down; a claim decides, and parks what
 * has to wait; the end of a parent makes READY again what it decides.
 *
 * <p>The row of the parent in {@code job} is the lock: an end deletes it, and a claim shares it
 * before it parks. So:
 *
 * <ul>
 *   <li>claim, then end: the end waits for the claim and then finds the parked job;
 *   <li>end, then claim: the claim does not get the lock and leaves the job where it is, to be
 *       asked about again in a moment; it never waits, for it is inside the gate, which an end may
 *       wait for;
 *   <li>two parents that end at once: the second waits for the lock of the parked job and then sees
 *       both ends;
 *   <li>the parent ends, then the job is enqueued or was not visible yet: the claim reads the end
 *       where it is kept.
 * </ul>
 *
 * Locks are taken in this order: attempts, jobs, gates, parked jobs in the order of their ids,
 * dependencies. So after {@link #ended} has answered that it found some, the transaction must not
 * take another gate. What is left, two claims that each end a job for which one of the other waits,
 * is ended by PostgreSQL as a deadlock and tried again.
 */
public final class DependencyTable {

  /** Something that a job waits for. */
  public record Edge(long jobId, long parentId, Condition condition, boolean anyOf) {}

  /** What a claim does with a job. */
  sealed interface Verdict {
    /** Nothing keeps it any more. */
    record Runs() implements Verdict {}

    /** It is to be parked; its parents cannot end before the transaction does. */
    record Waits() implements Verdict {}

    /** A parent is about to end: it is to be asked about again. */
    record Undecided() implements Verdict {}

    /** What it waits for cannot come. */
    record Impossible(String reason) implements Verdict {}
  }

  /**
   * An edge and how its parent stands.
   *
   * @param state as what the parent ended; null if it is live
   * @param known whether there is such a job at all
   */
  private record Standing(Edge edge, @Nullable JobState state, boolean known) {
    boolean isMet() {
      if (state != null) {
        return edge.condition().isMetBy(state);
      }
      return !known && edge.condition() == Condition.END;
    }

    boolean isEnded() {
      return state != null || !known;
    }
  }

  private static final String UNKNOWN =
      """
      SELECT id
      FROM unnest(CAST(:ids AS bigint[])) AS id
      WHERE NOT EXISTS (SELECT FROM ekiden.job WHERE job.id = id.id)
        AND NOT EXISTS (SELECT FROM ekiden.finished WHERE finished.id = id.id)
      ORDER BY id
      """;

  private static final String INSERT =
      """
      INSERT INTO ekiden.dependency (job_id, parent_id, condition, any_of)
      SELECT job_id, parent_id, CAST(condition AS ekiden.dependency_condition), any_of
      FROM unnest(
             CAST(:job_ids AS bigint[]), CAST(:parent_ids AS bigint[]),
             CAST(:conditions AS text[]), CAST(:any_ofs AS boolean[]))
           AS t(job_id, parent_id, condition, any_of)
      """;

  private static final String SHARE_PARENTS =
      """
      SELECT id
      FROM ekiden.job
      WHERE id = ANY (ARRAY(
        SELECT parent_id
        FROM ekiden.dependency
        WHERE job_id = ANY (CAST(:ids AS bigint[])) AND state IS NULL))
      ORDER BY id
      FOR KEY SHARE SKIP LOCKED
      """;

  private static final String STANDINGS =
      """
      SELECT edge.job_id, edge.parent_id, CAST(edge.condition AS text) AS condition, edge.any_of,
             CAST(COALESCE(edge.state, finished.state) AS text) AS state,
             EXISTS (SELECT FROM ekiden.job WHERE job.id = edge.parent_id) AS live
      FROM ekiden.dependency AS edge
      LEFT JOIN ekiden.finished ON finished.id = edge.parent_id AND edge.state IS NULL
      WHERE edge.job_id = ANY (CAST(:ids AS bigint[]))
      ORDER BY edge.job_id, edge.parent_id
      """;

  // Mostly no job waits for any other: that is asked once, not of each parent.
  private static final String WAITING_FOR =
      """
      SELECT DISTINCT job_id
      FROM ekiden.dependency
      WHERE parent_id = ANY (CAST(:ids AS bigint[])) AND EXISTS (SELECT FROM ekiden.dependency)
      """;

  private static final String LOCK_PARKED =
      """
      SELECT id
      FROM ekiden.blocked
      WHERE id = ANY (CAST(:ids AS bigint[])) AND reason = 'DEPENDENCY'
      ORDER BY id
      FOR UPDATE
      """;

  private static final String NOTE_ENDS =
      """
      UPDATE ekiden.dependency
      SET state = finished.state
      FROM ekiden.finished
      WHERE dependency.parent_id = ANY (CAST(:ids AS bigint[]))
        AND dependency.state IS NULL
        AND finished.id = dependency.parent_id
      """;

  private static final String FREE =
      Columns.in(
          """
          WITH freed AS (
            DELETE FROM ekiden.blocked
            WHERE id = ANY (CAST(:ids AS bigint[])) AND reason = 'DEPENDENCY'
            RETURNING *
          )
          INSERT INTO ekiden.ready ({live})
          SELECT {live} FROM freed
          RETURNING queue_id
          """);

  private static final String TELL = "SELECT CAST(pg_notify('ekiden', :message) AS text)";

  private static final String FORGET =
      "DELETE FROM ekiden.dependency WHERE job_id = ANY (CAST(:ids AS bigint[]))";

  private DependencyTable() {}

  /** Those of the ids that no job has. */
  public static List<Long> unknown(Handle handle, Collection<Long> ids) {
    return handle
        .createQuery(UNKNOWN)
        .bindArray("ids", Long.class, List.copyOf(ids))
        .mapTo(Long.class)
        .list();
  }

  public static void insert(Handle handle, List<Edge> edges) {
    handle
        .createUpdate(INSERT)
        .bindArray("job_ids", Long.class, edges.stream().map(Edge::jobId).toList())
        .bindArray("parent_ids", Long.class, edges.stream().map(Edge::parentId).toList())
        .bindArray(
            "conditions",
            String.class,
            edges.stream().map(edge -> edge.condition().name()).toList())
        .bindArray("any_ofs", Boolean.class, edges.stream().map(Edge::anyOf).toList())
        .execute();
  }

  /** What a job waits for; empty once it is decided. */
  public static List<Edge> of(Handle handle, long jobId) {
    return standings(handle, List.of(jobId)).stream().map(Standing::edge).toList();
  }

  /** Decides about READY jobs, and keeps the live parents of those that wait from ending. */
  static Map<Long, Verdict> judge(Handle handle, List<Long> ids) {
    Set<Long> kept =
        new HashSet<>(
            handle
                .createQuery(SHARE_PARENTS)
                .bindArray("ids", Long.class, ids)
                .mapTo(Long.class)
                .list());
    // By a statement of its own after the locks: what has no lock has ended, or is about to.
    Map<Long, List<Standing>> ofJobs = new HashMap<>();
    for (Standing standing : standings(handle, ids)) {
      ofJobs.computeIfAbsent(standing.edge().jobId(), id -> new ArrayList<>()).add(standing);
    }
    Map<Long, Verdict> verdicts = new HashMap<>();
    for (long id : ids) {
      verdicts.put(id, judge(ofJobs.getOrDefault(id, List.of()), kept));
    }
    return verdicts;
  }

  private static Verdict judge(List<Standing> standings, Set<Long> kept) {
    if (standings.isEmpty()) {
      return new Verdict.Runs();
    }
    boolean any = standings.getFirst().edge().anyOf();
    if (any && standings.stream().anyMatch(Standing::isMet)) {
      return new Verdict.Runs();
    }
    List<Standing> unmet = standings.stream().filter(one -> one.isEnded() && !one.isMet()).toList();
    if (any ? unmet.size() == standings.size() : !unmet.isEmpty()) {
      return new Verdict.Impossible(reason(unmet.getFirst(), any));
    }
    List<Standing> open = standings.stream().filter(one -> !one.isEnded()).toList();
    if (open.isEmpty()) {
      return new Verdict.Runs();
    }
    return open.stream().allMatch(one -> kept.contains(one.edge().parentId()))
        ? new Verdict.Waits()
        : new Verdict.Undecided();
  }

  private static String reason(Standing unmet, boolean any) {
    String parent =
        "job %d %s, but its %s was waited for"
            .formatted(
                unmet.edge().parentId(),
                unmet.state() == null ? "is gone" : "is " + unmet.state(),
                unmet.edge().condition());
    return any ? "none of the jobs it waited for ended as expected: " + parent : parent;
  }

  private static List<Standing> standings(Handle handle, List<Long> ids) {
    return handle
        .createQuery(STANDINGS)
        .bindArray("ids", Long.class, ids)
        .map((row, context) -> {
          String state = row.getString("state");
          return new Standing(
              new Edge(
                  row.getLong("job_id"),
                  row.getLong("parent_id"),
                  Condition.valueOf(row.getString("condition")),
                  row.getBoolean("any_of")),
              state == null ? null : JobState.valueOf(state),
              state != null || row.getBoolean("live"));
        })
        .list();
  }

  /**
   * Tells the jobs that wait for others that these have ended: those that are decided by it become
   * READY, for a claim to run or to end them.
   *
   * @return the queues that have some now; null if nobody waits for any of them
   */
  static @Nullable Set<Short> ended(Handle handle, List<Long> endedIds) {
    if (endedIds.isEmpty()) {
      return null;
    }
    List<Long> waiting =
        handle
            .createQuery(WAITING_FOR)
            .bindArray("ids", Long.class, endedIds)
            .mapTo(Long.class)
            .list();
    if (waiting.isEmpty()) {
      return null;
    }
    List<Long> parked =
        handle
            .createQuery(LOCK_PARKED)
            .bindArray("ids", Long.class, waiting)
            .mapTo(Long.class)
            .list();
    handle.createUpdate(NOTE_ENDS).bindArray("ids", Long.class, endedIds).execute();
    Map<Long, List<Standing>> ofJobs = new HashMap<>();
    if (!parked.isEmpty()) {
      // After the locks, so that the ends of other parents that came before are seen.
      for (Standing standing : standings(handle, parked)) {
        ofJobs.computeIfAbsent(standing.edge().jobId(), id -> new ArrayList<>()).add(standing);
      }
    }
    List<Long> decided = new ArrayList<>();
    ofJobs.forEach((id, standings) -> {
      switch (judge(standings, Set.of())) {
        case Verdict.Runs runs -> decided.add(id);
        case Verdict.Impossible impossible -> decided.add(id);
        case Verdict.Waits waits -> {}
        case Verdict.Undecided undecided -> {}
      }
    });
    return decided.isEmpty()
        ? Set.of()
        : new TreeSet<>(
            handle
                .createQuery(FREE)
                .bindArray("ids", Long.class, decided)
                .mapTo(Short.class)
                .list());
  }

  /** {@link #ended}, where nobody tells the workers after the commit. */
  static void endedAndTell(Handle handle, List<Long> endedIds) {
    Set<Short> queueIds = ended(handle, endedIds);
    if (queueIds != null) {
      queueIds.forEach(queueId ->
          handle.createQuery(TELL).bind("message", "ready " + queueId).mapTo(String.class).one());
    }
  }

  /** Forgets what jobs waited for. */
  static void forget(Handle handle, List<Long> ids) {
    if (!ids.isEmpty()) {
      handle.createUpdate(FORGET).bindArray("ids", Long.class, ids).execute();
    }
  }
}
