package dev.ekiden.engine;

import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.postgres.Database;
import java.util.concurrent.TimeUnit;

/**
 * Adds up what was noted about the depths of queues, so that reading them stays cheap. Several
 * processes may do it. Not thread-safe.
 */
final class DepthTally {
  static final int BATCH = 10_000;

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * It rests so many times as long as it worked: where a transaction is held open for hours, the
   * notes that are gone cannot be cleared away, and each turn passes by all of them.
   */
  private static final int REST_FACTOR = 20;

  private final Database database;
  private long nextNanos = System.nanoTime();

  DepthTally(Database database) {
    this.database = database;
  }

  /** Adds up all notes if it is time to. */
  void addUpDue() {
    long begin = System.nanoTime();
    if (begin - nextNanos < 0) {
      return;
    }
    addUp();
    long end = System.nanoTime();
    nextNanos = Math.max(begin + PERIOD_NANOS, end + REST_FACTOR * (end - begin));
  }

  /** Adds up all notes there are. */
  void addUp() {
    while (database.inTransaction(handle -> DepthTable.addUp(handle, BATCH)) == BATCH) {}
  }
}
