package dev.ekiden.app.console;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Looks for what shuts people out: contrast, names, roles, order. */
final class Axe {
  private static final String SCRIPT = read("axe.min.js");

  private static final String RUN =
      """
      async (rules) => {
        const { violations } = await axe.run(document, {
          resultTypes: ["violations"],
          ...(rules.length && { runOnly: rules }),
        });
        return violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
            `${id} at ${target}: ${failureSummary.replace(/\\s+/g, " ")}`));
      }
      """;

  private Axe() {}

  /** What it finds serious or critical. */
  static List<String> findings(Page page) {
    return findings(page, List.of());
  }

  /** Texts that cannot be told from what is behind them. */
  static List<String> contrastFindings(Page page) {
    return findings(page, List.of("color-contrast"));
  }

  @SuppressWarnings("unchecked")
  private static List<String> findings(Page page, List<String> rules) {
    if (!(Boolean) page.evaluate("'axe' in window")) {
      page.evaluate(SCRIPT + "; 0");
    }
    return (List<String>) page.evaluate(RUN, rules);
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
