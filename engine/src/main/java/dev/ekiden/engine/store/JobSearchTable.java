package dev.ekiden.engine.store;

import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the jobs of a filter, newest first, in a window of ids. What a window can cost is
 * bounded by the jobs in it; most filters have an index that reads only those that they mean.
 */
public final class JobSearchTable {
  /** What a search needs to know once. */
  public static final class Plan {
    private final JobConditions conditions;
    private final List<Long> kinds;
    private final long first;
    private final long last;
    private final String statement;

    private Plan(JobFilter filter, List<Long> kinds, long first, long last) {
      this.conditions = new JobConditions(filter);
      this.kinds = kinds;
      this.first = first;
      this.last = last;
      this.statement = statement(filter);
    }

    /** No job with a lower id is meant. */
    public long first() {
      return first;
    }

    /** No job with a higher id is meant; less than {@link #first} if none is at all. */
    public long last() {
      return last;
    }

    private String statement(JobFilter filter) {
      List<String> halves = new ArrayList<>();
      if (conditions.takesLive()) {
        halves.add(JobTable.LIVE.replace("{job}", "(" + live(filter) + ")"));
      }
      if (conditions.takesFinished()) {
        halves.add(JobTable.FINISHED.replace("{finished}", "(" + finished(filter) + ")"));
      }
      return "SELECT * FROM (("
          + String.join(")\nUNION ALL\n(", halves)
          + ")) AS half\nORDER BY id DESC\nLIMIT :limit";
    }

    /** Whether an index leads to the jobs of the filter, wherever they stand. */
    private static boolean isSelective(JobFilter filter) {
      return filter.key() != null || filter.group() != null || filter.parent() != null;
    }

    private static boolean hasKind(JobFilter filter) {
      return filter.queue() != null || filter.definition() != null;
    }

    private String live(JobFilter filter) {
      if (isSelective(filter) || (!hasKind(filter) && filter.states().isEmpty())) {
        return window("ekiden.job", "job", conditions.ofLive());
      }
      List<String> states = new ArrayList<>();
      for (JobState state : conditions.liveStates()) {
        states.add(
            switch (state) {
              case READY -> ready(filter);
              case RUNNING -> ofState("running", filter);
              case SCHEDULED -> ofState("scheduled", filter);
              case BLOCKED -> ofState("blocked", filter);
              case SUCCEEDED, FAILED, CANCELED ->
                  throw new IllegalStateException(state + " jobs are not live");
            });
      }
      return "SELECT * FROM ekiden.job WHERE job.id = ANY (ARRAY(SELECT id FROM (("
          + String.join(")\nUNION ALL\n(", states)
          + ")) AS standing ORDER BY id DESC LIMIT :limit))";
    }

    private String ofState(String table, JobFilter filter) {
      return """
      SELECT {t}.id
      FROM ekiden.{t}{join}
      WHERE {t}.id >= :from AND {t}.id < :before{conditions}
      ORDER BY {t}.id DESC
      LIMIT :limit
      """
          .replace("{join}", join(table, filter))
          .replace("{conditions}", conditions.kind(table) + conditions.ofJob("job", table))
          .replace("{t}", table);
    }

    // ready has no index of ids alone, but one for each queue and definition; which of them have
    // READY jobs is known from the depths.
    private String ready(JobFilter filter) {
      return """
      SELECT head.id
      FROM (
        SELECT queue_id, definition_id FROM ekiden.depth_of_definition WHERE state = 'READY'
        UNION
        SELECT queue_id, definition_id FROM ekiden.depth_note WHERE state = 'READY') AS kind
      CROSS JOIN LATERAL (
        SELECT ready.id
        FROM ekiden.ready{join}
        WHERE (CAST(ready.queue_id AS bigint) << 32 | ready.definition_id)
              = (CAST(kind.queue_id AS bigint) << 32 | kind.definition_id)
          AND ready.id >= :from AND ready.id < :before{conditions}
        ORDER BY ready.id DESC
        LIMIT :limit) AS head
      WHERE true{kind}
      ORDER BY head.id DESC
      LIMIT :limit
      """
          .replace("{join}", join("ready", filter))
          .replace("{conditions}", conditions.ofJob("job", "ready"))
          .replace("{kind}", conditions.kind("kind"));
    }

    private static String join(String table, JobFilter filter) {
      return filter.createdFrom() == null && filter.createdBefore() == null
          ? ""
          : " JOIN ekiden.job ON job.id = " + table + ".id";
    }

    private String finished(JobFilter filter) {
      if (isSelective(filter) || !hasKind(filter)) {
        return window("ekiden.finished", "finished", conditions.ofFinished());
      }
      String ofKind = conditions.ofFinishedOfAKind();
      if (kinds.size() == 1) {
        return window("ekiden.finished", "finished", KIND + " = :kind" + ofKind);
      }
      return "SELECT part.* FROM unnest(CAST(:kinds AS bigint[])) AS kind(number)"
          + " CROSS JOIN LATERAL ("
          + window("ekiden.finished", "finished", KIND + " = kind.number" + ofKind)
          + ") AS part ORDER BY part.id DESC LIMIT :limit";
    }

