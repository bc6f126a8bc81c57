package dev.ekiden.engine.store;

import dev.ekiden.engine.Changes.JobMarks;
import dev.ekiden.engine.Topic;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Marks that change with what they stand for. Sums of hashes of rows, so that no order is needed;
 * where any change of a row counts, the transaction that wrote it last stands for the row.
 */
public final class ChangeTable {

  // A job that is enqueued raises the sequence; one that moves changes the depths, or what runs.
  // Notes that are added up change no sum.
  private static final String MARKS =
      """
      SELECT concat_ws(' ',
               (SELECT last_value FROM ekiden.job_id),
               (SELECT sum(hashtextextended(
                         concat_ws(' ', queue_id, definition_id, CAST(state AS text), jobs), 0))
                FROM (
                  SELECT queue_id, definition_id, state, sum(jobs) AS jobs
                  FROM (
                    SELECT queue_id, definition_id, state, jobs FROM ekiden.depth_of_definition
                    UNION ALL
                    SELECT queue_id, definition_id, state, jobs FROM ekiden.depth_note) AS part
                  GROUP BY queue_id, definition_id, state) AS depth
                WHERE jobs <> 0),
               (SELECT sum(hashtextextended(
                         concat_ws(' ', id, attempt, started_at, cancel_requested), 0))
                FROM ekiden.running)) AS jobs,
             concat_ws(' ',
               (SELECT sum(hashtextextended(CAST(id AS text) || ' ' || CAST(xmin AS text), 0))
                FROM ekiden.queue),
               (SELECT sum(hashtextextended(
                         concat_ws(' ', scope, queue_id, subject, CAST(xmin AS text)), 0))
                FROM ekiden.limit_rule)) AS queues,
             concat_ws(' ',
               (SELECT sum(hashtextextended(name || ' ' || CAST(xmin AS text), 0))
                FROM ekiden.schedule)) AS schedules,
             concat_ws(' ',
               (SELECT sum(hashtextextended(CAST(id AS text), 0))
                FROM ekiden.worker WHERE ended_at IS NULL)) AS workers,
             concat_ws(' ',
               (SELECT sum(hashtextextended(id || ' ' || CAST(xmin AS text), 0))
                FROM ekiden.bulk_operation)) AS bulk
      """;

  private static final String OF_JOBS =
      """
      SELECT watched.id,
             concat_ws(' ',
               (SELECT CAST(xmin AS text) || 'j' FROM ekiden.job WHERE job.id = watched.id),
               (SELECT CAST(xmin AS text) || 's' FROM ekiden.scheduled
                WHERE scheduled.id = watched.id),
               (SELECT CAST(xmin AS text) || 'b' FROM ekiden.blocked WHERE blocked.id = watched.id),
               (SELECT CAST(xmin AS text) || 'r' FROM ekiden.running WHERE running.id = watched.id),
               (SELECT CAST(xmin AS text) || 'a' FROM ekiden.array_job
                WHERE array_job.id = watched.id),
               (SELECT max(number) FROM ekiden.attempt WHERE attempt.job_id = watched.id),
               (SELECT CAST(finished_at AS text) FROM ekiden.finished
                WHERE finished.id = watched.id LIMIT 1)) AS state,
             concat_ws(' ',
               (SELECT CAST(attempt AS text) || '-' || CAST(segment AS text)
                FROM ekiden.attempt_log
                WHERE attempt_log.job_id = watched.id
                ORDER BY attempt DESC, segment DESC
                LIMIT 1)) AS log
      FROM unnest(CAST(:ids AS bigint[])) AS watched(id)
      """;

  private ChangeTable() {}

  public static Map<Topic, String> marks(Handle handle) {
    return handle
        .createQuery(MARKS)
        .map((row, context) -> {
          Map<Topic, String> marks = new EnumMap<>(Topic.class);
          for (Topic topic : Topic.values()) {
            marks.put(
                topic,
                row.getString(
                    switch (topic) {
                      case JOBS -> "jobs";
                      case QUEUES -> "queues";
                      case SCHEDULES -> "schedules";
                      case WORKERS -> "workers";
                      case BULK -> "bulk";
                    }));
          }
          return marks;
        })
        .one();
  }

  public static Map<Long, JobMarks> ofJobs(Handle handle, Collection<Long> ids) {
    return handle
        .createQuery(OF_JOBS)
        .bindArray("ids", Long.class, ids)
        .map((row, context) ->
            Map.entry(
                row.getLong("id"), new JobMarks(row.getString("state"), row.getString("log"))))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, same) -> one));
  }
}
