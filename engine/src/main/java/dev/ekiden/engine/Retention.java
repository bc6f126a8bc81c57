package dev.ekiden.engine;

import dev.ekiden.engine.store.RetentionRules.Forget;
import dev.ekiden.engine.store.RetentionTable;
import dev.ekiden.engine.store.RetentionTable.Day;
import dev.ekiden.postgres.Database;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
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

  private final Engine engine;
  private final Database database;

  Retention(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /** The policy that holds for definitions that have none of their own. */
  public RetentionPolicy policy() {
    return database.withHandle(RetentionTable::policy);
  }

  /**
   * Sets the policy of definitions that have none of their own; what it keeps no longer is
   * forgotten within a minute.
   */
  public void set(RetentionPolicy policy) {
    database.useTransaction(handle -> RetentionTable.put(handle, policy));
  }

  /** Policies of definitions that have one of their own, by the names of the definitions. */
  public SortedMap<String, RetentionPolicy> ofDefinitions() {
    return database.withHandle(RetentionTable::ownPolicies);
  }

  /**
   * Sets a policy for the jobs of one definition. What it keeps for less time than others of that
   * day, or they less than it, is deleted row by row, which costs more than to drop a table.
   *
   * @throws NotFoundException when there is no such definition
   */
  public void set(String definition, RetentionPolicy policy) {
    database.useTransaction(handle ->
        RetentionTable.putOwn(handle, engine.catalog().get(handle, definition).id(), policy));
  }

  /**
   * Lets the common policy hold for a definition again; does nothing if it does.
   *
   * @throws NotFoundException when there is no such definition
   */
  public void remove(String definition) {
    database.useTransaction(
        handle -> RetentionTable.removeOwn(handle, engine.catalog().get(handle, definition).id()));
  }

  /**
   * Does at once what is done every minute anyway.
   *
   * @return how many days of finished jobs were forgotten altogether
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
    int forgotten = 0;
    for (Map.Entry<Day, Forget> entry : database.withHandle(RetentionTable::toForget).entrySet()) {
      Day day = entry.getKey();
      switch (entry.getValue()) {
        case Forget.Nothing nothing -> {}
        case Forget.Everything everything -> {
          drop(day, check);
          forgotten++;
        }
        case Forget.Some some -> sweep(day, some, check);
      }
    }
    return forgotten;
  }

  private void drop(Day day, Consumer<Handle> check) {
    inBatches(check, (handle, after) -> RetentionTable.forgetAttempts(handle, day, after, BATCH));
    database.useTransaction(handle -> {
      check.accept(handle);
      RetentionTable.drop(handle, day);
    });
    LOG.info("Jobs that ended on {} are forgotten", day);
  }

  private void sweep(Day day, Forget.Some some, Consumer<Handle> check) {
    inBatches(check, (handle, after) -> RetentionTable.sweep(handle, day, some, after, BATCH));
    database.useTransaction(handle -> {
      check.accept(handle);
      RetentionTable.noteSwept(handle, day, some);
    });
    LOG.debug("Jobs that ended on {} are forgotten as far as their definitions say", day);
  }

  /** Does something to the jobs after a given one; answers the last of them, if there were any. */
  private interface Batch {
    OptionalLong apply(Handle handle, long after);
  }

  private void inBatches(Consumer<Handle> check, Batch batch) {
    long after = 0;
    while (after < Long.MAX_VALUE) {
      long from = after;
      after =
          database.inTransaction(handle -> {
            check.accept(handle);
            return batch.apply(handle, from).orElse(Long.MAX_VALUE);
          });
    }
  }
}
