package dev.ekiden.bench.forms;

/**
 * A way to keep jobs in tables, as the statements that one job's life takes.
 *
 * @param name short
 * @param idea what is particular about it
 * @param create makes the tables in the current schema
 * @param enqueue inserts the jobs {@code :first} to {@code :last}
 * @param claim gives at most {@code :max} jobs to {@code :holder}, a number that is new each time;
 *     answers {@code id, payload} in order
 * @param complete ends the jobs {@code :done}, an array of what {@code :holder} claimed; counts
 *     them
 */
public record TableForm(
    String name, String idea, String create, String enqueue, String claim, String complete) {

  /** Its statements, to be read. */
  public String text() {
    return "-- %s: %s%n%s%n-- enqueue%n%s%n-- claim%n%s%n-- complete%n%s"
        .formatted(name, idea, create, enqueue, claim, complete);
  }
}
