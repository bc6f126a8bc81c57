package dev.ekiden.launch;

/** How far a task is; it moves down this list only. */
public sealed interface Phase {

  /** It waits for a machine. */
  record Placing() implements Phase {}

  /** It has a machine, which makes ready to run it. */
  record Starting() implements Phase {}

  /** Its program runs. */
  record Running() implements Phase {}

  /**
   * It is over, and none of its processes is left.
   *
   * @param ending how
   */
  record Ended(Ending ending) implements Phase {}
}
