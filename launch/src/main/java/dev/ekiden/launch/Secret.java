package dev.ekiden.launch;

/**
 * A value that only the program of a task sees: it shows in no text, log, plan, label or command
 * line.
 *
 * @param name the variable that tells the program: by its value, or with {@code _FILE} appended by
 *     the path of a file that only the program's user may read
 * @param delivery which of the two
 * @param value what is secret
 */
public record Secret(String name, Delivery delivery, String value) {

  /** What stands in place of a secret wherever a task is shown. */
  public static final String MASK = "********";

  /** How a program gets a secret. */
  public enum Delivery {
    /** As the value of an environment variable. */
    ENVIRONMENT,
    /** As a file whose path is the value of an environment variable. */
    FILE
  }

  public Secret {
    Variables.check(name, value);
  }

  /** A secret that is the value of the variable {@code name}. */
  public static Secret inEnvironment(String name, String value) {
    return new Secret(name, Delivery.ENVIRONMENT, value);
  }

  /** A secret in a file whose path is the value of the variable {@code name_FILE}. */
  public static Secret inFile(String name, String value) {
    return new Secret(name, Delivery.FILE, value);
  }

  /** The variable that the program looks at. */
  public String variable() {
    return switch (delivery) {
      case ENVIRONMENT -> name;
      case FILE -> name + "_FILE";
    };
  }

  @Override
  public String toString() {
    return "Secret[" + variable() + "=" + MASK + "]";
  }
}
