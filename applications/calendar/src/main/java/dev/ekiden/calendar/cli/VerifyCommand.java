package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.Output;
import dev.ekiden.server.cli.ProgressBar;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar verify}. */
@Command(
    name = "verify",
    description = {
      "Computes calendars anew and compares them with what is cached; writes nothing.",
      "Exit code 1 if something differs."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden calendar verify",
      "  ekiden calendar verify --plan P000001 --plan P000002"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final String VERIFY = CalendarCommands.ROOT + "/verify";
  private static final List<String> COUNTS =
      List.of("plansChecked", "daysChecked", "daysWrong", "plansMissing", "plansBehind");

  private static final List<Field> DIFFERENCES =
      List.of(
          Field.of("PLAN", "plan"),
          Field.of("DAY", "day"),
          Field.of("WHAT", "what"),
          Field.of("DETAIL", "detail"));

  private static final List<Field> RESULT =
      List.of(
          Field.of("plans checked", "plansChecked"),
          Field.of("days checked", "daysChecked"),
          Field.of("days wrong", "daysWrong"),
          Field.of("plans without calendar", "plansMissing"),
          Field.of("plans behind", "plansBehind"));

  private final CommandContext context;

  @Option(names = "--plan", paramLabel = "CODE", description = "Only this plan; may be repeated.")
  private List<String> plans = List.of();

  VerifyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    ObjectNode result = plans.isEmpty() ? verifyAll() : verifySome();
    if (context.printer().output() == Output.table) {
      if (result.path("differences").size() > 0) {
        context
            .printer()
            .list(
                Json.MAPPER.createObjectNode().set("items", result.path("differences")),
                DIFFERENCES);
        context.printer().line("");
      }
      context.printer().one(result, RESULT);
    } else {
      context.printer().one(result, RESULT);
    }
    return result.path("differences").size() > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private ObjectNode verifySome() {
    ObjectNode body = Json.MAPPER.createObjectNode();
    plans.forEach(body.putArray("plans")::add);
    return (ObjectNode) context.api().post(VERIFY, body);
  }

  /** Page by page, so that no request takes long and progress can be seen. */
  private ObjectNode verifyAll() {
    ObjectNode sum = Json.MAPPER.createObjectNode();
    ObjectNode body = Json.MAPPER.createObjectNode();
    try (ProgressBar bar = ProgressBar.start(context.terminal(), "verify, plans", 0)) {
      JsonNode page;
      do {
        page = context.api().post(VERIFY, body);
        add(page, sum);
        bar.moveTo(sum.path("plansChecked").asLong());
        body.put("after", Field.text(page.path("next")));
      } while (page.has("next"));
    }
    return sum;
  }

  private static void add(JsonNode page, ObjectNode sum) {
    COUNTS.forEach(count -> sum.put(count, sum.path(count).asLong() + page.path(count).asLong()));
    page.path("differences").forEach(sum.withArray("differences")::add);
  }
}
