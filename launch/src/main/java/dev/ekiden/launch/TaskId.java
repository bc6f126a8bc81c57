package dev.ekiden.launch;

import java.util.regex.Pattern;

/**
 * The name of a task, chosen by who launches it: what makes {@link Launcher#launch} idempotent.
 *
 * @param value 1 to {@value #MAX_LENGTH} lower-case letters, digits and hyphens, a letter or digit
 *     at both ends, so that it may name a container, a Kubernetes job and a directory
 */
public record TaskId(String value) implements Comparable<TaskId> {

  /** The longest id, in characters. */
  public static final int MAX_LENGTH = 52;

  private static final Pattern VALID = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  public TaskId {
    if (value.length() > MAX_LENGTH || !VALID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "The id of a task is 1 to "
              + MAX_LENGTH
              + " lower-case letters, digits and hyphens with a letter or digit at both ends, not \""
              + value
              + "\"");
    }
  }

  /** The id of this text. */
  public static TaskId of(String value) {
    return new TaskId(value);
  }

  @Override
  public int compareTo(TaskId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
