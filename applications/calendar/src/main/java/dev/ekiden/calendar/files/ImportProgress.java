package dev.ekiden.calendar.files;

/** Told how far an import is, on the importing thread, after each batch of rows. */
@FunctionalInterface
public interface ImportProgress {

  ImportProgress NONE = (name, rows) -> {};

  /** So many rows of the file have been read and dealt with. */
  void rows(String name, long rows);
}
