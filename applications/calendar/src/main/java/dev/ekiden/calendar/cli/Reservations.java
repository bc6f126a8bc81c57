package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.List;

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
          Field.of("currency", "currency"));

  private Reservations() {}

  static void post(CommandContext context, String token, String verb) {
    String path =
        "%s/reservations/%s/%s".formatted(CalendarCommands.ROOT, ApiClient.encode(token), verb);
    context.printer().one(context.api().post(path), FIELDS);
  }
}
