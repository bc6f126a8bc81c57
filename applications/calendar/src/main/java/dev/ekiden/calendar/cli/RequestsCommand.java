package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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
  int list(@Mixin PageOptions pages) {
    pages.show(context, REQUESTS, new LinkedHashMap<>(), FIELDS, "There are more");
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
