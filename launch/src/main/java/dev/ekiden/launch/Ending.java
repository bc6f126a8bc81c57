package dev.ekiden.launch;

/** How a task ended. */
public sealed interface Ending {

  /**
   * The program ended by itself.
   *
   * @param code its exit code, 0 to 255
   */
  record Exited(int code) implements Ending {}

  /**
   * A signal ended the program: its own fault, or a stop.
   *
   * @param signal the number of the signal; 9 and 15 are those of a stop
   */
  record Signaled(int signal) implements Ending {}

  /** The program was killed because it wanted more memory than the task may have. */
  record OutOfMemory() implements Ending {}

  /**
   * The program never ran.
   *
   * @param reason in the words of the operating system or engine
   */
  record CouldNotStart(String reason) implements Ending {}

  /** The place took the machine away, as it may with cheaper ones. */
  record Reclaimed() implements Ending {}

  /**
   * The task is gone, and how it ended cannot be known: what watched over it was killed, or the
   * machine was started anew.
   *
   * @param reason what was found
   */
  record Lost(String reason) implements Ending {}

  /** Whether the program ended by itself with code 0. */
  default boolean isSuccess() {
    return this instanceof Exited exited && exited.code() == 0;
  }
}
