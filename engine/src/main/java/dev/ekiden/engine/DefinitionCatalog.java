package dev.ekiden.engine;

import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.DefinitionTable.Row;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/** Definitions by name as the database knows them, remembered once read. Thread-safe. */
final class DefinitionCatalog {
  private final Map<String, Row> rows = new ConcurrentHashMap<>();

  /**
   * @throws NotFoundException when no process has ever registered it
   */
  Row get(Handle handle, String name) {
    Row known = rows.get(name);
    if (known != null) {
      return known;
    }
    Optional<Row> found = DefinitionTable.find(handle, name);
    Row row =
        found.orElseThrow(() ->
            new NotFoundException(
                ErrorCode.UNKNOWN_DEFINITION,
                "there is no job definition '%s' (a process that has it must have started once); %s"
                    .formatted(
                        name,
                        NearestNames.sentence(
                            name, DefinitionTable.all(handle).stream().map(Row::name).toList()))));
    rows.put(name, row);
    return row;
  }

  /** Reads everything anew. */
  void refresh(Handle handle) {
    Map<String, Row> fresh = new ConcurrentHashMap<>();
    DefinitionTable.all(handle).forEach(row -> fresh.put(row.name(), row));
    rows.keySet().retainAll(fresh.keySet());
    rows.putAll(fresh);
  }
}
