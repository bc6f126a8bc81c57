package dev.ekiden.engine;

import dev.ekiden.engine.store.AsideTable;
import dev.ekiden.engine.store.AsideTable.Kind;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts READY jobs aside that no live worker of their queue can run, and lets them come back when
 * one can. Not thread-safe, but several may do it.
 */
final class StandAside {
  /** So long a kind of jobs must have had no worker: a restart is no reason to move its jobs. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  static final int BATCH = 5_000;

  private static final Logger LOG = LoggerFactory.getLogger(StandAside.class);

  private final Engine engine;
  private final Database database;
  private final Duration patience;
  private final Map<Kind, Long> unservedSince = new HashMap<>(); // nanoseconds

  StandAside(Engine engine, Database database, Duration patience) {
    this.engine = engine;
    this.database = database;
    this.patience = patience;
  }

  /** Lets jobs come back, then puts others aside. */
  void run() {
    letBack();
    putAside();
  }

  /** Makes all jobs READY again that a live worker can run; answers how many. */
  long letBack() {
    long freed = 0;
    Set<Short> queueIds = new TreeSet<>();
    for (Kind kind : database.withHandle(AsideTable::servedAgain)) {
      int batch;
      do {
        batch = database.inTransaction(handle -> AsideTable.free(handle, kind, BATCH));
        freed += batch;
        queueIds.add(kind.queueId());
        engine.wakeUps().jobsReady(queueIds);
      } while (batch == BATCH);
    }
    return freed;
  }

  /** Puts jobs aside that nobody could run for the whole of the patience; answers how many. */
  long putAside() {
    Set<Kind> unserved = database.withHandle(AsideTable::unserved);
    long now = System.nanoTime();
    unservedSince.keySet().retainAll(unserved);
    unserved.forEach(kind -> unservedSince.putIfAbsent(kind, now));
    long moved = 0;
    for (Map.Entry<Kind, Long> entry : unservedSince.entrySet()) {
      if (now - entry.getValue() >= patience.toNanos()) {
        moved += putAside(entry.getKey());
      }
    }
    return moved;
  }

  private long putAside(Kind kind) {
    long moved = 0;
    int batch;
    do {
      batch = database.inTransaction(handle -> AsideTable.putAside(handle, kind, BATCH));
      moved += batch;
    } while (batch == BATCH);
    if (moved > 0) {
      LOG.debug("{} jobs of definition {} stand aside: nobody can run them", moved, kind);
    }
    return moved;
  }
}
