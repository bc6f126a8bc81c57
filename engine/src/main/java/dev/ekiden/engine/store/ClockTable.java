package dev.ekiden.engine.store;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The engine's clock: the database's, plus one stored offset. */
public final class ClockTable {
  private static final String NOW = "SELECT ekiden.engine_now()";

  private static final String OFFSET =
      "SELECT CAST(EXTRACT(EPOCH FROM \"offset\") * 1000000 AS bigint) FROM ekiden.clock";

  private static final String SET_OFFSET =
      "UPDATE ekiden.clock SET \"offset\" = :micros * interval '1 microsecond'";

  private static final String ADVANCE =
      "UPDATE ekiden.clock SET \"offset\" = \"offset\" + :micros * interval '1 microsecond'";

  private static final String SET_NOW =
      "UPDATE ekiden.clock SET \"offset\" = CAST(:now AS timestamptz) - clock_timestamp()";

  private ClockTable() {}

  public static Instant now(Handle handle) {
    return handle.createQuery(NOW).mapTo(Instant.class).one();
  }

  public static Duration offset(Handle handle) {
    return Duration.of(handle.createQuery(OFFSET).mapTo(Long.class).one(), ChronoUnit.MICROS);
  }

  public static void setOffset(Handle handle, Duration offset) {
    change(handle, handle.createUpdate(SET_OFFSET).bind("micros", offset.toNanos() / 1_000));
  }

  public static void advance(Handle handle, Duration step) {
    change(handle, handle.createUpdate(ADVANCE).bind("micros", step.toNanos() / 1_000));
  }

  public static void setNow(Handle handle, Instant now) {
    change(handle, handle.createUpdate(SET_NOW).bind("now", now));
  }

  private static void change(Handle handle, Update update) {
    IdTable.noteAlways(handle);
    update.execute();
    IdTable.noteAlways(handle);
  }
}
