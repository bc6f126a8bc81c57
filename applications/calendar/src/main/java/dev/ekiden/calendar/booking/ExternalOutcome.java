package dev.ekiden.calendar.booking;

/** What became of a reservation from elsewhere. */
public sealed interface ExternalOutcome {

  record Added() implements ExternalOutcome {}

  record Changed() implements ExternalOutcome {}

  record Unchanged() implements ExternalOutcome {}

  /**
   * No unit of the resource is free in that time.
   *
   * @param with the code, or else the id, of a reservation that is in the way
   */
  record Conflict(String resource, String with) implements ExternalOutcome {}

  /** The same code belongs to a reservation of another plan, which cannot be moved. */
  record OtherPlan() implements ExternalOutcome {}

  Added ADDED = new Added();
  Changed CHANGED = new Changed();
  Unchanged UNCHANGED = new Unchanged();
}
