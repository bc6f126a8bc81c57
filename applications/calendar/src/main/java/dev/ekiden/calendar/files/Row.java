package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One row of a file. Reading a cell that is wrong notes the problem and goes on with the default,
 * so that all problems of a row are found at once; {@link #check} then refuses the row. Confined to
 * one thread.
 */
final class Row {

  private final long line;
  private final Map<String, Integer> header;
  private final List<String> fields;
  private final List<Problem> problems = new ArrayList<>();

  Row(long line, Map<String, Integer> header, List<String> fields) {
    this.line = line;
    this.header = header;
    this.fields = fields;
  }

  long line() {
    return line;
  }

  /** Whether the file has the column. */
  boolean has(String column) {
    return header.containsKey(column);
  }

  /** The cell without white space around it; empty if the file does not have the column. */
  String text(String column) {
    Integer index = header.get(column);
    return index == null ? "" : fields.get(index).strip();
  }

  /** A cell that must not be empty. */
  String required(String column) {
    String text = text(column);
    if (text.isEmpty()) {
      problem(column, "must not be empty");
    }
    return text;
  }

  /** The cell; the default if it is empty; what is stored if the file does not have the column. */
  <T> T value(String column, T byDefault, @Nullable T stored, Function<String, T> parser) {
    if (!has(column)) {
      return stored == null ? byDefault : stored;
    }
    String text = text(column);
    if (text.isEmpty()) {
      return byDefault;
    }
    try {
      return parser.apply(text);
    } catch (InvalidValueException refused) {
      for (Problem problem : refused.problems()) {
        problem(column, problem.reason());
      }
    } catch (NumberFormatException refused) {
      problem(column, "must be a number");
    }
    return byDefault;
  }

  int integer(String column, int byDefault, @Nullable Integer stored) {
    return value(column, byDefault, stored, Row::parseInteger);
  }

  long amount(String column, long byDefault, @Nullable Long stored) {
    return value(column, byDefault, stored, Row::parseAmount);
  }

  BigDecimal decimal(String column, BigDecimal byDefault, @Nullable BigDecimal stored) {
    return value(column, byDefault, stored, BigDecimal::new);
  }

  /** {@code true} or {@code false}, also {@code 1}, {@code 0}, {@code yes}, {@code no}. */
  boolean flag(String column, boolean byDefault, @Nullable Boolean stored) {
    return value(
        column,
        byDefault,
        stored,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true", "1", "yes" -> true;
              case "false", "0", "no" -> false;
              default -> throw new InvalidValueException(column, text, "must be true or false");
            });
  }

  void problem(String column, String reason) {
    problems.add(new Problem(column, text(column), reason));
  }

  /**
   * Refuses the row if a problem was noted.
   *
   * @throws InvalidValueException with all of them
   */
  void check() {
    if (!problems.isEmpty()) {
      throw new InvalidValueException(problems);
    }
  }

  /**
   * What the reading makes of the row, or null if there is a problem: then the row is refused, for
   * what was noted and for what the model says at once.
   */
  <T> @Nullable T accept(String mainColumn, BatchResult result, Supplier<T> reading) {
    problems.clear();
    Set<Problem> found = new LinkedHashSet<>();
    T value = null;
    try {
      value = reading.get();
      found.addAll(problems);
    } catch (InvalidValueException refused) {
      found.addAll(problems);
      refused.problems().stream().filter(this::isNews).forEach(found::add);
    }
    if (found.isEmpty()) {
      return value;
    }
    result.refuse(this, mainColumn, found);
    return null;
  }

  /** A cell that could not be read had the default since; what the model says of that is moot. */
  private boolean isNews(Problem problem) {
    String column = BatchResult.columnOf(problem.field());
    return problems.stream().noneMatch(noted -> noted.field().equals(column));
  }

  static int parseInteger(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException("", text, "must be a whole number");
    }
  }

  static long parseAmount(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(
          "", text, "must be a whole number of minor units, without separators");
    }
  }
}
