package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is done to a reservation by its token. */
final class Reservations {
  private static final List<Field> FIELDS =
      List.of(
          Field.of("reservation", "id"),
          Field.of("state", "state"),
          Field.of("plan", "plan"),
          Field.of("start", "start"),
          Field.of("end", "end"),
          Field.of("total", "total"),
          Field.of("currency", "currency"),
          Field.of("canceled free of charge until", "freeCancelUntil"),
          Field.of("cancel fee", "cancelFee"));

  private Reservations() {}

  static void post(CommandContext context, String token, String verb) {
    print(context, context.api().post(path(token, verb)));
  }

  static void post(CommandContext context, String token, String verb, ObjectNode body) {
    print(context, context.api().post(path(token, verb), body));
  }

  static void print(CommandContext context, JsonNode reservation) {
    context.printer().one(reservation, FIELDS);
  }

  private static String path(String token, String verb) {
    return "%s/reservations/%s/%s".formatted(CalendarCommands.ROOT, ApiClient.encode(token), verb);
  }
}
