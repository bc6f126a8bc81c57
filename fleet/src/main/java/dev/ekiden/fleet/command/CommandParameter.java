package dev.ekiden.fleet.command;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What may differ from job to job of a definition.
 *
 * @param name 1 to 50 letters, digits and underscores, beginning with a letter
 * @param type what its values are
 * @param description for people; may be empty
 * @param defaultValue the value of jobs that give none; empty: each job must give one
 * @param allowed the values there are; empty: any of the type
 * @param pattern what a text must match as a whole; empty: anything
 * @param mayBeginWithDash whether a text may begin with {@code -}, which a program may take for an
 *     option of its own
 */
public record CommandParameter(
    String name,
    Type type,
    String description,
    Optional<String> defaultValue,
    List<String> allowed,
    Optional<String> pattern,
    boolean mayBeginWithDash) {

  /** Longest text, in characters: Linux takes no longer argument. */
  public static final int MAX_LENGTH = 100_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,49}");

  /** What a value is. */
  public enum Type {
    TEXT,
    INTEGER,
    NUMBER,
    BOOLEAN;

    String written() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public CommandParameter {
    allowed = List.copyOf(allowed);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name of a parameter is 1 to 50 letters, digits and _, and begins with a letter, not '"
              + name
              + "'");
    }
    if (pattern.isPresent()) {
      if (type != Type.TEXT) {
        throw new IllegalArgumentException("only a text has a pattern");
      }
      try {
        Pattern.compile(pattern.get());
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException("the pattern is none: " + e.getDescription(), e);
      }
    }
    for (String value : allowed) {
      normal(type, value);
    }
    if (defaultValue.isPresent()) {
      check(name, type, allowed, pattern, mayBeginWithDash, defaultValue.get());
    }
  }

  /**
   * A value as it reaches the program.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  String checked(String value) {
    return check(name, type, allowed, pattern, mayBeginWithDash, value);
  }

  private static String check(
      String name,
      Type type,
      List<String> allowed,
      Optional<String> pattern,
      boolean mayBeginWithDash,
      String value) {
    String normal;
    try {
      normal = normal(type, value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + " must be " + e.getMessage(), e);
    }
    if (!allowed.isEmpty() && allowed.stream().noneMatch(one -> normal(type, one).equals(normal))) {
      throw new IllegalArgumentException(
          "%s must be one of %s, not '%s'"
              .formatted(name, String.join(", ", allowed), shown(value)));
    }
    if (type == Type.TEXT) {
      if (pattern.isPresent() && !Pattern.matches(pattern.get(), normal)) {
        throw new IllegalArgumentException(
            "%s must match %s, but is '%s'".formatted(name, pattern.get(), shown(value)));
      }
      if (normal.startsWith("-") && !mayBeginWithDash && allowed.isEmpty()) {
        throw new IllegalArgumentException(
            "%s must not begin with -, which a program may take for an option, unless the definition"
                    .formatted(name)
                + " says may-begin-with-dash: true");
      }
    }
    return normal;
  }

  private static String normal(Type type, String value) {
    if (value.length() > MAX_LENGTH || value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "at most %,d characters and none of them zero".formatted(MAX_LENGTH));
    }
    return switch (type) {
      case TEXT -> value;
      case INTEGER -> {
        try {
          yield new BigInteger(value.strip()).toString();
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException("a whole number, not '" + shown(value) + "'", e);
        }
      }
      case NUMBER -> {
        try {
          BigDecimal number = new BigDecimal(value.strip());
          if (Math.abs((long) number.scale()) > 1_000 || number.precision() > 1_000) {
            throw new NumberFormatException();
          }
          yield number.toPlainString();
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException("a number, not '" + shown(value) + "'", e);
        }
      }
      case BOOLEAN -> {
        if (!value.equals("true") && !value.equals("false")) {
          throw new IllegalArgumentException("true or false, not '" + shown(value) + "'");
        }
        yield value;
      }
    };
  }

  private static String shown(String value) {
    return value.length() <= 60 ? value : value.substring(0, 60) + "…";
  }
}
