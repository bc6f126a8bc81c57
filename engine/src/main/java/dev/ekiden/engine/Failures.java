package dev.ekiden.engine;

import java.sql.SQLException;

/** Failures of the database in one line, for logs that an operator reads. */
final class Failures {
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
}
