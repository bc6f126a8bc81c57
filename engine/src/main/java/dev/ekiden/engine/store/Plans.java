package dev.ekiden.engine.store;

import org.jdbi.v3.core.Handle;

/**
 * How PostgreSQL is to plan the engine's statements. The tables of live jobs are analysed when they
 * are nearly empty and full a second later, and what was deleted stays in them until they are
 * vacuumed. So the planner takes them for tiny and reads them from end to end; it must not.
 */
final class Plans {
  static final String USE_INDEXES =
      """
      set_config('enable_seqscan', 'off', true), \
      set_config('idle_in_transaction_session_timeout', '10s', true)\
      """;

  private Plans() {}

  /**
   * Keeps the planner to the indexes until the transaction ends; and lets PostgreSQL end it when
   * its process is stopped in the middle, for others wait for its locks.
   */
  static void useIndexes(Handle handle) {
    handle.createQuery("SELECT " + USE_INDEXES).mapTo(String.class).one();
  }
}
