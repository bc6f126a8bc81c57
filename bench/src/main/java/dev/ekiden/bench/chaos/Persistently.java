package dev.ekiden.bench.chaos;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseUnavailableException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Does what may be done twice until the database is there. */
final class Persistently {
  private static final long REST_NANOS = Duration.ofMillis(50).toNanos();

  private Persistently() {}

  static <T> T get(Supplier<T> work) {
    while (true) {
      try {
        return work.get();
      } catch (RuntimeException e) {
        if (!(e instanceof DatabaseUnavailableException) && !Database.isTransient(e)) {
          throw e;
        }
        LockSupport.parkNanos(REST_NANOS);
      }
    }
  }

  static void run(Runnable work) {
    get(() -> {
      work.run();
      return true;
    });
  }
}
