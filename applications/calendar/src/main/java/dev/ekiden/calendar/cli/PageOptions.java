package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Field;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Which page of a listing is shown. Filled in by picocli. */
final class PageOptions {
  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Begin after a page: what it told at its end.")
  private @Nullable String after;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 20).")
  private @Nullable Integer limit;

  /** Shows the page, and where the next begins. */
  JsonNode show(
      CommandContext context,
      String path,
      Map<String, @Nullable Object> query,
      List<Field> fields,
      String more) {
    query.put("after", after);
    query.put("limit", limit);
    JsonNode page = context.api().get(ApiClient.path(path, query));
    context.printer().list(page, fields);
    if (page.has("next")) {
      context.terminal().say(more + ": --after " + Field.text(page.path("next")));
    }
    return page;
  }
}
