package dev.ekiden.calendar.availability;

import java.util.ArrayList;
import java.util.List;

/** Collects all problems of one value, then refuses it once. Confined to one constructor call. */
final class Checks {

  /** The longest external code, in characters. */
  static final int MAXIMUM_CODE_LENGTH = 64;

  /** The longest name or reason, in characters. */
  static final int MAXIMUM_NAME_LENGTH = 200;

  private final List<Problem> problems = new ArrayList<>();

  Checks that(boolean holds, String field, Object value, String reason) {
    if (!holds) {
      problems.add(new Problem(field, String.valueOf(value), reason));
    }
    return this;
  }

  Checks range(String field, long value, long minimum, long maximum) {
    boolean holds = minimum <= value && value <= maximum;
    return that(holds, field, value, "must be between " + minimum + " and " + maximum);
  }

  Checks notNegative(String field, long value) {
    return that(value >= 0, field, value, "must not be negative");
  }

  /** A code is 1 to {@value #MAXIMUM_CODE_LENGTH} characters without white space. */
  Checks code(String field, String value) {
    boolean holds =
        !value.isEmpty()
            && value.length() <= MAXIMUM_CODE_LENGTH
            && value.codePoints().noneMatch(Checks::isSpaceOrControl);
    String allowed = "must be 1 to " + MAXIMUM_CODE_LENGTH + " characters without white space";
    return that(holds, field, value, allowed);
  }

  /** A name is 1 to {@value #MAXIMUM_NAME_LENGTH} characters, not blank, on one line. */
  Checks name(String field, String value) {
    return that(!value.isBlank(), field, value, "must not be blank").line(field, value);
  }

  /** A line is at most {@value #MAXIMUM_NAME_LENGTH} characters and holds no control character. */
  Checks line(String field, String value) {
    boolean holds =
        value.length() <= MAXIMUM_NAME_LENGTH
            && value.codePoints().noneMatch(Character::isISOControl);
    String allowed =
        "must be at most " + MAXIMUM_NAME_LENGTH + " characters without control characters";
    return that(holds, field, value, allowed);
  }

  void done() {
    if (!problems.isEmpty()) {
      throw new InvalidValueException(problems);
    }
  }

  private static boolean isSpaceOrControl(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || Character.isISOControl(character);
  }
}
