package dev.ekiden.launch;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What may be a label: what every place that keeps labels can keep. */
final class Labels {

  /** The longest value, in characters: Kubernetes allows no more. */
  static final int MAX_VALUE_LENGTH = 63;

  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");
  private static final Pattern VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?");

  private Labels() {}

  static SortedMap<String, String> copy(Map<String, String> labels) {
    labels.forEach(Labels::check);
    return Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  private static void check(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of a label is 1 to 40 lower-case letters, digits and hyphens that begin with a"
              + " letter, not \""
              + name
              + "\"");
    }
    checkValue("label " + name, value);
  }

  static void checkValue(String what, String value) {
    if (value.length() > MAX_VALUE_LENGTH || !VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "The value of the "
              + what
              + " must be at most "
              + MAX_VALUE_LENGTH
              + " letters, digits, '_', '.' and '-' with a letter or digit at both ends, but is \""
              + value
              + "\"");
    }
  }
}
