package dev.ekiden.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** A decision of a fleet in sentences. */
final class DecisionText {
  private DecisionText() {}

  static List<String> lines(JsonNode decision) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  wants %s: %s."
            .formatted(
                Field.time("", "at").text().apply(decision),
                workers(decision.path("desired").asInt()),
                Field.text(decision.path("reason"))));
    lines.add("    It saw " + seen(decision.path("observed")) + ".");
    for (JsonNode term : decision.path("rejected")) {
      lines.add("    Less would do for " + Field.text(term) + ".");
    }
    String started = tasks(decision.path("launches"));
    if (!started.isEmpty()) {
      lines.add("    It started " + started + ".");
    }
    String stopped = tasks(decision.path("stops"));
    if (!stopped.isEmpty()) {
      lines.add("    It asked " + stopped + " to retire.");
    }
    return lines;
  }

  private static String seen(JsonNode observed) {
    List<String> parts = new ArrayList<>();
    for (JsonNode one : observed.path("classes")) {
      List<String> counts = new ArrayList<>();
      counts.add("%d alive, %d of them idle".formatted(number(one, "alive"), number(one, "idle")));
      add(counts, one, "starting", "%d starting");
      add(counts, one, "draining", "%d going");
      add(counts, one, "started", "%d just come up");
      add(counts, one, "failedPlacements", "%d that did not come up");
      parts.add(Field.text(one.path("class")) + " (" + String.join(", ", counts) + ")");
    }
    JsonNode demand = observed.path("demand");
    parts.add(waiting(demand));
    parts.add("%d running".formatted(number(demand, "running")));
    if (demand.path("arrivalsPerSecond").asDouble() > 0) {
      parts.add(
          String.format(
              Locale.ROOT,
              "%.3g arrivals/s of %.3g s",
              demand.path("arrivalsPerSecond").asDouble(),
              demand.path("meanSeconds").asDouble()));
    }
    return String.join("; ", parts);
  }

  private static String waiting(JsonNode demand) {
    long waiting = number(demand, "waitingJobs");
    if (waiting == 0) {
      return "no job waiting";
    }
    List<String> levels = new ArrayList<>();
    for (JsonNode level : demand.path("waiting")) {
      levels.add(
          String.format(
              Locale.ROOT,
              "%,d of priority %d, the oldest for %.1f s",
              number(level, "jobs"),
              number(level, "priority"),
              level.path("oldestSeconds").asDouble()));
    }
    long held = waiting - number(demand, "startableJobs");
    return "%,d waiting (%s%s)"
        .formatted(
            waiting,
            String.join("; ", levels),
            held > 0 ? "; limits hold back %,d".formatted(held) : "");
  }

  private static String tasks(JsonNode tasks) {
    List<String> texts = new ArrayList<>();
    for (JsonNode task : tasks) {
      String instead =
          task.has("insteadOf") ? " in place of " + Field.text(task.path("insteadOf")) : "";
      texts.add(
          "%s (%s%s)"
              .formatted(Field.text(task.path("task")), Field.text(task.path("class")), instead));
    }
    return String.join(", ", texts);
  }

  private static void add(List<String> counts, JsonNode one, String property, String text) {
    if (number(one, property) > 0) {
      counts.add(text.formatted(number(one, property)));
    }
  }

  private static long number(JsonNode node, String property) {
    return node.path(property).asLong();
  }

  private static String workers(int count) {
    return count == 1 ? "1 worker" : count + " workers";
  }
}
