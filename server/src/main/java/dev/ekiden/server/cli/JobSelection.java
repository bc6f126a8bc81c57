package dev.ekiden.server.cli;

import dev.ekiden.server.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Options that say which jobs a verb is about. Filled in by picocli. */
final class JobSelection {
  @Option(
      names = "--state",
      split = ",",
      paramLabel = "STATE",
      description =
          "scheduled, blocked, ready, running, succeeded, failed or canceled; several with commas.")
  private @Nullable List<String> states;

  @Option(names = "--queue", paramLabel = "QUEUE", description = "Jobs of this queue.")
  private @Nullable String queue;

  @Option(
      names = "--definition",
      paramLabel = "DEFINITION",
      description = "Jobs of this definition.")
  private @Nullable String definition;

  @Option(names = "--key", paramLabel = "KEY", description = "Jobs with this key.")
  private @Nullable String key;

  @Option(names = "--group", paramLabel = "GROUP", description = "Jobs of this group.")
  private @Nullable String group;

  @Option(names = "--from", paramLabel = "TIME", description = "Enqueued at or after.")
  private @Nullable String from;

  @Option(names = "--before", paramLabel = "TIME", description = "Enqueued before.")
  private @Nullable String before;

  @Option(names = "--from-id", paramLabel = "ID", description = "This job or a later one.")
  private @Nullable Long fromId;

  @Option(names = "--to-id", paramLabel = "ID", description = "This job or an earlier one.")
  private @Nullable Long toId;

  @Option(names = "--parent", paramLabel = "ID", description = "Children of this array job.")
  private @Nullable Long parent;

  boolean isEmpty() {
    return filter().isEmpty();
  }

  ObjectNode filter() {
    ObjectNode filter = Json.MAPPER.createObjectNode();
    if (states != null) {
      states.forEach(filter.withArray("states")::add);
    }
    put(filter, "queue", queue);
    put(filter, "definition", definition);
    put(filter, "key", key);
    put(filter, "group", group);
    put(filter, "from", from);
    put(filter, "before", before);
    put(filter, "fromId", fromId);
    put(filter, "toId", toId);
    put(filter, "parent", parent);
    return filter;
  }

  /** The same, as parameters of a listing. */
  Map<String, @Nullable Object> query() {
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("state", states == null ? null : String.join(",", states));
    query.put("queue", queue);
    query.put("definition", definition);
    query.put("key", key);
    query.put("group", group);
    query.put("from", from);
    query.put("before", before);
    query.put("fromId", fromId);
    query.put("toId", toId);
    query.put("parent", parent);
    return query;
  }

  private static void put(ObjectNode filter, String name, @Nullable Object value) {
    if (value != null) {
      filter.put(name, value.toString());
    }
  }
}
