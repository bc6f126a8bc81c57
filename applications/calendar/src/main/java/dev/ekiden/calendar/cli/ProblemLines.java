package dev.ekiden.calendar.cli;

import dev.ekiden.server.cli.Field;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/** Problems of imports, one a line and never cut: {@code plans.csv:17 unit_minutes '20': why}. */
final class ProblemLines {

  private ProblemLines() {}

  /** A problem of a CSV file. */
  static String ofTable(JsonNode problem) {
    return line(Field.text(problem.path("file")), problem, "column");
  }

  /** A problem of an iCalendar file. */
  static String ofCalendar(Path file, JsonNode problem) {
    return line(file.toString(), problem, "property");
  }

  private static String line(String file, JsonNode problem, String column) {
    String line = Field.text(problem.path("line"));
    String name = Field.text(problem.path(column));
    String value = Field.text(problem.path("value"));
    return file
        + (line.isEmpty() ? "" : ":" + line)
        + (name.isEmpty() ? "" : " " + name)
        + (value.isEmpty() ? "" : " '" + value + "'")
        + ": "
        + Field.text(problem.path("reason"));
  }
}
