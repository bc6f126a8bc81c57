package dev.ekiden.engine;

import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.engine.store.HistoryTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;

/**
 * Notes the depth of every queue once a minute, and forgets what is too old. Whoever leads does it;
 * twice in a minute does no harm. Not thread-safe.
 */
final class HistorySampler {
  private final Database database;
  private long nextNanos = System.nanoTime();

  HistorySampler(Database database) {
    this.database = database;
  }

  /** Looks if a new minute has begun since the last look. */
  void runDue() {
    if (System.nanoTime() - nextNanos < 0) {
      return;
    }
    sample();
  }

  void sample() {
    Duration left =
        database.inTransaction(handle -> {
          HistoryTable.sample(handle, DepthTable.queues(handle));
          HistoryTable.forget(handle, History.MINUTES_KEPT, History.HOURS_KEPT);
          return HistoryTable.leftOfMinute(handle);
        });
    nextNanos = System.nanoTime() + left.toNanos();
  }
}
