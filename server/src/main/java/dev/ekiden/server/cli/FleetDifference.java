package dev.ekiden.server.cli;

import dev.ekiden.fleet.control.FleetDocument;
import dev.ekiden.server.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a document would change of a fleet.
 *
 * @param isNew whether there is no such fleet yet
 * @param changes one for each setting, in the names of the API
 */
record FleetDifference(boolean isNew, List<String> changes) {

  /**
   * The difference.
   *
   * @param before the fleet as the server tells of it; null if there is none
   */
  static FleetDifference of(@Nullable JsonNode before, FleetDocument document) {
    if (before == null) {
      return new FleetDifference(true, List.of());
    }
    JsonNode present = before.path("settings");
    JsonNode wanted = Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(document));
    Set<String> names = new TreeSet<>(present.propertyNames());
    names.addAll(wanted.propertyNames());
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      String old = text(present.path(name));
      String next = text(wanted.path(name));
      if (!old.equals(next)) {
        changes.add("%s: %s -> %s".formatted(name, old, next));
      }
    }
    return new FleetDifference(false, changes);
  }

  /** For a person. */
  List<String> lines(String fleet) {
    if (isNew) {
      return List.of("fleet " + fleet + " would be made");
    }
    if (changes.isEmpty()) {
      return List.of("fleet " + fleet + " is so already");
    }
    List<String> lines = new ArrayList<>();
    lines.add("fleet " + fleet + " would change");
    changes.forEach(change -> lines.add("  " + change));
    return lines;
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "none" : value.toString();
  }
}
