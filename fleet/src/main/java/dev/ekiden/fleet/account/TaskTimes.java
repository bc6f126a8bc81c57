package dev.ekiden.fleet.account;

import dev.ekiden.fleet.control.Fleet;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.TaskEnding;
import dev.ekiden.fleet.control.store.FleetTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Reads when tasks of fleets were there, and what the fleets are. */
final class TaskTimes {
  // The times of tasks are the database's, those of attempts the engine's.
  private static final String COLUMNS =
      """
      SELECT id, fleet, class, asked_at + "offset" AS asked_at,
             launched_at + "offset" AS launched_at, started_at + "offset" AS started_at,
             ready_at + "offset" AS ready_at, reclaimed_at + "offset" AS reclaimed_at,
             ended_at + "offset" AS ended_at, ending
      FROM ekiden.fleet_task, ekiden.clock
      """;

  private static final String BETWEEN =
      COLUMNS
          + """
          WHERE asked_at + "offset" < :to
            AND (ended_at IS NULL OR ended_at + "offset" > :from)
          ORDER BY number
          """;

  private static final String NAMED = COLUMNS + "WHERE id = ANY (CAST(:ids AS text[]))";

  private static final RowMapper<TaskTime> TASK =
      (row, context) ->
          new TaskTime(
              row.getString("id"),
              row.getString("fleet"),
              row.getString("class"),
              row.getTimestamp("asked_at").toInstant(),
              instant(row, "launched_at"),
              instant(row, "started_at"),
              instant(row, "ready_at"),
              instant(row, "reclaimed_at"),
              instant(row, "ended_at"),
              ending(row.getString("ending")));

  private TaskTimes() {}

  /** Those that were there at some time between two. */
  static List<TaskTime> between(Handle handle, Instant from, Instant to) {
    return handle.createQuery(BETWEEN).bind("from", from).bind("to", to).map(TASK).list();
  }

  /** Those among some names. */
  static List<TaskTime> named(Handle handle, Collection<String> ids) {
    return handle
        .createQuery(NAMED)
        .bindArray("ids", String.class, List.copyOf(ids))
        .map(TASK)
        .list();
  }

  /** What fleets are now, by name. */
  static Map<String, FleetSpec> fleets(Handle handle) {
    Map<String, FleetSpec> fleets = new HashMap<>();
    for (Fleet fleet : FleetTable.all(handle)) {
      fleets.put(fleet.name(), fleet.spec());
    }
    return fleets;
  }

  private static @Nullable TaskEnding ending(@Nullable String name) {
    return name == null ? null : TaskEnding.valueOf(name);
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    var time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
