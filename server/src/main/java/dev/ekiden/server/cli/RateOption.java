package dev.ekiden.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** How fast many jobs may be started. Filled in by picocli. */
final class RateOption {
  @Option(
      names = "--rate",
      paramLabel = "N/TIME",
      description = "Start no more than so many in a time: 10/s, 100/5m.")
  private @Nullable String rate;

  /** Adds the rate to a request, if one is asked for. */
  void addTo(ObjectNode request) {
    if (rate != null) {
      request.set("rate", Rates.parse(rate));
    }
  }
}
