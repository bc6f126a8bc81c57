package dev.ekiden.engine;

import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.engine.store.Pace;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Adds up what was noted about the depths of queues, so that reading them stays cheap. Several
 * processes may do it. Not thread-safe.
 */
final class DepthTally {
  static final int BATCH = 10_000;

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** It rests so many times as long as it worked; a turn passes by all notes that are gone. */
  private static final int REST_FACTOR = 20;

  private final Database database;
  private final Pace pace = new Pace(Duration.ZERO, REST_FACTOR);
  private long nextNanos = System.nanoTime();

  DepthTally(Database database) {
    this.database = database;
  }

  /** Adds up all notes if it is time to. */
  void addUpDue() {
    long begin = System.nanoTime();
    if (begin - nextNanos < 0 || !pace.isDue()) {
      return;
    }
    nextNanos = begin + PERIOD_NANOS;
    pace.run(this::addUp);
  }

  /** Adds up all notes there are. */
  void addUp() {
    while (database.inTransaction(handle -> DepthTable.addUp(handle, BATCH)) == BATCH) {}
  }
}
