package dev.ekiden.server;

import dev.ekiden.engine.Engine;
import dev.ekiden.postgres.Database;
import java.time.InstantSource;

/** What a running process offers to its applications. Safe to use from several threads. */
public interface Services {
  /** The database, with the process's own pool. */
  Database database();

  /**
   * The engine.
   *
   * @throws IllegalStateException before it is built, that is while definitions are collected
   */
  Engine engine();

  /** The database's clock with the engine's offset; settable in tests. */
  InstantSource clock();

  /** Where to count and measure; shown at {@code /metrics}. */
  MetricsRegistry metrics();
}
