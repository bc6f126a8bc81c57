package dev.ekiden.server.cli;

import dev.ekiden.fleet.cost.Money;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.config.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ekiden costs …}. */
@Command(
    name = "costs",
    description = "Tells what recorded history cost, and what it would have cost otherwise.",
    footer = {
      "",
      "Examples:",
      "  ekiden costs report",
      "  ekiden costs report --since 30d --by day",
      "  ekiden costs compare --since 24h"
    })
final class CostsCommand {
  private static final String NOTHING = "(none)";

  private final CommandContext context;

  CostsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "report",
      description =
          "Tells what a time cost by definition, queue, group, fleet, class or day, and what idle workers and start-ups of it are.",
      sortOptions = false,
      footer = {
        "",
        "Examples:",
        "  ekiden costs report --by group --since 30d",
        "  ekiden costs report --by day --since 2026-11-01T00:00:00Z --zone Asia/Tokyo -o json"
      })
  int report(
      @Option(
              names = "--since",
              paramLabel = "TIME",
              description = "A time, or how long ago, such as 24h; 7d if not given.")
          @Nullable String since,
      @Option(names = "--to", paramLabel = "TIME", description = "Up to then; now if not given.")
          @Nullable String to,
      @Option(
              names = "--by",
              paramLabel = "WHAT",
              defaultValue = "definition",
              description =
                  "definition, queue, group, fleet, class or day; definition if not given.")
          String by,
      @Option(
              names = "--zone",
              paramLabel = "ZONE",
              description = "Whose days are told apart; this machine's if not given.")
          @Nullable String zone) {
    Map<String, @Nullable Object> query = time(since, to);
    query.put("by", by);
    query.put("zone", zone == null ? ZoneId.systemDefault().getId() : zone);
    JsonNode report = context.api().get(ApiClient.path("/api/v1/costs", query));
    if (context.printer().output() != Output.table) {
      context.printer().list(report, List.of());
      return ExitCode.OK;
    }
    Table table =
        new Table(
            Table.Column.left(by.toUpperCase(Locale.ROOT)),
            Table.Column.right("ATTEMPTS"),
            Table.Column.right("RAN"),
            Table.Column.right("WORK"),
            Table.Column.right("IDLE"),
            Table.Column.right("START-UP"),
            Table.Column.right("COST"),
            Table.Column.right("PART"));
    JsonNode total = report.path("total");
    for (JsonNode item : report.path("items")) {
      row(table, item.path("name").asString(NOTHING), item, total);
    }
    JsonNode apart = report.path("apart");
    if (dollars(apart.path("cost")).signum() != 0) {
      row(table, "(nobody's)", apart, total);
    }
    row(table, "TOTAL", total, total);
    context.printer().print(table);
    JsonNode assumed = report.path("assumed");
    context
        .printer()
        .line(
            "\nWorkers that no fleet started are taken for %s with %s vCPU and %s MiB (EKIDEN_COST_PRICE, …_VCPUS, …_MEMORY_MIB)."
                .formatted(
                    Field.text(assumed.path("price")),
                    Field.text(assumed.path("vcpus")),
                    Field.text(assumed.path("memoryMib"))));
    report.path("prices").forEach(price -> context.printer().line(price(price)));
    return ExitCode.OK;
  }

  @Command(
      name = "compare",
      description =
          "Tells what recorded runs would have cost as resident workers, a task each, a warm one each, or calls of a function.",
      sortOptions = false,
      footer = {
        "",
        "Examples:",
        "  ekiden costs compare --since 24h",
        "  ekiden costs compare --definition report --vcpus 2 --memory-mib 4096 --image-mib 800"
      })
  int compare(
      @Option(
              names = "--since",
              paramLabel = "TIME",
              description = "A time, or how long ago, such as 24h; 7d if not given.")
          @Nullable String since,
      @Option(names = "--to", paramLabel = "TIME", description = "Up to then; now if not given.")
          @Nullable String to,
      @Option(names = "--queue", paramLabel = "QUEUE", description = "Only runs of this queue.")
          @Nullable String queue,
      @Option(
              names = "--definition",
              paramLabel = "NAME",
              description = "Only runs of this definition.")
          @Nullable String definition,
      @Option(names = "--vcpus", paramLabel = "N", description = "What a run needs.")
          @Nullable Double vcpus,
      @Option(names = "--memory-mib", paramLabel = "MIB", description = "What a run needs.")
          @Nullable Integer memoryMib,
      @Option(
              names = "--largest-vcpus",
              paramLabel = "N",
              description = "What a worker of the baseline has; four times as much if not given.")
          @Nullable Double largestVcpus,
      @Option(names = "--largest-memory-mib", paramLabel = "MIB", description = "The same.")
          @Nullable Integer largestMemoryMib,
      @Option(names = "--price", paramLabel = "NAME", description = "Of workers and tasks.")
          @Nullable String price,
      @Option(names = "--function-price", paramLabel = "NAME", description = "lambda if not given.")
          @Nullable String functionPrice,
      @Option(
              names = "--image-mib",
              paramLabel = "MIB",
              description = "What a cold task downloads; 400 if not given.")
          @Nullable Integer imageMib,
      @Option(
              names = "--warm",
              paramLabel = "N",
              description = "Tasks kept waiting; 1 if not given.")
          @Nullable Integer warm) {
    Map<String, @Nullable Object> query = time(since, to);
    query.put("queue", queue);
    query.put("definition", definition);
    query.put("vcpus", vcpus);
    query.put("memoryMib", memoryMib);
    query.put("largestVcpus", largestVcpus);
    query.put("largestMemoryMib", largestMemoryMib);
    query.put("price", price);
    query.put("functionPrice", functionPrice);
    query.put("imageMib", imageMib);
    query.put("warm", warm);
    JsonNode comparison = context.api().get(ApiClient.path("/api/v1/costs/comparison", query));
    if (context.printer().output() != Output.table) {
      context.printer().list(comparison, List.of());
      return ExitCode.OK;
    }
    Table table =
        new Table(
            Table.Column.left("MODE"),
            Table.Column.right("COST"),
            Table.Column.right("BILLED"),
            Table.Column.right("IDLE"),
            Table.Column.right("WAITS TO START"),
            Table.Column.right("WORKERS"));
    if (comparison.has("recorded")) {
      table.row("as it was", money(comparison.path("recorded")), "", "", "", "");
    }
    for (JsonNode mode : comparison.path("items")) {
      double billed = mode.path("billedSeconds").asDouble();
      int workers = mode.path("workers").asInt();
      table.row(
          mode.path("mode").asString(""),
          money(mode.path("cost")),
          seconds(billed),
          billed == 0 ? "" : percent(1 - mode.path("workedSeconds").asDouble() / billed),
          seconds(mode.path("startUpSeconds").asDouble()),
          workers == 0 ? "" : Integer.toString(workers));
    }
    context.printer().print(table);
    JsonNode assumed = comparison.path("assumed");
    context
        .printer()
        .line(
            "\n%,d runs from %s to %s%s. Each needs %s vCPU and %s MiB; always-max has workers of %s vCPU and %s MiB; a cold task downloads %s MiB."
                .formatted(
                    comparison.path("runs").asInt(),
                    Field.text(comparison.path("from")),
                    Field.text(comparison.path("to")),
                    comparison.path("complete").asBoolean()
                        ? ""
                        : ", which are not all that were asked for",
                    Field.text(assumed.path("vcpus")),
                    Field.text(assumed.path("memoryMib")),
                    Field.text(assumed.path("largestVcpus")),
                    Field.text(assumed.path("largestMemoryMib")),
                    Field.text(assumed.path("imageMib"))));
    context.printer().line(price(assumed.path("price")));
    context.printer().line(price(assumed.path("functionPrice")));
    return ExitCode.OK;
  }

  private static void row(Table table, String name, JsonNode cost, JsonNode total) {
    double whole = total.path("cost").asDouble();
    table.row(
        name,
        String.format(Locale.ROOT, "%,d", cost.path("attempts").asLong()),
        seconds(cost.path("runSeconds").asDouble()),
        money(cost.path("work")),
        money(cost.path("idle")),
        money(cost.path("startUp")),
        money(cost.path("cost")),
        whole == 0 ? "" : percent(cost.path("cost").asDouble() / whole));
  }

  private static String price(JsonNode price) {
    return "%s: %s (%s); at least %s, in steps of %s"
        .formatted(
            Field.text(price.path("name")),
            Field.text(price.path("source")),
            Field.text(price.path("asOf")),
            seconds(price.path("minimumSeconds").asDouble()),
            seconds(price.path("stepSeconds").asDouble()));
  }

  /** How the time is asked for: a span is reckoned from {@code to}, or from now. */
  static Map<String, @Nullable Object> time(@Nullable String since, @Nullable String to) {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("to", to);
    if (since == null) {
      return query;
    }
    try {
      query.put("from", OffsetDateTime.parse(since).toInstant().toString());
    } catch (DateTimeParseException e) {
      query.put("from", end(to).minus(span(since)).toString());
    }
    return query;
  }

  private static Duration span(String since) {
    try {
      return Durations.parse(since);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(
          "--since must be a time such as 2026-12-24T09:00:00Z, or how long ago, such as 24h or 7d; not '%s'"
              .formatted(since));
    }
  }

  private static Instant end(@Nullable String to) {
    try {
      return to == null ? Instant.now() : OffsetDateTime.parse(to).toInstant();
    } catch (DateTimeParseException e) {
      throw CommandException.usage(
          "--to must be a time such as 2026-12-24T09:00:00Z, not '%s'".formatted(to));
    }
  }

  private static BigDecimal dollars(JsonNode amount) {
    return amount.isNumber() ? amount.decimalValue() : BigDecimal.ZERO;
  }

  private static String money(JsonNode amount) {
    return new Money(dollars(amount)).toString();
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f%%", part * 100);
  }

  private static String seconds(double seconds) {
    return Durations.format(Duration.ofMillis(Math.round(seconds * 1_000)));
  }
}
