package dev.ekiden.bench.chaos;

import java.util.HashMap;
import java.util.Map;

/** What the numbers in a history are called; what has no name is "?". */
record Names(Map<Long, String> queues, Map<Long, String> definitions, Map<Long, String> groups) {
  static Names of(History history) {
    return new Names(
        read(history, "SELECT id, name FROM ekiden.queue"),
        read(history, "SELECT id, name FROM ekiden.definition"),
        read(
            history,
            "SELECT DISTINCT group_id AS id, group_name AS name FROM ekiden.finished"
                + " WHERE group_id <> 0"));
  }

  private static Map<Long, String> read(History history, String query) {
    Map<Long, String> names = new HashMap<>();
    history
        .database()
        .useTransaction(handle ->
            handle
                .createQuery(query)
                .map((row, context) -> names.put(row.getLong("id"), row.getString("name")))
                .list());
    return names;
  }

  String queue(long id) {
    return queues.getOrDefault(id, "?");
  }

  String definition(long id) {
    return definitions.getOrDefault(id, "?");
  }

  String group(long id) {
    return groups.getOrDefault(id, "?");
  }
}
