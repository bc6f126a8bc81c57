package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.store.TruthTable;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a row of one kind of file changes of one venue, space or plan. Confined to one import; keeps
 * from {@link #prepare} what a batch needs.
 */
interface RowChange<T> {

  TruthTable<T> table();

  /** The column with the code of the entity that the row changes. */
  String keyColumn();

  /** What must be unique within the file; by default that code. */
  default String identity(Row row) {
    return row.text(keyColumn());
  }

  /** The column that stands for problems which name none of the file's. */
  default String mainColumn() {
    return keyColumn();
  }

  /** Looks up, for all rows of a batch at once, what applying them needs. */
  default void prepare(Handle handle, List<Row> rows) {}

  /**
   * The entity as the row wants it.
   *
   * @param before null if there is none of the row's code yet
   * @throws InvalidValueException if the row cannot be applied
   */
  T apply(Row row, @Nullable T before);

  /** What became of a row that was applied, both entities being in the form they are stored in. */
  default RowCounts.Status status(Row row, @Nullable T before, T after) {
    if (before == null) {
      return RowCounts.Status.ADDED;
    }
    return before.equals(after) ? RowCounts.Status.UNCHANGED : RowCounts.Status.CHANGED;
  }

  /** Writes what belongs to the rows besides the entities, once these are stored. */
  default void finish(Handle handle, List<Row> applied, String source) {}

  /** The entity that a row speaks of, where rows cannot add any. */
  static <T> T existing(RowChange<T> change, Row row, @Nullable T before) {
    if (before == null) {
      throw unknown(change.keyColumn(), row, change.table().entity());
    }
    return before;
  }

  /** The refusal of a reference to something that does not exist. */
  static InvalidValueException unknown(String column, Row row, String entity) {
    return new InvalidValueException(
        column, row.text(column), "there is no " + entity + " of this code");
  }
}
