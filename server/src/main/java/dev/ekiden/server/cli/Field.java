package dev.ekiden.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * A column of a listing and what it shows of an item.
 *
 * @param right whether it stands at the right edge
 */
public record Field(String header, boolean right, Function<JsonNode, String> text) {
  private static final DateTimeFormatter LOCAL_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssxxx");

  /** A property as it is. */
  public static Field of(String header, String property) {
    return new Field(header, false, item -> text(item.path(property)));
  }

  /** A number. */
  public static Field number(String header, String property) {
    return new Field(header, true, item -> text(item.path(property)));
  }

  /** An instant, in this machine's zone and with its offset. */
  public static Field time(String header, String property) {
    return new Field(header, false, item -> localTime(text(item.path(property))));
  }

  /** A number of seconds. */
  public static Field seconds(String header, String property) {
    return new Field(
        header,
        true,
        item ->
            item.path(property).isNumber()
                ? dev.ekiden.server.config.Durations.format(
                    Duration.ofMillis(Math.round(item.path(property).asDouble() * 1_000)))
                : "");
  }

  /** The same column with something else to show where it would be blank. */
  public Field orElse(Function<JsonNode, String> blank) {
    return new Field(
        header,
        right,
        item -> {
          String shown = text.apply(item);
          return shown.isEmpty() ? blank.apply(item) : shown;
        });
  }

  /** A value without quotes; objects and arrays as JSON; nothing for a missing one. */
  public static String text(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "";
    }
    if (node.isString()) {
      return node.stringValue();
    }
    return node.toString();
  }

  private static String localTime(String text) {
    try {
      return text.isEmpty()
          ? ""
          : LOCAL_TIME.format(Instant.parse(text).atZone(ZoneId.systemDefault()));
    } catch (DateTimeParseException e) {
      return text;
    }
  }
}
