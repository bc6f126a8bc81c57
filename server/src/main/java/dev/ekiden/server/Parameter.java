package dev.ekiden.server;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a path or query and how to read it. Every reader answers with a {@link
 * ProblemException} that names the parameter, its value and what is allowed.
 *
 * @param where {@code path} or {@code query}
 * @param name its name
 * @param value its text, null when the request has none
 */
public record Parameter(String where, String name, @Nullable String value) {
  /** Longest value. */
  public static final int MAX_LENGTH = 2_000;

  public Parameter {
    if (value != null && value.length() > MAX_LENGTH) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-parameter",
                  "%s parameter '%s' must have at most %d characters, not %d"
                      .formatted(where, name, MAX_LENGTH, value.length()))
              .withField(name));
    }
    if (value != null && value.indexOf('\0') >= 0) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-parameter",
                  "%s parameter '%s' must be text without the character U+0000"
                      .formatted(where, name))
              .withField(name));
    }
  }

  public boolean isPresent() {
    return value != null;
  }

  /** The text, required. */
  public String text() {
    if (value == null || value.isEmpty()) {
      throw new ProblemException(
          Problem.of(400, "missing-parameter", where + " parameter '" + name + "' is required")
              .withField(name));
    }
    return value;
  }

  /** The text, null when absent or empty. */
  public @Nullable String textOrNull() {
    return value == null || value.isEmpty() ? null : value;
  }

  /** An id: a positive number of at most 18 digits. */
  public long id() {
    String text = text();
    if (!text.matches("[1-9][0-9]{0,17}")) {
      throw invalid("an id, a positive number");
    }
    return Long.parseLong(text);
  }

  /** A whole number within bounds, required. */
  public int integer(int min, int max) {
    try {
      int number = Integer.parseInt(text());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through: one message says all that is allowed.
    }
    throw invalid("a whole number from " + min + " to " + max);
  }

  /** A whole number within bounds. */
  public int integer(int min, int max, int fallback) {
    return optional(parameter -> parameter.integer(min, max)).orElse(fallback);
  }

  /** A UTC instant such as 2026-12-24T09:00:00Z, or one with an offset. */
  public Instant instant() {
    return parse(
        text -> java.time.OffsetDateTime.parse(text).toInstant(),
        "a time such as 2026-12-24T09:00:00Z");
  }

  /** A date such as 2026-12-24. */
  public LocalDate date() {
    return parse(LocalDate::parse, "a date such as 2026-12-24");
  }

  /** A local date and time such as 2026-12-24T18:00. */
  public LocalDateTime dateTime() {
    return parse(LocalDateTime::parse, "a local date and time such as 2026-12-24T18:00");
  }

  /** {@code true} or {@code false}; false when absent. */
  public boolean flag() {
    return switch (value) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid("true or false");
    };
  }

  /** Constants of an enum, separated by commas, in any case; empty when absent. */
  public <E extends Enum<E>> List<E> constants(Class<E> type) {
    if (value == null || value.isEmpty()) {
      return List.of();
    }
    return Arrays.stream(value.split(",", -1)).map(text -> constant(type, text)).toList();
  }

  /** A constant of an enum, in any case. */
  public <E extends Enum<E>> E constant(Class<E> type, E fallback) {
    return optional(parameter -> constant(type, parameter.text())).orElse(fallback);
  }

  /** Reads the parameter if it is present. */
  public <T> Optional<T> optional(Function<Parameter, T> reader) {
    return isPresent() ? Optional.of(reader.apply(this)) : Optional.empty();
  }

  private <E extends Enum<E>> E constant(Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(text.strip().toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            invalid(
                "among "
                    + Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "))));
  }

  private <T> T parse(Function<String, T> parser, String allowed) {
    try {
      return parser.apply(text());
    } catch (DateTimeParseException e) {
      throw invalid(allowed);
    }
  }

  private ProblemException invalid(String allowed) {
    return new ProblemException(
        Problem.of(
                400,
                "invalid-parameter",
                "%s parameter '%s' must be %s, not '%s'".formatted(where, name, allowed, value))
            .withField(name));
  }
}
