package dev.ekiden.calendar.demo;

import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Measures how long a change takes to be seen: from its commit until the cached calendars of all
 * plans it affects are of its truth or a newer one, as a reader finds them who looks every {@value
 * #BETWEEN_LOOKS_MILLIS} ms. Thread-safe.
 */
final class VisibilityProbe implements AutoCloseable {

  private static final int BETWEEN_LOOKS_MILLIS = 5;
  private static final long MAXIMUM_MICROS = Duration.ofMinutes(10).toMillis() * 1_000;

  private static final class Change {
    private final Map<Long, Long> versions;
    private final long committedAt;

    Change(Map<Long, Long> versions, long committedAt) {
      this.versions = new HashMap<>(versions);
      this.committedAt = committedAt;
    }
  }

  private final Database database;
  private final Queue<Change> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger invisible = new AtomicInteger();
  private final Histogram micros = new ConcurrentHistogram(MAXIMUM_MICROS, 3);
  private final Thread reader;
  private volatile boolean closed;

  VisibilityProbe(Database database) {
    this.database = database;
    this.reader = Thread.ofVirtual().name("visibility").start(this::look);
  }

  /** A change was committed just now, after which the plans' truths have these versions. */
  void committed(Map<Long, Long> versions) {
    invisible.incrementAndGet();
    waiting.add(new Change(versions, System.nanoTime()));
  }

  /** Changes that nobody has seen yet. */
  int invisible() {
    return invisible.get();
  }

  /** Microseconds from commit to visible. */
  Histogram micros() {
    return micros;
  }

  @Override
  public void close() {
    closed = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    while (!closed) {
      try {
        lookOnce();
        Thread.sleep(BETWEEN_LOOKS_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void lookOnce() {
    Set<Long> planIds = new HashSet<>();
    waiting.forEach(change -> planIds.addAll(change.versions.keySet()));
    if (planIds.isEmpty()) {
      return;
    }
    Map<Long, Long> cached =
        database.withHandle(handle -> DemoStore.cachedVersions(handle, planIds));
    long now = System.nanoTime();
    for (Iterator<Change> changes = waiting.iterator(); changes.hasNext(); ) {
      Change change = changes.next();
      change
          .versions
          .entrySet()
          .removeIf(plan -> cached.getOrDefault(plan.getKey(), 0L) >= plan.getValue());
      // One that came after the question was asked has an answer that is too old, not too new.
      if (change.versions.isEmpty()) {
        changes.remove();
        invisible.decrementAndGet();
        micros.recordValue(Math.clamp((now - change.committedAt) / 1_000, 0, MAXIMUM_MICROS));
      }
    }
  }
}
