package dev.ekiden.server.cli;

import dev.ekiden.server.Json;
import dev.ekiden.server.config.Durations;
import tools.jackson.databind.node.ObjectNode;

/** Reads rates such as {@code 10/s} and {@code 100/5m}. */
final class Rates {
  private Rates() {}

  static ObjectNode parse(String text) {
    int slash = text.indexOf('/');
    if (slash > 0) {
      String period = text.substring(slash + 1);
      try {
        int starts = Integer.parseInt(text.substring(0, slash).strip());
        boolean unit = !period.isEmpty() && Character.isLetter(period.charAt(0));
        return Json.MAPPER
            .createObjectNode()
            .put("starts", starts)
            .put(
                "periodSeconds",
                Durations.parse(unit ? "1" + period : period).toMillis() / 1_000.0);
      } catch (IllegalArgumentException e) {
        // Falls through: one message says all that is allowed.
      }
    }
    throw CommandException.usage("a rate is written 10/s, 100/5m or 1/2h, not '" + text + "'");
  }
}
