package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar webhooks …}. */
@Command(
    name = "webhooks",
    description = "Tells other systems of changes, by signed requests.",
    footer = {"", "Examples:", "  ekiden calendar webhooks list"})
final class WebhooksCommand {
  private static final String WEBHOOKS = CalendarCommands.ROOT + "/webhooks";

  private static final List<Field> FIELDS =
      List.of(
          Field.of("WEBHOOK", "id"),
          Field.of("URL", "url"),
          Field.of("SECRET IN", "secretVariable"),
          Field.of("EVENTS", "events"));

  private final CommandContext context;

  WebhooksCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the webhooks.",
      footer = {"", "Examples:", "  ekiden calendar webhooks list"})
  int list() {
    context.printer().list(context.api().get(WEBHOOKS), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "create",
      description = {
        "Registers an address. Its secret stays in an environment variable of the server and its workers,",
        "named CALENDAR_WEBHOOK_SECRET and anything after it."
      },
      footer = {
        "",
        "Examples:",
        "  ekiden calendar webhooks create https://example.com/hook --secret-variable CALENDAR_WEBHOOK_SECRET"
      })
  int create(
      @Parameters(paramLabel = "URL", description = "Where to send events.") String url,
      @Option(
              names = "--secret-variable",
              required = true,
              paramLabel = "NAME",
              description = "The variable that holds the secret.")
          String secretVariable,
      @Option(
              names = "--event",
              paramLabel = "EVENT",
              description = "Only this event; may be repeated.")
          @Nullable List<String> events) {
    ObjectNode body =
        Json.MAPPER.createObjectNode().put("url", url).put("secretVariable", secretVariable);
    if (events != null) {
      events.forEach(body.putArray("events")::add);
    }
    context.printer().one(context.api().post(WEBHOOKS, body), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "remove",
      description = "Tells a webhook nothing any more.",
      footer = {"", "Examples:", "  ekiden calendar webhooks remove 3"})
  int remove(@Parameters(paramLabel = "WEBHOOK", description = "Its number.") String webhook) {
    context.api().delete(WEBHOOKS + "/" + ApiClient.encode(webhook));
    context.terminal().say("Removed.");
    return ExitCode.OK;
  }
}
