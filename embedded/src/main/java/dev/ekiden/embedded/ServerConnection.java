package dev.ekiden.embedded;

import dev.ekiden.postgres.DatabaseAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Talks to a server as its owner: waits until it answers, and makes sure that it is ours. */
record ServerConnection(ServerFiles files, DatabaseAddress address) {

  static final String DATABASE = "ekiden";

  private static final String MAINTENANCE_DATABASE = "postgres";
  private static final String CANNOT_CONNECT_NOW = "57P03";
  private static final String AUTHENTICATION_CLASS = "28";
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);
  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);

  static ServerConnection to(ServerFiles files, String password, int port) {
    return new ServerConnection(
        files, new DatabaseAddress(url(port, DATABASE), DataDirectory.ROLE, password));
  }

  private static String url(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /**
   * Waits until the server answers, and checks that it is the one of our data directory, that it is
   * durable, and that our database exists in it.
   *
   * @param timeout for being reachable; a server that says it is recovering may take longer
   */
  void awaitReady(Postmaster postmaster, Duration timeout, long logPosition) {
    long giveUp = System.nanoTime() + timeout.toNanos();
    long report = System.nanoTime() + BETWEEN_REPORTS.toNanos();
    while (true) {
      try (Connection connection = connect(postmaster.port())) {
        verify(connection);
        createDatabase(connection);
        return;
      } catch (SQLException e) {
        boolean recovering = CANNOT_CONNECT_NOW.equals(e.getSQLState());
        if (recovering) {
          giveUp = System.nanoTime() + timeout.toNanos();
        }
        if (recovering && System.nanoTime() - report > 0) {
          log.info("PostgreSQL in {} is recovering", files.directory());
          report = System.nanoTime() + BETWEEN_REPORTS.toNanos();
        }
        boolean refused = String.valueOf(e.getSQLState()).startsWith(AUTHENTICATION_CLASS);
        if (refused || System.nanoTime() - giveUp > 0) {
          throw failed("does not let us in: " + e.getMessage(), logPosition, e);
        }
        if (postmaster.awaitExit(BETWEEN_TRIES)) {
          throw failed("ended while it was starting", logPosition, e);
        }
      }
    }
  }

  private EmbeddedPostgresException failed(String what, long logPosition, SQLException cause) {
    return new EmbeddedPostgresException(
        "PostgreSQL in "
            + files.directory()
            + " "
            + what
            + ". The end of "
            + files.log()
            + ":\n"
            + files.logSince(logPosition),
        cause);
  }

  private Connection connect(int port) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password());
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "10");
    properties.setProperty("ApplicationName", "ekiden-embedded");
    return DriverManager.getConnection(url(port, MAINTENANCE_DATABASE), properties);
  }

  private void verify(Connection connection) throws SQLException {
    String data = show(connection, "data_directory");
    if (!files.data().toString().equals(data)) {
      throw new EmbeddedPostgresException(
          "The server at " + address.url() + " is not ours: it serves " + data);
    }
    for (String setting : new TreeSet<>(EmbeddedPostgresOptions.DURABILITY)) {
      if (!show(connection, setting).equals("on")) {
        throw new EmbeddedPostgresException(
            "PostgreSQL in "
                + files.directory()
                + " runs with "
                + setting
                + " off: a crash would lose what was committed");
      }
    }
  }

  private static String show(Connection connection, String setting) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT current_setting(?)")) {
      statement.setString(1, setting);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    }
  }

  private static void createDatabase(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean exists;
      try (ResultSet result =
          statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
        exists = result.next();
      }
      if (!exists) {
        statement.execute("CREATE DATABASE " + DATABASE);
      }
    }
  }
}
