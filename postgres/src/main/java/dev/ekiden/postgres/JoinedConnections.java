package dev.ekiden.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Hands Jdbi a connection that belongs to somebody else, and never closes it. */
final class JoinedConnections implements ConnectionFactory {

  /** Set only while a handle is being opened: the interface has no room for an argument. */
  private static final ThreadLocal<@Nullable Connection> next = new ThreadLocal<>();

  Handle open(Jdbi jdbi, Connection connection) {
    next.set(connection);
    try {
      return jdbi.open();
    } finally {
      next.remove();
    }
  }

  @Override
  public Connection openConnection() throws SQLException {
    Connection connection = next.get();
    if (connection == null) {
      throw new SQLException("A joined handle is opened only with its connection");
    }
    return connection;
  }

  @Override
  public void closeConnection(Connection connection) {
    // Its owner closes it.
  }
}
