package dev.ekiden.engine.store;

import dev.ekiden.engine.QueueSummary;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Queues: depth, pause, resume. */
public final class QueueTable {

  // The live tables are narrow and hold only what has not ended, so they are counted as they are.
  private static final String LIST =
      """
      WITH ready AS (
        SELECT queue_id, count(*) AS jobs, min(id) AS oldest FROM ekiden.ready GROUP BY queue_id
      ),
      scheduled AS (
        SELECT queue_id, count(*) AS jobs FROM ekiden.scheduled GROUP BY queue_id
      ),
      blocked AS (
        SELECT queue_id, count(*) AS jobs FROM ekiden.blocked GROUP BY queue_id
      ),
      running AS (
        SELECT queue_id, count(*) AS jobs FROM ekiden.running GROUP BY queue_id
      )
      SELECT queue.name, queue.paused_at, queue.paused_reason,
             COALESCE(ready.jobs, 0) AS ready, COALESCE(scheduled.jobs, 0) AS scheduled,
             COALESCE(blocked.jobs, 0) AS blocked, COALESCE(running.jobs, 0) AS running,
             CAST(EXTRACT(EPOCH FROM (SELECT ekiden.engine_now()) - oldest.created_at) * 1000000
                  AS bigint) AS oldest_micros
      FROM ekiden.queue
      LEFT JOIN ready ON ready.queue_id = queue.id
      LEFT JOIN scheduled ON scheduled.queue_id = queue.id
      LEFT JOIN blocked ON blocked.queue_id = queue.id
      LEFT JOIN running ON running.queue_id = queue.id
      LEFT JOIN ekiden.job AS oldest ON oldest.id = ready.oldest
      ORDER BY queue.name
      """;

  private static final String FIND_ID = "SELECT id FROM ekiden.queue WHERE name = :name";

  private static final String PAUSE =
      """
      UPDATE ekiden.queue
      SET paused_at = COALESCE(paused_at, (SELECT ekiden.engine_now())), paused_reason = :reason
      WHERE name = :name
      RETURNING id
      """;

  private static final String RESUME =
      """
      UPDATE ekiden.queue
      SET paused_at = NULL, paused_reason = NULL
      WHERE name = :name
      RETURNING id
      """;

  private QueueTable() {}

  public static List<QueueSummary> list(Handle handle) {
    return handle
        .createQuery(LIST)
        .map((row, context) -> {
          var pausedAt = row.getTimestamp("paused_at");
          long oldestMicros = row.getLong("oldest_micros");
          Duration oldest =
              row.wasNull() ? null : Duration.of(Math.max(0, oldestMicros), ChronoUnit.MICROS);
          return new QueueSummary(
              row.getString("name"),
              pausedAt == null ? null : pausedAt.toInstant(),
              row.getString("paused_reason"),
              row.getLong("ready"),
              row.getLong("scheduled"),
              row.getLong("blocked"),
              row.getLong("running"),
              oldest);
        })
        .list();
  }

  public static Optional<Short> findId(Handle handle, String name) {
    return handle.createQuery(FIND_ID).bind("name", name).mapTo(Short.class).findOne();
  }

  /**
   * Pauses a queue; when this commits, every claim that did not know has ended. Answers its id, or
   * empty when there is no such queue.
   */
  public static Optional<Short> pause(Handle handle, String name, @Nullable String reason) {
    findId(handle, name).ifPresent(id -> Gate.lock(handle, id));
    return handle
        .createQuery(PAUSE)
        .bind("name", name)
        .bind("reason", reason)
        .mapTo(Short.class)
        .findOne();
  }

  /** Answers the queue's id, or empty when there is no such queue. */
  public static Optional<Short> resume(Handle handle, String name) {
    return handle.createQuery(RESUME).bind("name", name).mapTo(Short.class).findOne();
  }
}
