package dev.ekiden.engine.store;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * When something may be done again that walks over dead rows. Where a transaction is held open for
 * long, what died since cannot be vacuumed away, and the walk gets longer and longer; so it rests a
 * multiple of the time that it took. Not thread-safe.
 */
public final class Pace {
  private final long freeNanos;
  private final int restFactor;
  private final LongSupplier nanoTime;
  private long nextNanos;

  /**
   * @param free what takes no longer needs no rest
   * @param restFactor it rests so many times as long as it took
   * @param nanoTime {@link System#nanoTime}, or a clock of tests
   */
  public Pace(Duration free, int restFactor, LongSupplier nanoTime) {
    this.freeNanos = free.toNanos();
    this.restFactor = restFactor;
    this.nanoTime = nanoTime;
    this.nextNanos = nanoTime.getAsLong();
  }

  public Pace(Duration free, int restFactor) {
    this(free, restFactor, System::nanoTime);
  }

  /** Whether it has rested. */
  public boolean isDue() {
    return untilDue() <= 0;
  }

  /** Nanoseconds of rest that are left; not positive when there are none. */
  public long untilDue() {
    return nextNanos - nanoTime.getAsLong();
  }

  /** Does it, and sees how long it takes, also when it fails. */
  public <T> T time(Supplier<T> work) {
    long begin = nanoTime.getAsLong();
    try {
      return work.get();
    } finally {
      long end = nanoTime.getAsLong();
      long took = end - begin;
      nextNanos = took > freeNanos ? end + restFactor * took : end;
    }
  }

  /** Does it, and sees how long it takes, also when it fails. */
  public void run(Runnable work) {
    time(() -> {
      work.run();
      return true;
    });
  }
}
