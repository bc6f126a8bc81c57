package dev.ekiden.calendar.files;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Writes rows of one kind of file, some thousand at a time, in the caller's transaction. */
interface BatchWriter {

  /**
   * What must be unique within a file: the key of what the row describes.
   *
   * @return the value, which stands in the {@link #identityColumn}
   */
  String identity(Row row);

  /** The column that a duplicate is reported for. */
  String identityColumn(Row row);

  /** Writes the good rows and reports the others; the rows have different identities. */
  void write(Handle handle, List<Row> rows, BatchResult result);
}
