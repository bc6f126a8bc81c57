package dev.ekiden.engine;

import dev.ekiden.engine.store.LifeTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Makes jobs READY whose time has come. Every process does it; they take different jobs. */
final class DueJobs {
  private static final int BATCH = 1_000;

  /** Longest rest, and so the longest a job may be late that another process scheduled. */
  private static final Duration LONGEST_REST = Duration.ofMillis(250);

  private final Engine engine;
  private final Database database;

  DueJobs(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  Duration run() {
    if (promote() == BATCH) {
      return Duration.ZERO;
    }
    Optional<Duration> next = database.withHandle(LifeTable::nextDue);
    return next.filter(rest -> rest.compareTo(LONGEST_REST) < 0).orElse(LONGEST_REST);
  }

  /** Answers how many jobs became READY, at most a batch. */
  int promote() {
    List<Short> queueIds = database.inTransaction(handle -> LifeTable.promoteDue(handle, BATCH));
    engine.wakeUps().jobsReady(queueIds);
    return queueIds.size();
  }
}
