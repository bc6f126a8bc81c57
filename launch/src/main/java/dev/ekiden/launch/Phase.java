package dev.ekiden.launch;

/** How far a task is; it moves down this list only. */
public sealed interface Phase {

  /**
   * It waits for a machine.
   *
   * @param reason what it waits for, in the words of its place; empty if nothing is known
   */
  record Placing(String reason) implements Phase {

    /** It waits, and nobody says for what. */
    public Placing() {
      this("");
    }
  }

  /**
   * It has a machine, which makes ready to run it.
   *
   * @param reason what hinders it, in the words of its place; empty if nothing does
   */
  record Starting(String reason) implements Phase {

    /** It makes ready, and nothing hinders it. */
    public Starting() {
      this("");
    }
  }

  /** Its program runs. */
  record Running() implements Phase {}

  /**
   * It is over, and none of its processes is left.
   *
   * @param ending how
   */
  record Ended(Ending ending) implements Phase {}
}
