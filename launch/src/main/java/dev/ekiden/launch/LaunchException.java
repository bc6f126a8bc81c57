package dev.ekiden.launch;

/** A launcher could not do what it was asked for; the message says which task and why. */
public class LaunchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LaunchException(String message) {
    super(message);
  }

  public LaunchException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A task that is not known was asked for something that only a known one has. */
  public static LaunchException unknown(TaskId id) {
    return new LaunchException("No task " + id + " is known");
  }
}
