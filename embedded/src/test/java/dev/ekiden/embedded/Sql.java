package dev.ekiden.embedded;

import dev.ekiden.postgres.DatabaseAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One statement on one connection. */
final class Sql {

  private Sql() {}

  static void execute(DatabaseAddress address, String statement) throws SQLException {
    try (Connection connection = connect(address);
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  static String query(DatabaseAddress address, String query) throws SQLException {
    try (Connection connection = connect(address);
        Statement sql = connection.createStatement();
        ResultSet result = sql.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  static Connection connect(DatabaseAddress address) throws SQLException {
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }
}
