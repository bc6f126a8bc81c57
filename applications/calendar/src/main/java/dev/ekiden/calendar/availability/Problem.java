package dev.ekiden.calendar.availability;

/**
 * One thing wrong with an input: the field, the value given, and a sentence that says what is
 * allowed. Immutable.
 */
public record Problem(String field, String value, String reason) {

  /** Values are quoted in messages up to this many characters; the rest becomes an ellipsis. */
  static final int QUOTED_VALUE_LENGTH = 80;

  public Problem {
    if (value.length() > QUOTED_VALUE_LENGTH) {
      value = value.substring(0, QUOTED_VALUE_LENGTH) + "…";
    }
  }

  /** The same problem one level further out: field {@code rules} becomes {@code prices.rules}. */
  public Problem within(String parent) {
    return new Problem(parent + "." + field, value, reason);
  }

  @Override
  public String toString() {
    return field + " '" + value + "': " + reason;
  }
}
