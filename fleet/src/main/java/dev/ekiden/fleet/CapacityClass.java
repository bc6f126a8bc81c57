package dev.ekiden.fleet;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A kind of capacity that workers are started on: what it costs, and whether it may be taken away,
 * is the launcher's and the price list's matter; here it is a name.
 *
 * @param name lower-case letters, digits and dashes, at most {@value #MAX_LENGTH}
 */
public record CapacityClass(@JsonValue String name) implements Comparable<CapacityClass> {
  /** Longest name. */
  public static final int MAX_LENGTH = 40;

  private static final Pattern SHAPE = Pattern.compile("[a-z][a-z0-9-]*");

  /** Stays until we stop it. */
  public static final CapacityClass ON_DEMAND = new CapacityClass("on-demand");

  /** Cheaper, and may be reclaimed at any time after a short notice. */
  public static final CapacityClass SPOT = new CapacityClass("spot");

  @JsonCreator
  public CapacityClass {
    if (name.length() > MAX_LENGTH || !SHAPE.matcher(name).matches()) {
      throw Checks.refuse(
          "class",
          "lower-case letters, digits and dashes, beginning with a letter, at most "
              + MAX_LENGTH
              + " of them",
          "'" + name + "'");
    }
  }

  @Override
  public int compareTo(CapacityClass other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
