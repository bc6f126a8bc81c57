package dev.ekiden.bench.chaos;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A PostgreSQL of its own that can be away. */
final class Server implements AutoCloseable {
  private final EmbeddedPostgresOptions options;
  private final DatabaseAddress address;
  private volatile EmbeddedPostgres postgres;

  Server(Path directory) {
    EmbeddedPostgresOptions first = EmbeddedPostgresOptions.in(directory);
    postgres = EmbeddedPostgres.start(first);
    address = postgres.address();
    options = first.withPort(URI.create(address.url().substring("jdbc:".length())).getPort());
  }

  DatabaseAddress address() {
    return address;
  }

  void restart() {
    postgres.restart();
    awaitAnswer();
  }

  /** Stops it, and starts it on the same port after a while. */
  void away(Duration time) {
    postgres.close();
    LockSupport.parkNanos(time.toNanos());
    postgres = EmbeddedPostgres.start(options);
    awaitAnswer();
  }

  /** SIGKILL of its first process; it is started again by itself. */
  void kill() {
    kill(postgres.pid());
    awaitAnswer();
  }

  /** SIGKILL of any of its processes. */
  void kill(long pid) {
    try {
      new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until it answers twice: one that was killed may answer a last time. */
  void awaitAnswer() {
    int answers = 0;
    while (answers < 2) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      try (Connection connection =
          DriverManager.getConnection(address.url(), address.user(), address.password())) {
        answers = connection.isValid(1) ? answers + 1 : 0;
      } catch (SQLException e) {
        answers = 0;
      }
    }
  }

  @Override
  public void close() {
    postgres.close();
  }
}
