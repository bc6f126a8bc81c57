package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.Output;
import dev.ekiden.server.cli.ProgressBar;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar verify}. */
@Command(
    name = "verify",
    description = {
      "Computes calendars anew and compares them with what is cached; writes nothing unless asked to.",
      "Exit code 1 if something differs, or still does after --rebuild."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden calendar verify",
      "  ekiden calendar verify P000001 P000002",
      "  ekiden calendar verify P000001 --rebuild"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final String VERIFY = CalendarCommands.ROOT + "/verify";
  private static final List<String> COUNTS =
      List.of(
          "plansChecked",
          "daysChecked",
          "daysWrong",
          "plansMissing",
          "plansBehind",
          "daysRebuilt",
          "differencesLeft");

  private static final List<Field> RESULT =
      List.of(
          Field.of("plans checked", "plansChecked"),
          Field.of("days checked", "daysChecked"),
          Field.of("days wrong", "daysWrong"),
          Field.of("plans without calendar", "plansMissing"),
          Field.of("plans behind", "plansBehind"),
          Field.of("days rebuilt", "daysRebuilt"),
          Field.of("differences left", "differencesLeft"));

  private final CommandContext context;

  @Parameters(arity = "0..*", paramLabel = "PLAN", description = "Codes of plans; all if none.")
  private List<String> named = List.of();

  @Option(names = "--plan", paramLabel = "CODE", description = "The same; may be repeated.")
  private List<String> plans = List.of();

  @Option(names = "--rebuild", description = "Write what differs, and look again.")
  private boolean rebuild;

  VerifyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    List<String> wanted = Stream.concat(named.stream(), plans.stream()).distinct().toList();
    ObjectNode result = wanted.isEmpty() ? verifyAll() : verifySome(wanted);
    if (context.printer().output() == Output.table) {
      if (result.path("differences").size() > 0) {
        // A line each and not a table, whose cells are cut: the detail is what one looks for.
        result.path("differences").forEach(this::print);
        context.printer().line("");
      }
      context.printer().one(result, RESULT);
    } else {
      context.printer().one(result, RESULT);
    }
    int left = rebuild ? result.path("differencesLeft").asInt() : result.path("differences").size();
    return left > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private void print(JsonNode difference) {
    context
        .printer()
        .line(
            Stream.of("plan", "day", "what", "detail")
                .map(property -> Field.text(difference.path(property)))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("  ")));
  }

  private ObjectNode body() {
    ObjectNode body = Json.MAPPER.createObjectNode();
    return rebuild ? body.put("rebuild", true) : body;
  }

  private ObjectNode verifySome(List<String> wanted) {
    ObjectNode body = body();
    wanted.forEach(body.putArray("plans")::add);
    return (ObjectNode) context.api().post(VERIFY, body);
  }

  /** Page by page, so that no request takes long and progress can be seen. */
  private ObjectNode verifyAll() {
    ObjectNode sum = Json.MAPPER.createObjectNode();
    ObjectNode body = body();
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
    for (String count : COUNTS) {
      if (page.has(count)) {
        sum.put(count, sum.path(count).asLong() + page.path(count).asLong());
      }
    }
    page.path("differences").forEach(sum.withArray("differences")::add);
  }
}
