package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden business-calendars …}. */
@Command(
    name = "business-calendars",
    description = "Shows and changes the business calendars that schedules keep to.",
    footer = {"", "Examples:", "  ekiden business-calendars list"})
final class BusinessCalendarsCommand {
  private static final String CALENDARS = "/api/v1/business-calendars";

  private static final List<Field> LISTED =
      List.of(
          Field.of("CALENDAR", "name"),
          new Field("WEEKEND", false, item -> join(item.path("weekend"), ", ")),
          new Field("HOLIDAYS", true, item -> Integer.toString(item.path("holidays").size())));

  private static final List<Field> FIELDS =
      List.of(
          Field.of("CALENDAR", "name"),
          new Field("WEEKEND", false, item -> join(item.path("weekend"), ", ")),
          new Field("HOLIDAYS", false, item -> join(item.path("holidays"), "\n")));

  private final CommandContext context;

  BusinessCalendarsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the business calendars.",
      footer = {"", "Examples:", "  ekiden business-calendars list"})
  int list() {
    context.printer().list(context.api().get(CALENDARS), LISTED);
    return ExitCode.OK;
  }

  @Command(
      name = "get",
      description = "Shows one business calendar.",
      footer = {"", "Examples:", "  ekiden business-calendars get japan"})
  int get(@Parameters(paramLabel = "CALENDAR", description = "The calendar.") String name) {
    context.printer().one(context.api().get(path(name)), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "put",
      description = "Creates or replaces a business calendar.",
      footer = {
        "",
        "Examples:",
        "  ekiden business-calendars put japan --holidays 2026-01-01,2026-01-12",
        "  ekiden business-calendars put gulf --weekend friday,saturday --holidays @holidays.txt"
      })
  int put(
      @Parameters(paramLabel = "CALENDAR", description = "What to call it.") String name,
      @Option(
              names = "--holidays",
              paramLabel = "DATES",
              required = true,
              description =
                  "Dates nobody works on, separated by commas or lines; @FILE reads a file.")
          String holidays,
      @Option(
              names = "--weekend",
              paramLabel = "DAYS",
              description = "Days of the week nobody works on (default: saturday,sunday).")
          @Nullable String weekend) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    ArrayNode dates = body.putArray("holidays");
    words(read(holidays)).forEach(dates::add);
    if (weekend != null) {
      ArrayNode days = body.putArray("weekend");
      words(weekend).map(day -> day.toUpperCase(Locale.ROOT)).forEach(days::add);
    }
    context.printer().one(context.api().put(path(name), body), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description = "Removes a business calendar that no schedule keeps to, after asking.",
      footer = {"", "Examples:", "  ekiden business-calendars remove japan --yes"})
  int remove(
      @Parameters(paramLabel = "CALENDAR", description = "The calendar.") String name,
      @Option(
              names = {"-y", "--yes"},
              description = "Do not ask.")
          boolean yes) {
    context.terminal().confirm("Remove the business calendar " + name + "?", yes);
    context.api().delete(path(name));
    context.terminal().say("Removed " + name + ".");
    return ExitCode.OK;
  }

  private static Stream<String> words(String text) {
    return Arrays.stream(text.split("[,\\s]+", -1)).filter(word -> !word.isEmpty());
  }

  private static String read(String text) {
    if (!text.startsWith("@")) {
      return text;
    }
    try {
      return Files.readString(Path.of(text.substring(1)));
    } catch (IOException e) {
      throw CommandException.usage("cannot read " + text.substring(1) + ": " + e);
    }
  }

  private static String join(JsonNode texts, String separator) {
    return texts.valueStream().map(Field::text).reduce((a, b) -> a + separator + b).orElse("none");
  }

  private static String path(String name) {
    return CALENDARS + "/" + ApiClient.encode(name);
  }
}
