package dev.ekiden.calendar.availability;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A value that the model refuses; carries every problem found, so that an import or an HTTP answer
 * can show all of them at once.
 */
public final class InvalidValueException extends IllegalArgumentException {

  private final transient List<Problem> problems;

  public InvalidValueException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  public InvalidValueException(String field, String value, String reason) {
    this(List.of(new Problem(field, value, reason)));
  }

  /** What is wrong, in the order of the fields; never empty. */
  public List<Problem> problems() {
    return problems;
  }
}
