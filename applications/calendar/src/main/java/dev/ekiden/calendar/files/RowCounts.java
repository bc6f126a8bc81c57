package dev.ekiden.calendar.files;

/** Counts what became of rows. Confined to one thread. */
final class RowCounts {

  /** What became of a good row. */
  enum Status {
    ADDED,
    CHANGED,
    UNCHANGED
  }

  private long added;
  private long changed;
  private long unchanged;
  private long refused;

  void count(Status status) {
    switch (status) {
      case ADDED -> added++;
      case CHANGED -> changed++;
      case UNCHANGED -> unchanged++;
    }
  }

  void countRefused() {
    refused++;
  }

  long added() {
    return added;
  }

  long changed() {
    return changed;
  }

  long unchanged() {
    return unchanged;
  }

  long refused() {
    return refused;
  }

  long total() {
    return added + changed + unchanged + refused;
  }
}
