package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ekiden calendar requests …}. */
@Command(
    name = "requests",
    description = "Shows and answers requests for plans that need an approval.",
    footer = {"", "Examples:", "  ekiden calendar requests list"})
final class RequestsCommand {
  private static final String REQUESTS = CalendarCommands.ROOT + "/requests";

  private static final List<Field> FIELDS =
      List.of(
          Field.of("REQUEST", "id"),
          Field.of("PLAN", "plan"),
          Field.of("START", "start"),
          Field.of("END", "end"),
          Field.number("TOTAL", "total"),
          Field.of("ANSWER BY", "expiresAt"));

  private final CommandContext context;

  RequestsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the requests that wait for an answer.",
      footer = {"", "Examples:", "  ekiden calendar requests list"})
  int list(
      @Option(names = "--after", paramLabel = "REQUEST", description = "Begin after this one.")
          @Nullable String after,
      @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 20).")
          @Nullable Integer limit) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("after", after);
    query.put("limit", limit);
    JsonNode page = context.api().get(ApiClient.path(REQUESTS, query));
    context.printer().list(page, FIELDS);
    if (page.has("next")) {
      context.terminal().say("There are more: --after " + Field.text(page.path("next")));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "approve",
      description = "Takes a request: it is confirmed.",
      footer = {"", "Examples:", "  ekiden calendar requests approve 17"})
  int approve(@Parameters(paramLabel = "REQUEST", description = "Its number.") String request) {
    return answer(request, "approve");
  }

  @Command(
      name = "reject",
      description = "Refuses a request: its time is free again.",
      footer = {"", "Examples:", "  ekiden calendar requests reject 17"})
  int reject(@Parameters(paramLabel = "REQUEST", description = "Its number.") String request) {
    return answer(request, "reject");
  }

  private int answer(String request, String verb) {
    Reservations.print(
        context, context.api().post(REQUESTS + "/" + ApiClient.encode(request) + "/" + verb));
    return ExitCode.OK;
  }
}
