package dev.ekiden.calendar.files;

/**
 * Something wrong in a file.
 *
 * @param line where the row starts, counted from 1; 0 if the whole file is meant
 * @param column empty if the whole row is meant
 * @param value as it stands in the file, shortened if it is long
 * @param reason says what is allowed
 */
public record ImportProblem(String file, long line, String column, String value, String reason) {

  /** Values are quoted up to this many characters; the rest becomes an ellipsis. */
  public static final int QUOTED_VALUE_LENGTH = 80;

  public ImportProblem {
    if (value.length() > QUOTED_VALUE_LENGTH) {
      value = value.substring(0, QUOTED_VALUE_LENGTH) + "…";
    }
  }

  /** {@code plans.csv:17 unit_minutes '20': must be 15, 30 or 60}. */
  @Override
  public String toString() {
    String place = line == 0 ? file : file + ":" + line;
    String cell = column.isEmpty() ? "" : " " + column + " '" + value + "'";
    return place + cell + ": " + reason;
  }
}
