package dev.ekiden.testkit.browser;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Looks for what shuts people out of a page: contrast, names, roles, order. Needs the jar of
 * axe-core on the class path.
 */
public final class Axe {
  private static final String SCRIPT = read("axe.min.js");

  // Answers the findings alone: all that was looked at would be megabytes.
  private static final String RUN =
      """
      async (options) => {
        const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...options });
        return violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
            `${id} at ${target}: ${failureSummary.replace(/\\s+/g, " ")}`));
      }
      """;

  private static final String CONTRAST = "color-contrast";

  private Axe() {}

  /** What it finds serious or critical. */
  public static List<String> findings(Page page) {
    return findings(page, Map.of());
  }

  /** Texts that cannot be told from what is behind them. */
  public static List<String> contrastFindings(Page page) {
    return findings(page, Map.of("runOnly", List.of(CONTRAST)));
  }

  /** All but {@link #contrastFindings}: for a page whose colours were looked at already. */
  public static List<String> otherFindings(Page page) {
    return findings(page, Map.of("rules", Map.of(CONTRAST, Map.of("enabled", false))));
  }

  @SuppressWarnings("unchecked")
  private static List<String> findings(Page page, Map<String, Object> options) {
    if (!(Boolean) page.evaluate("'axe' in window")) {
      page.evaluate(SCRIPT + "; 0");
    }
    return (List<String>) page.evaluate(RUN, options);
  }

  private static String read(String resource) {
    try (InputStream in = Axe.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("there is no " + resource + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
