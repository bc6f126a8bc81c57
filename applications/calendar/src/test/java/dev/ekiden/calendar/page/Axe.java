package dev.ekiden.calendar.page;

import com.microsoft.playwright.Page;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What axe-core finds wrong with a page by WCAG 2.2 AA and its best practices. */
final class Axe {

  private static final String SCRIPT = script();

  private Axe() {}

  /** What is serious or critical: rule, what it says, and where. */
  static List<String> serious(Page page) {
    if ((boolean) page.evaluate("() => typeof axe === 'undefined'")) {
      page.evaluate(SCRIPT);
    }
    Object result = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })");
    JsonNode violations = Json.MAPPER.valueToTree(result).path("violations");
    return violations
        .valueStream()
        .filter(rule -> List.of("serious", "critical").contains(rule.path("impact").asString("")))
        .map(rule ->
            "%s: %s %s"
                .formatted(
                    rule.path("id").asString(""),
                    rule.path("help").asString(""),
                    rule.path("nodes")
                        .valueStream()
                        .map(node ->
                            node.path("html").asString("")
                                + " "
                                + node.path("failureSummary").asString(""))
                        .toList()))
        .toList();
  }

  private static String script() {
    try (InputStream in = Axe.class.getClassLoader().getResourceAsStream("axe.min.js")) {
      if (in == null) {
        throw new IllegalStateException("axe.min.js is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
