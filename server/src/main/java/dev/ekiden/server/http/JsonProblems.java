package dev.ekiden.server.http;

import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with a JSON body, and where. */
public final class JsonProblems {
  private JsonProblems() {}

  /** The problem that a failure to read a body stands for. */
  public static ProblemException of(JacksonException failure) {
    // A record's own check threw: its problem says more than Jackson's.
    if (failure.getCause() instanceof ProblemException own) {
      return own;
    }
    Problem problem =
        switch (failure) {
          case UnrecognizedPropertyException e -> unknownField(e);
          case InvalidFormatException e -> wrongValue(e);
          case MismatchedInputException e -> wrongType(e);
          case DatabindException e ->
              Problem.of(422, "invalid-body", e.getOriginalMessage()).withField(path(e));
          default -> Problem.of(400, "malformed-json", malformed(failure));
        };
    TokenStreamLocation location = failure.getLocation();
    if (location != null && location.getLineNr() > 0) {
      problem = problem.withPosition(location.getLineNr(), Math.max(1, location.getColumnNr()));
    }
    return new ProblemException(problem, failure);
  }

  private static Problem unknownField(UnrecognizedPropertyException failure) {
    String allowed =
        failure.getKnownPropertyIds().stream()
            .map(String::valueOf)
            .sorted()
            .collect(Collectors.joining(", "));
    return Problem.of(
            422,
            "unknown-field",
            "field '%s' is unknown; allowed are %s".formatted(failure.getPropertyName(), allowed))
        .withField(path(failure));
  }

  private static Problem wrongValue(InvalidFormatException failure) {
    if (failure.getValue() instanceof String text && text.indexOf('\0') >= 0) {
      return Problem.of(
              422,
              "invalid-field",
              "field '%s' must be text without the character U+0000".formatted(path(failure)))
          .withField(path(failure));
    }
    return Problem.of(
            422,
            "invalid-field",
            "'%s' is not %s".formatted(failure.getValue(), typeName(failure.getTargetType())))
        .withField(path(failure));
  }

  private static Problem wrongType(MismatchedInputException failure) {
    String message = failure.getOriginalMessage();
    if (message.startsWith("Trailing token")) {
      return Problem.of(400, "malformed-json", "the body goes on after its JSON value");
    }
    String field = path(failure);
    if (failure instanceof InvalidNullException || message.startsWith("Missing required")) {
      return Problem.of(422, "missing-field", "field '" + field + "' is required").withField(field);
    }
    if (field.isEmpty()) {
      return Problem.of(
          422, "invalid-field", "the body must be " + typeName(failure.getTargetType()));
    }
    return Problem.of(
            422,
            "invalid-field",
            "field '%s' must be %s".formatted(field, typeName(failure.getTargetType())))
        .withField(field);
  }

  private static String malformed(JacksonException failure) {
    // Jackson's first line says it; what follows shows the source text.
    return "the body is not JSON: " + failure.getOriginalMessage().lines().findFirst().orElse("");
  }

  private static String typeName(Class<?> type) {
    if (type == null) {
      return "another type";
    }
    return switch (type.getSimpleName()) {
      case "String" -> "text";
      case "int", "Integer", "long", "Long" -> "a whole number";
      case "double", "Double", "BigDecimal" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "Instant" -> "a time such as 2026-12-24T09:00:00Z";
      case "LocalDate" -> "a date such as 2026-12-24";
      case "LocalDateTime" -> "a local date and time such as 2026-12-24T18:00";
      default -> {
        if (type.isEnum()) {
          yield "one of "
              + java.util.Arrays.stream(type.getEnumConstants())
                  .map(String::valueOf)
                  .collect(Collectors.joining(", "));
        }
        yield type.isArray() || Iterable.class.isAssignableFrom(type) ? "an array" : "an object";
      }
    };
  }

  /** The path in the way people write it: {@code [3].key.value}. */
  private static String path(JacksonException failure) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference step : failure.getPath()) {
      String name = step.getPropertyName();
      if (name == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(name);
      }
    }
    return path.toString();
  }
}
