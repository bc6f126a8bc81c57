package dev.ekiden.engine.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;

/**
 * How PostgreSQL is to plan the engine's statements. The tables of live jobs are analysed when they
 * are nearly empty and full a second later, and what was deleted stays in them until they are
 * vacuumed. So the planner takes them for tiny, and errs in two ways:
 *
 * <ul>
 *   <li>It reads them from end to end. {@link #USE_INDEXES} keeps it from that.
 *   <li>It joins them by comparing each row with each: a second for a thousand with a thousand.
 *       Statements of many jobs therefore join nothing that way. They look rows up by arrays of
 *       ids; where two sets must be brought together they use a FULL join, which is never planned
 *       like that, and a WHERE that keeps what matched, written as a CASE so that the planner does
 *       not see that an inner join would do.
 * </ul>
 */
final class Plans {
  /**
   * Lets PostgreSQL end the transaction when its process is stopped in the middle of it, for others
   * wait for its locks; also those who give its jobs to others within 10 s. Short, because a
   * process has several such transactions, and the next may get the lock that the one before had.
   */
  static final String BOUND_IDLENESS =
      "set_config('idle_in_transaction_session_timeout', '2s', true)";

  static final String USE_INDEXES = "set_config('enable_seqscan', 'off', true), " + BOUND_IDLENESS;

  /**
   * As {@link #useIndexes}. Begins a text of two statements, which go in one round trip; what the
   * {@link #second} brought is the answer.
   */
  static final String USE_INDEXES_FIRST = "SELECT " + USE_INDEXES + ";\n";

  /** Reads the rows of a statement. */
  interface Reader<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private Plans() {}

  /** What the second of two statements that were sent together brought. */
  static <T> T second(PreparedStatement statement, Reader<T> reader) throws SQLException {
    statement.getMoreResults();
    try (ResultSet rows = statement.getResultSet()) {
      return reader.read(rows);
    }
  }

  /** Keeps the planner to the indexes until the transaction ends, and bounds its idleness. */
  static void useIndexes(Handle handle) {
    handle.createQuery("SELECT " + USE_INDEXES).mapTo(String.class).one();
  }
}
