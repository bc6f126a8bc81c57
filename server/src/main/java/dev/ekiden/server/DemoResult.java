package dev.ekiden.server;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a demonstration or benchmark measured. */
public record DemoResult(List<Row> rows) {
  public DemoResult {
    rows = List.copyOf(rows);
  }

  public static DemoResult of(Row... rows) {
    return new DemoResult(List.of(rows));
  }

  /** Whether no goal was missed. */
  public boolean isMet() {
    return rows.stream().noneMatch(row -> Boolean.FALSE.equals(row.met()));
  }

  /**
   * One figure.
   *
   * @param name what was measured
   * @param value how much
   * @param unit of the value; empty for a plain number
   * @param goal what it should be, null when it is only told
   * @param met whether it is, null without a goal
   */
  public record Row(
      String name, double value, String unit, @Nullable String goal, @Nullable Boolean met) {

    /** A figure without a goal. */
    public static Row of(String name, double value, String unit) {
      return new Row(name, value, unit, null, null);
    }

    /** A figure that should not be above a goal. */
    public static Row atMost(String name, double value, String unit, double goal) {
      return new Row(name, value, unit, "<= " + format(goal), value <= goal);
    }

    /** A figure that should not be below a goal. */
    public static Row atLeast(String name, double value, String unit, double goal) {
      return new Row(name, value, unit, ">= " + format(goal), value >= goal);
    }

    /** A figure that should be exactly that, such as 0 errors. */
    public static Row exactly(String name, double value, String unit, double goal) {
      return new Row(name, value, unit, "= " + format(goal), value == goal);
    }

    /** The value for people: thousands separated, three digits where they matter. */
    public String valueText() {
      return format(value);
    }

    private static String format(double number) {
      double size = Math.abs(number);
      if (number == Math.rint(number) || size >= 1_000) {
        return String.format(Locale.ROOT, "%,.0f", number);
      }
      if (size >= 100) {
        return String.format(Locale.ROOT, "%.1f", number);
      }
      return size >= 1
          ? String.format(Locale.ROOT, "%.2f", number)
          : String.format(Locale.ROOT, "%.3f", number);
    }
  }
}
