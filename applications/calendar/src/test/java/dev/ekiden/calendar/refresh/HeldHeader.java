package dev.ekiden.calendar.refresh;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Holds the header of a plan's calendar: whoever writes it has read its snapshot, and waits until
 * this is closed.
 */
final class HeldHeader implements AutoCloseable {

  private final Connection connection;

  HeldHeader(DataSource dataSource, long planId) {
    try {
      connection = dataSource.getConnection();
      connection.setAutoCommit(false);
      try (PreparedStatement statement =
          connection.prepareStatement(
              "SELECT 1 FROM calendar.plan_calendar WHERE plan_id = ? FOR UPDATE")) {
        statement.setLong(1, planId);
        statement.execute();
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    try (connection) {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
