package dev.ekiden.engine;

import dev.ekiden.engine.store.RetentionTable;
import dev.ekiden.engine.store.RetentionTable.Day;
import dev.ekiden.postgres.Database;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long finished jobs are kept. One process of all makes tables for the days to come and forgets
 * those that are over, every minute, by the engine's time. Got from {@link Engine#retention};
 * thread-safe.
 */
public final class Retention {
  /** So many days have their tables ahead. */
  static final int AHEAD = 3;

  private static final int BATCH = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final Database database;

  Retention(Database database) {
    this.database = database;
  }

  /** The policy that holds. */
  public RetentionPolicy policy() {
    return database.withHandle(RetentionTable::policy);
  }

  /** Sets the policy; what it keeps no longer is forgotten within a minute. */
  public void set(RetentionPolicy policy) {
    database.useTransaction(handle -> RetentionTable.put(handle, policy));
  }

  /**
   * Does at once what is done every minute anyway.
   *
   * @return how many days of finished jobs were forgotten
   */
  public int apply() {
    return apply(handle -> {});
  }

  /**
   * @param check run at the beginning of each transaction; throws when another is to do it
   */
  int apply(Consumer<Handle> check) {
    for (Day day : database.withHandle(handle -> RetentionTable.missing(handle, AHEAD))) {
      boolean added =
          database.inTransaction(handle -> {
            check.accept(handle);
            return RetentionTable.add(handle, day);
          });
      if (added) {
        LOG.debug("Jobs that end on {} have a table", day);
      }
    }
    List<Day> over =
        database.withHandle(handle -> RetentionTable.over(handle, RetentionTable.policy(handle)));
    for (Day day : over) {
      long after = 0;
      while (after < Long.MAX_VALUE) {
        long from = after;
        after =
            database.inTransaction(handle -> {
              check.accept(handle);
              return RetentionTable.forgetAttempts(handle, day, from, BATCH).orElse(Long.MAX_VALUE);
            });
      }
      database.useTransaction(handle -> {
        check.accept(handle);
        RetentionTable.drop(handle, day);
      });
      LOG.info("Jobs that ended on {} are forgotten", day);
    }
    return over.size();
  }
}
