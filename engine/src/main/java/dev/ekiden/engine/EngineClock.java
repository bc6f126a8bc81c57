package dev.ekiden.engine;

import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.postgres.Database;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of delays, back-off, schedules and deadlines: the database's clock plus one offset that
 * is stored there, so that every process of one database sees the same time. Leases and timeouts
 * never use it. Thread-safe; each call asks the database.
 */
public final class EngineClock implements InstantSource {
  private final Database database;
  private final Runnable changed;

  EngineClock(Database database, Runnable changed) {
    this.database = database;
    this.changed = changed;
  }

  /** The time now. */
  public Instant now() {
    return database.withHandle(ClockTable::now);
  }

  /**
   * The time now, asked in a transaction that the caller has open: code that holds a connection
   * must not wait for a second one of the same pool.
   */
  public Instant now(Connection connection) {
    return database.joined(connection, ClockTable::now);
  }

  @Override
  public Instant instant() {
    return now();
  }

  /** What is added to the database's clock; zero outside tests. */
  public Duration offset() {
    return database.withHandle(ClockTable::offset);
  }

  /** Makes it this instant now; time goes on from there. */
  public void set(Instant now) {
    database.useTransaction(handle -> ClockTable.setNow(handle, now));
    changed.run();
  }

  /** Jumps ahead, or back when negative. */
  public void advance(Duration step) {
    database.useTransaction(handle -> ClockTable.advance(handle, step));
    changed.run();
  }

  /** Goes back to the database's own time. */
  public void reset() {
    database.useTransaction(handle -> ClockTable.setOffset(handle, Duration.ZERO));
    changed.run();
  }
}
