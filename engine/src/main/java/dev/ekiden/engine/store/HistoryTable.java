package dev.ekiden.engine.store;

import dev.ekiden.engine.HistoryPoint;
import dev.ekiden.engine.HistoryPoint.Standing;
import dev.ekiden.engine.QueueSummary;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What queues did in each minute and hour. Rows are always written in the same order, so that
 * processes which do it at the same time never wait for each other in a circle.
 */
public final class HistoryTable {
  /** What one process counted in one queue. */
  public record Counts(long enqueued, long succeeded, long failed, long retried) {
    public boolean isZero() {
      return enqueued == 0 && succeeded == 0 && failed == 0 && retried == 0;
    }
  }

  private static final String STEPS =
      """
      (SELECT minutes,
              date_trunc(CASE minutes WHEN 1 THEN 'minute' ELSE 'hour' END,
                         (SELECT ekiden.engine_now()), 'UTC') AS at
       FROM unnest(CAST('{1,60}' AS smallint[])) AS minutes) AS step
      """;

  private static final String ADD =
      """
      INSERT INTO ekiden.history AS present
        (minutes, at, queue_id, enqueued, succeeded, failed, retried)
      SELECT step.minutes, step.at, queue.id, t.enqueued, t.succeeded, t.failed, t.retried
      FROM unnest(
             CAST(:queues AS text[]), CAST(:enqueued AS bigint[]), CAST(:succeeded AS bigint[]),
             CAST(:failed AS bigint[]), CAST(:retried AS bigint[]))
           AS t(queue, enqueued, succeeded, failed, retried)
      JOIN ekiden.queue ON queue.name = t.queue
      CROSS JOIN {steps}
      ORDER BY step.minutes, step.at, queue.id
      ON CONFLICT (minutes, at, queue_id) DO UPDATE
      SET enqueued = present.enqueued + excluded.enqueued,
          succeeded = present.succeeded + excluded.succeeded,
          failed = present.failed + excluded.failed,
          retried = present.retried + excluded.retried
      """
          .replace("{steps}", STEPS);

  // GREATEST leaves out what is null.
  private static final String SAMPLE =
      """
      INSERT INTO ekiden.history AS present
        (minutes, at, queue_id, ready, scheduled, blocked, running, oldest_millis)
      SELECT step.minutes, step.at, queue.id, t.ready, t.scheduled, t.blocked, t.running,
             t.oldest_millis
      FROM unnest(
             CAST(:queues AS text[]), CAST(:ready AS bigint[]), CAST(:scheduled AS bigint[]),
             CAST(:blocked AS bigint[]), CAST(:running AS bigint[]),
             CAST(:oldest_millis AS bigint[]))
           AS t(queue, ready, scheduled, blocked, running, oldest_millis)
      JOIN ekiden.queue ON queue.name = t.queue
      CROSS JOIN {steps}
      ORDER BY step.minutes, step.at, queue.id
      ON CONFLICT (minutes, at, queue_id) DO UPDATE
      SET ready = GREATEST(present.ready, excluded.ready),
          scheduled = GREATEST(present.scheduled, excluded.scheduled),
          blocked = GREATEST(present.blocked, excluded.blocked),
          running = GREATEST(present.running, excluded.running),
          oldest_millis = GREATEST(present.oldest_millis, excluded.oldest_millis)
      """
          .replace("{steps}", STEPS);

  private static final String FORGET =
      """
      DELETE FROM ekiden.history
      WHERE (minutes = 1
             AND at < (SELECT ekiden.engine_now()) - :minute_seconds * interval '1 second')
         OR (minutes = 60
             AND at < (SELECT ekiden.engine_now()) - :hour_seconds * interval '1 second')
      """;

  private static final String LEFT =
      """
      SELECT CAST(EXTRACT(EPOCH FROM date_trunc('minute', moment.now) + interval '1 minute'
                            - moment.now) * 1000000 AS bigint)
      FROM (SELECT ekiden.engine_now() AS now) AS moment
      """;

  private static final String READ =
      """
      SELECT queue.name AS queue,
             date_bin(:step_seconds * interval '1 second', history.at, TIMESTAMPTZ 'epoch') AS step,
             sum(enqueued) AS enqueued, sum(succeeded) AS succeeded, sum(failed) AS failed,
             sum(retried) AS retried, max(ready) AS ready, max(scheduled) AS scheduled,
             max(blocked) AS blocked, max(running) AS running, max(oldest_millis) AS oldest_millis
      FROM ekiden.history
      JOIN ekiden.queue ON queue.id = history.queue_id
      WHERE minutes = :minutes
        AND at >= :from
        AND at < :to
        AND (CAST(:queue AS text) IS NULL OR queue.name = :queue)
      GROUP BY 1, 2
      ORDER BY 1, 2
      """;

