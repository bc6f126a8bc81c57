package dev.ekiden.engine.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Queues: pause, resume. */
public final class QueueTable {

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
