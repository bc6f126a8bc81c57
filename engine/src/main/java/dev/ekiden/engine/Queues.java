package dev.ekiden.engine;

import dev.ekiden.engine.store.KeyTable;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.postgres.Database;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Queues. Got from {@link Engine#queues}; thread-safe. */
public final class Queues {
  /** Longest reason for a pause. */
  public static final int MAX_REASON_LENGTH = 500;

  private final Engine engine;
  private final Database database;

  Queues(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /** All queues by name, with how they stand now. */
  public List<QueueSummary> list() {
    return database.withHandle(QueueTable::list);
  }

  public Optional<QueueSummary> find(String name) {
    return list().stream().filter(queue -> queue.name().equals(name)).findFirst();
  }

  /**
   * Lets no job of a queue start any more; what runs goes on, and jobs may be enqueued. Jobs that
   * workers have claimed but not started are given back.
   *
   * @throws NotFoundException when there is no such queue
   */
  public void pause(String name, @Nullable String reason) {
    if (reason != null && reason.length() > MAX_REASON_LENGTH) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "a reason has at most %d characters, not %d"
              .formatted(MAX_REASON_LENGTH, reason.length()));
    }
    short id =
        known(database.inTransaction(handle -> QueueTable.pause(handle, name, reason)), name);
    engine.wakeUps().queuePaused(id);
  }

  /**
   * Lets jobs of a paused queue start again.
   *
   * @throws NotFoundException when there is no such queue
   */
  public void resume(String name) {
    short id = known(database.inTransaction(handle -> QueueTable.resume(handle, name)), name);
    engine.wakeUps().jobsReady(List.of(id));
  }

  /**
   * Lets a SERIAL key go on that stopped because its job FAILED.
   *
   * @return whether it was stopped
   * @throws NotFoundException when there is no such queue
   */
  public boolean releaseKey(String name, String key) {
    short id = known(database.withHandle(handle -> QueueTable.findId(handle, name)), name);
    boolean released = database.inTransaction(handle -> KeyTable.release(handle, id, key));
    engine.wakeUps().jobsReady(List.of(id));
    return released;
  }

  static short known(Optional<Short> id, String name) {
    return id.orElseThrow(
        () -> new NotFoundException(ErrorCode.UNKNOWN_QUEUE, "there is no queue '" + name + "'"));
  }
}