  private HistoryTable() {}

  /** Adds what was counted to the present minute and hour; queues that are gone are left out. */
  public static void add(Handle handle, Map<String, Counts> counts) {
    List<String> queues = new ArrayList<>();
    List<Long> enqueued = new ArrayList<>();
    List<Long> succeeded = new ArrayList<>();
    List<Long> failed = new ArrayList<>();
    List<Long> retried = new ArrayList<>();
    counts.forEach((queue, some) -> {
      queues.add(queue);
      enqueued.add(some.enqueued());
      succeeded.add(some.succeeded());
      failed.add(some.failed());
      retried.add(some.retried());
    });
    handle
        .createUpdate(ADD)
        .bindArray("queues", String.class, queues)
        .bindArray("enqueued", Long.class, enqueued)
        .bindArray("succeeded", Long.class, succeeded)
        .bindArray("failed", Long.class, failed)
        .bindArray("retried", Long.class, retried)
        .execute();
  }

  /** Notes how queues stand in the present minute and hour. */
  public static void sample(Handle handle, List<QueueSummary> standing) {
    List<@Nullable Long> oldest = new ArrayList<>();
    standing.forEach(queue -> oldest.add(oldestMillis(queue)));
    handle
        .createUpdate(SAMPLE)
        .bindArray("queues", String.class, standing.stream().map(QueueSummary::name).toList())
        .bindArray("ready", Long.class, standing.stream().map(QueueSummary::ready).toList())
        .bindArray("scheduled", Long.class, standing.stream().map(QueueSummary::scheduled).toList())
        .bindArray("blocked", Long.class, standing.stream().map(QueueSummary::blocked).toList())
        .bindArray("running", Long.class, standing.stream().map(QueueSummary::running).toList())
        .bindArray("oldest_millis", Long.class, oldest)
        .execute();
  }

  private static @Nullable Long oldestMillis(QueueSummary queue) {
    Duration oldest = queue.oldestReady();
    return oldest == null ? null : oldest.toMillis();
  }

  /** Forgets minutes and hours that are older than that. */
  public static void forget(Handle handle, Duration minutes, Duration hours) {
    handle
        .createUpdate(FORGET)
        .bind("minute_seconds", minutes.toSeconds())
        .bind("hour_seconds", hours.toSeconds())
        .execute();
  }

  /** How long the present minute lasts still. */
  public static Duration leftOfMinute(Handle handle) {
    return Duration.of(handle.createQuery(LEFT).mapTo(Long.class).one(), ChronoUnit.MICROS);
  }

  /**
   * What queues did from one time to before another, in steps.
   *
   * @param hours whether the steps are made of hours rather than minutes
   * @param queue the only one, or null for all
   */
  public static SortedMap<String, List<HistoryPoint>> read(
      Handle handle,
      Instant from,
      Instant to,
      Duration step,
      boolean hours,
      @Nullable String queue) {
    SortedMap<String, List<HistoryPoint>> queues = new TreeMap<>();
    handle
        .createQuery(READ)
        .bind("step_seconds", step.toSeconds())
        .bind("minutes", hours ? 60 : 1)
        .bind("from", from)
        .bind("to", to)
        .bind("queue", queue)
        .map((row, context) -> Map.entry(row.getString("queue"), point(row)))
        .forEach(entry ->
            queues
                .computeIfAbsent(entry.getKey(), name -> new ArrayList<>())
                .add(entry.getValue()));
    return queues;
  }

  private static HistoryPoint point(ResultSet row) throws SQLException {
    Long ready = JobTable.number(row, "ready");
    Long oldest = JobTable.number(row, "oldest_millis");
    return new HistoryPoint(
        row.getTimestamp("step").toInstant(),
        row.getLong("enqueued"),
        row.getLong("succeeded"),
        row.getLong("failed"),
        row.getLong("retried"),
        ready == null
            ? null
            : new Standing(
                ready,
                row.getLong("scheduled"),
                row.getLong("blocked"),
                row.getLong("running"),
                oldest == null ? null : Duration.ofMillis(oldest)));
  }
}
