package dev.ekiden.bench.contender;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ekiden.postgres.DatabaseAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** The Java contenders by name, and what they have in common. */
final class Contenders {
  private static final long LOOK_MILLIS = 5;

  private Contenders() {}

  static Contender open(String name, List<String> arguments, DatabaseAddress database)
      throws Exception {
    return switch (name) {
      case "ekiden" -> new EkidenContender(database, arguments.getFirst());
      case "db-scheduler" -> new DbSchedulerContender(database);
      case "jobrunr" -> new JobRunrContender(database);
      case "dbos" -> new DbosContender(database);
      default -> throw new IllegalArgumentException("no such contender: " + name);
    };
  }

  static HikariDataSource pool(DatabaseAddress database, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.url());
    config.setUsername(database.user());
    config.setPassword(database.password());
    config.setMaximumPoolSize(connections);
    config.addDataSourceProperty("reWriteBatchedInserts", true);
    return new HikariDataSource(config);
  }

  /** Waits until a query that answers a boolean says true. */
  static void await(DataSource dataSource, String condition)
      throws SQLException, InterruptedException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      while (true) {
        try (ResultSet row = statement.executeQuery(condition)) {
          row.next();
          if (row.getBoolean(1)) {
            return;
          }
        }
        Thread.sleep(LOOK_MILLIS);
      }
    }
  }

  static double secondsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
