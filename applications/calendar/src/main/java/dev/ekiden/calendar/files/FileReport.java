package dev.ekiden.calendar.files;

/**
 * What became of the rows of a file: {@code read} is the sum of the others. With an import that was
 * not applied, what would have become of them.
 */
public record FileReport(
    String name, long read, long added, long changed, long unchanged, long refused) {

  static FileReport empty(String name) {
    return new FileReport(name, 0, 0, 0, 0, 0);
  }

  FileReport plus(RowCounts counts) {
    return new FileReport(
        name,
        read + counts.total(),
        added + counts.added(),
        changed + counts.changed(),
        unchanged + counts.unchanged(),
        refused + counts.refused());
  }
}
