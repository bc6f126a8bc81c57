package dev.ekiden.launch;

/**
 * A place in the log of one task, as its launcher writes it: to be kept and handed back, not to be
 * read.
 *
 * @param value short printable text
 */
public record LogPosition(String value) {

  /** Before all output. */
  public static final LogPosition START = new LogPosition("");

  @Override
  public String toString() {
    return value;
  }
}
