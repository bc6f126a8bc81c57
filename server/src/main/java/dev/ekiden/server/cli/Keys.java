package dev.ekiden.server.cli;

import dev.ekiden.server.Json;
import dev.ekiden.server.config.Durations;
import tools.jackson.databind.node.ObjectNode;

/** Reads keys such as {@code serial:NAME} and {@code limit:NAME:3}; a name may contain colons. */
final class Keys {
  private Keys() {}

  static ObjectNode parse(String text) {
    int first = text.indexOf(':');
    String kind = first < 0 ? text : text.substring(0, first);
    String rest = first < 0 ? "" : text.substring(first + 1);
    ObjectNode key = Json.MAPPER.createObjectNode().put("kind", kind);
    switch (kind) {
      case "serial", "coalesce" -> key.put("value", named(text, rest));
      case "limit" -> {
        int last = rest.lastIndexOf(':');
        key.put("value", named(text, last < 0 ? "" : rest.substring(0, last)));
        try {
          key.put("running", Integer.parseInt(rest.substring(last + 1)));
        } catch (NumberFormatException e) {
          throw invalid(text);
        }
      }
      case "unique" -> {
        int last = rest.lastIndexOf(':');
        key.put("value", named(text, last < 0 ? rest : rest.substring(0, last)));
        if (last >= 0) {
          try {
            key.put(
                "windowSeconds", Durations.parse(rest.substring(last + 1)).toMillis() / 1_000.0);
          } catch (IllegalArgumentException e) {
            throw invalid(text);
          }
        }
      }
      default -> throw invalid(text);
    }
    return key;
  }

  private static String named(String text, String name) {
    if (name.isEmpty()) {
      throw invalid(text);
    }
    return name;
  }

  private static CommandException invalid(String text) {
    return CommandException.usage(
        "--key must be serial:NAME, limit:NAME:3, coalesce:NAME or unique:NAME:1h, not '%s'"
            .formatted(text));
  }
}