    private static String window(String table, String name, String conditions) {
      return """
      SELECT *
      FROM {table}
      WHERE {name}.id >= :from AND {name}.id < :before{conditions}
      ORDER BY {name}.id DESC
      LIMIT :limit
      """
          .replace("{table}", table)
          .replace("{name}", name)
          .replace("{conditions}", conditions);
    }
  }

  private static final String KIND =
      "\nAND (CAST(finished.queue_id AS bigint) << 32 | finished.definition_id)";

  /**
   * An id and the time a job was enqueued are taken by the same statement, but not at the same
   * moment; no statement takes longer.
   */
  private static final Duration SLACK = Duration.ofMinutes(1);

  // In the order of ids, all up to the one before the first that is not too early are too early.
  private static final String PLAN =
      """
      SELECT ARRAY(
               SELECT CAST(kind.queue_id AS bigint) << 32 | kind.definition_id
               FROM ekiden.kind
               WHERE true{kind}) AS kinds,
             (SELECT last_value FROM ekiden.job_id) AS last_id,
             CASE WHEN CAST(:not_before AS timestamptz) IS NOT NULL THEN
               COALESCE((SELECT max(last_id)
                         FROM ekiden.id_at
                         WHERE last_id < COALESCE((SELECT min(last_id)
                                                   FROM ekiden.id_at
                                                   WHERE at >= CAST(:not_before AS timestamptz)),
                                                  9223372036854775807)), 0)
             ELSE 0 END AS after_id,
             CASE WHEN CAST(:not_after AS timestamptz) IS NOT NULL THEN
               (SELECT min(last_id)
                FROM ekiden.id_at
                WHERE last_id > COALESCE((SELECT max(last_id)
                                          FROM ekiden.id_at
                                          WHERE at <= CAST(:not_after AS timestamptz)), 0))
             END AS up_to_id
      """;

  private static final String SET =
      """
      SELECT set_config('enable_seqscan', 'off', true),
             set_config('jit', 'off', true),
             set_config('statement_timeout', :millis, true)
      """;

  private static final String CREATED =
      """
      SELECT created_at
      FROM (
        (SELECT id, created_at FROM ekiden.job WHERE id >= :id ORDER BY id LIMIT 1)
        UNION ALL
        (SELECT id, created_at FROM ekiden.finished WHERE id >= :id ORDER BY id LIMIT 1)) AS half
      ORDER BY id
      LIMIT 1
      """;

  private JobSearchTable() {}

  /** Prepares a search. */
  public static Plan plan(Handle handle, JobFilter filter) {
    JobConditions conditions = new JobConditions(filter);
    Instant from = filter.createdFrom();
    Instant before = filter.createdBefore();
    boolean hasKind = filter.queue() != null || filter.definition() != null;
    return conditions
        .bindKind(handle.createQuery(PLAN.replace("{kind}", conditions.kind("kind"))))
        .bind("not_before", from == null ? null : from.minus(SLACK))
        .bind("not_after", before == null ? null : before.plus(SLACK))
        .map((row, context) -> {
          List<Long> kinds = List.of((Long[]) row.getArray("kinds").getArray());
          Long upTo = JobTable.number(row, "up_to_id");
          long last = Math.min(row.getLong("last_id"), upTo == null ? Long.MAX_VALUE : upTo);
          Long fromId = filter.fromId();
          Long toId = filter.toId();
          return new Plan(
              filter,
              kinds,
              Math.max(row.getLong("after_id") + 1, fromId == null ? 1 : fromId),
              // No such queue, or no such definition in it: nothing is meant.
              hasKind && kinds.isEmpty() ? 0 : Math.min(last, toId == null ? last : toId));
        })
        .one();
  }

  /**
   * Up to {@code limit} jobs with ids from {@code from} to below {@code before}, newest first; to
   * be asked in a transaction of its own.
   *
   * @param patience after this time PostgreSQL gives up; null for never
   */
  public static List<Job> search(
      Handle handle, Plan plan, long from, long before, int limit, @Nullable Duration patience) {
    handle
        .createQuery(SET)
        .bind("millis", Long.toString(patience == null ? 0 : Math.max(1, patience.toMillis())))
        .mapTo(String.class)
        .one();
    var query =
        handle
            .createQuery(plan.statement)
            .bind("from", from)
            .bind("before", before)
            .bind("limit", limit);
    if (plan.kinds.size() == 1) {
      query.bind("kind", plan.kinds.getFirst());
    }
    query.bindArray("kinds", Long.class, plan.kinds);
    return plan.conditions.bind(query).map(JobTable.JOB).list();
  }

  /** When the first job from an id on was enqueued, null if there is none. */
  public static @Nullable Instant created(Handle handle, long id) {
    return handle.createQuery(CREATED).bind("id", id).mapTo(Instant.class).findOne().orElse(null);
  }
}
