package dev.ekiden.engine;

import java.sql.SQLException;

/** Failures of the database in one line, for logs that an operator reads. */
final class Failures {
  /** Classes of SQLSTATE: data exception, program limit exceeded. */
  private static final String DATA = "22";

  private static final String LIMIT = "54";

  private Failures() {}

  /** The first line of the innermost SQL message, else of the exception's own. */
  static String brief(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        message = String.valueOf(sql.getMessage());
      }
    }
    return message.lines().findFirst().orElse(message);
  }

  /** Whether PostgreSQL refused what a value says or how deep it goes, not what was asked. */
  static boolean concernsData(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState().startsWith(DATA) || sql.getSQLState().startsWith(LIMIT);
      }
    }
    return false;
  }
}
