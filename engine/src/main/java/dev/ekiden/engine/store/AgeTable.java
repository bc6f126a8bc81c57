package dev.ekiden.engine.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Priority ageing: READY jobs that wait too long go before others.
 *
 * <p>A turn of a queue is taken by one update, so that only one process makes it, and then made in
 * batches under the gate of the queue, from the highest priority down, so that no job is raised
 * twice in it. If its process dies, the rest waits for the next turn.
 */
public final class AgeTable {

  /**
   * A turn to be made.
   *
   * @param upTo last id that was given out at the turn before
   */
  public record Turn(short queueId, long upTo) {}

  private static final String SET =
      """
      UPDATE ekiden.queue
      SET age_every = CAST(:micros AS bigint) * interval '1 microsecond',
          age_next = (SELECT ekiden.engine_now())
                       + CAST(:micros AS bigint) * interval '1 microsecond',
          age_up_to = (SELECT last_value FROM ekiden.job_id)
      WHERE name = :name
      RETURNING id
      """;

  private static final String FIND =
      """
      SELECT CAST(EXTRACT(EPOCH FROM age_every) * 1000000 AS bigint)
      FROM ekiden.queue
      WHERE name = :name AND age_every IS NOT NULL
      """;

  // Turns that were missed, because no process led, are not made up.
  private static final String TAKE =
      """
      WITH due AS MATERIALIZED (
        SELECT id, age_up_to
        FROM ekiden.queue
        WHERE age_next <= (SELECT ekiden.engine_now())
        ORDER BY id
        FOR UPDATE SKIP LOCKED
      )
      UPDATE ekiden.queue
      SET age_next = (SELECT ekiden.engine_now()) + age_every,
          age_up_to = (SELECT last_value FROM ekiden.job_id)
      FROM due
      WHERE queue.id = due.id
      RETURNING queue.id, due.age_up_to
      """;

  private static final String RAISE =
      """
      UPDATE ekiden.ready
      SET priority = priority + 1
      WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM ekiden.ready
        WHERE queue_id = :queue_id AND priority = :priority AND id <= :up_to
        LIMIT :max
        FOR UPDATE SKIP LOCKED))
      """;

  private AgeTable() {}

  /** Sets how long a job waits for one priority more, null for ever; answers the queue. */
  public static Optional<Short> set(Handle handle, String queue, @Nullable Duration perLevel) {
    return handle
        .createQuery(SET)
        .bind("name", queue)
        .bind("micros", perLevel == null ? null : (Long) (perLevel.toNanos() / 1_000))
        .mapTo(Short.class)
        .findOne();
  }

  /** How long a job of a queue waits for one priority more, if it ever gets one. */
  public static Optional<Duration> find(Handle handle, String queue) {
    return handle
        .createQuery(FIND)
        .bind("name", queue)
        .mapTo(Long.class)
        .findOne()
        .map(micros -> Duration.ofNanos(micros * 1_000));
  }

  /** Takes the turns that are due. */
  public static List<Turn> take(Handle handle) {
    return handle
        .createQuery(TAKE)
        .map((row, context) -> new Turn(row.getShort("id"), row.getLong("age_up_to")))
        .list();
  }

  /** Raises up to {@code max} jobs of one priority; answers how many. */
  public static int raise(Handle handle, Turn turn, int priority, int max) {
    Gate.lock(handle, turn.queueId());
    return handle
        .createUpdate(RAISE)
        .bind("queue_id", turn.queueId())
        .bind("priority", priority)
        .bind("up_to", turn.upTo())
        .bind("max", max)
        .execute();
  }
}
