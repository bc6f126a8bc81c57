package dev.ekiden.calendar.files;

import dev.ekiden.calendar.store.Change;
import dev.ekiden.calendar.store.TruthWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Applies rows to venues, spaces or plans: locks those of a batch, changes them, writes them. */
final class TruthRows<T> implements BatchWriter {

  private final TruthWriter writer;
  private final RowChange<T> change;

  TruthRows(TruthWriter writer, RowChange<T> change) {
    this.writer = writer;
    this.change = change;
  }

  @Override
  public String identity(Row row) {
    return change.identity(row);
  }

  @Override
  public String identityColumn(Row row) {
    return change.keyColumn();
  }

  @Override
  public void write(Handle handle, List<Row> rows, BatchResult result) {
    change.prepare(handle, rows);
    Set<String> codes = new LinkedHashSet<>();
    rows.forEach(row -> codes.add(row.text(change.keyColumn())));
    Map<String, T> stored = writer.lock(handle, change.table(), codes);
    Map<String, T> wanted = new LinkedHashMap<>(stored);
    List<Row> applied = new ArrayList<>();
    for (Row row : rows) {
      String code = row.text(change.keyColumn());
      T before = wanted.get(code);
      T after = row.accept(change.mainColumn(), result, () -> change.apply(row, before));
      if (after != null) {
        T normalized = change.table().normalized(after);
        wanted.put(code, normalized);
        applied.add(row);
        result.count(change.status(row, before, normalized));
      }
    }
    List<Change<T>> changes = new ArrayList<>();
    wanted.forEach((code, after) -> changes.add(new Change<>(stored.get(code), after)));
    writer.save(handle, change.table(), changes, result.name());
    change.finish(handle, applied, result.name());
  }
}
