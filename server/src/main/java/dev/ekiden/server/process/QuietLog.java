package dev.ekiden.server.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** Keeps the log from writing between a progress bar and a table. */
public final class QuietLog {
  private QuietLog() {}

  /** From now on only warnings and errors are written. */
  public static void warningsOnly() {
    // A program may bring another logging back end; then its own settings hold.
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("dev.ekiden").setLevel(Level.WARN);
    }
  }
}
