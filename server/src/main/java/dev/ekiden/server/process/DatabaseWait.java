package dev.ekiden.server.process;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.config.Durations;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;

/** Waits for a PostgreSQL that is still starting, as after a reboot of everything. */
final class DatabaseWait {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
  private static final Duration BETWEEN_MESSAGES = Duration.ofSeconds(10);
  private static final String CONNECT_SECONDS = "3";

  private DatabaseWait() {}

  /**
   * Returns when the database answers.
   *
   * @throws CommandException when it does not within the limit, or at once when waiting will not
   *     help, as with a wrong password
   */
  static void await(DatabaseAddress address, Duration limit, Consumer<String> messages)
      throws InterruptedException {
    long start = System.nanoTime();
    long messageAt = start;
    while (true) {
      SQLException failure;
      try {
        connect(address).close();
        return;
      } catch (SQLException e) {
        failure = e;
      }
      if (!Database.isTransient(failure)) {
        throw CommandException.failed(
            "PostgreSQL at %s refuses: %s".formatted(address, failure.getMessage()));
      }
      long now = System.nanoTime();
      if (now - start >= limit.toNanos()) {
        throw CommandException.failed(
            "PostgreSQL at %s did not answer within %s (%s); --database-wait sets another limit"
                .formatted(address, Durations.format(limit), failure.getMessage()));
      }
      if (now - messageAt >= 0) {
        messages.accept(
            "Waiting for PostgreSQL at %s, up to %s…".formatted(address, Durations.format(limit)));
        messageAt = now + BETWEEN_MESSAGES.toNanos();
      }
      Thread.sleep(BETWEEN_TRIES);
    }
  }

  private static Connection connect(DatabaseAddress address) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password());
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_SECONDS);
    return DriverManager.getConnection(address.url(), properties);
  }
}
