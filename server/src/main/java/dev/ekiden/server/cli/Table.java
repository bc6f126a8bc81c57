package dev.ekiden.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Rows under headers, aligned for a terminal. Not thread-safe. */
public final class Table {
  /** Widest cell; longer ones are cut. */
  public static final int MAX_CELL_WIDTH = 80;

  private static final String GAP = "  ";

  /**
   * A column.
   *
   * @param right whether its cells stand at its right edge, as numbers should
   */
  public record Column(String header, boolean right) {
    public static Column left(String header) {
      return new Column(header, false);
    }

    public static Column right(String header) {
      return new Column(header, true);
    }
  }

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  public Table(Column... columns) {
    this(List.of(columns));
  }

  /** Adds a row with a cell per column. */
  public Table row(List<String> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(
          "a row needs %d cells, not %d".formatted(columns.size(), cells.size()));
    }
    rows.add(
        cells.stream()
            .map(cell -> DisplayWidth.truncate(printable(cell), MAX_CELL_WIDTH))
            .toList());
    return this;
  }

  /** Adds a row with a cell per column. */
  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /** The table as lines, header first. */
  public List<String> lines() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              DisplayWidth.of(columns.get(i).header()),
              rows.stream().mapToInt(row -> DisplayWidth.of(row.get(column))).max().orElse(0));
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(columns.stream().map(Column::header).toList(), widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  /**
   * The text without characters that would steer the terminal: what a job wrote must not move the
   * cursor of the one who reads it.
   */
  public static String printable(String text) {
    IntPredicate steers =
        c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
    if (text.codePoints().noneMatch(steers)) {
      return text;
    }
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .forEach(c ->
            clean.appendCodePoint(c == '\n' || c == '\t' ? ' ' : steers.test(c) ? '\uFFFD' : c));
    return clean.toString();
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(i == 0 ? "" : GAP)
          .append(DisplayWidth.pad(cells.get(i), widths[i], columns.get(i).right()));
    }
    return line.toString().stripTrailing();
  }
}
