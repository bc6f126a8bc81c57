package dev.ekiden.launch;

/**
 * A place has no room now for a task of this capacity class: nothing was started. The same launch
 * may succeed later, or at once with another class.
 */
public final class CannotPlaceException extends LaunchException {

  private static final long serialVersionUID = 1L;

  private final String capacityClass;

  /**
   * No room.
   *
   * @param task that found none
   * @param reason in the words of the place
   */
  public CannotPlaceException(Task task, String reason) {
    super(
        "There is no room for task "
            + task.id()
            + " of class "
            + task.capacityClass()
            + ": "
            + reason);
    this.capacityClass = task.capacityClass();
  }

  /** The class that has no room. */
  public String capacityClass() {
    return capacityClass;
  }
}
