package dev.ekiden.engine;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.TransactionWork;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** Statements of the engine in a transaction that the test holds open as long as it likes. */
final class HeldOpen {
  private HeldOpen() {}

  /**
   * The engine has PostgreSQL end a transaction that holds a lock and asks nothing for 2 s; a test
   * on a busy machine may need longer for what it does meanwhile.
   */
  static <T extends @Nullable Object> T joined(
      Database database, Connection connection, TransactionWork<T> work) {
    return database.joined(
        connection,
        handle -> {
          T answer = work.run(handle);
          handle.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
          return answer;
        });
  }
}
