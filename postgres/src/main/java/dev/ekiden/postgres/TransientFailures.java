package dev.ekiden.postgres;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells by SQLSTATE which failures pass by themselves. */
final class TransientFailures {

  private static final String CONNECTION_EXCEPTION_CLASS = "08";

  private static final Set<String> STATES =
      Set.of(
          "40001", // serialization_failure
          "40P01", // deadlock_detected
          "53300", // too_many_connections
          "57P01", // admin_shutdown
          "57P02", // crash_shutdown
          "57P03", // cannot_connect_now
          "57P05"); // idle_session_timeout

  private TransientFailures() {}

  static boolean isTransient(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable cause = failure; cause != null && seen.add(cause); cause = cause.getCause()) {
      if (cause instanceof SQLException sqlException && isTransient(sqlException)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTransient(SQLException failure) {
    return failure instanceof SQLTransientException
        || failure instanceof SQLRecoverableException
        || isTransientState(failure.getSQLState());
  }

  private static boolean isTransientState(@Nullable String state) {
    return state != null
        && (state.startsWith(CONNECTION_EXCEPTION_CLASS) || STATES.contains(state));
  }
}
