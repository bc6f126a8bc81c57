package dev.ekiden.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds what somebody may have meant by a name that does not exist. */
final class NearestNames {
  /** Names that are listed when there are more. */
  static final int MAX_LISTED = 10;

  private NearestNames() {}

  /**
   * A sentence such as {@code did you mean 'greet'? known are greet, mail}, the nearest first.
   *
   * @param known all the names there are
   */
  static String sentence(String name, Collection<String> known) {
    if (known.isEmpty()) {
      return "none is known yet";
    }
    List<String> nearest =
        known.stream()
            .sorted(
                Comparator.comparing((String other) -> !other.contains(name))
                    .thenComparingInt(other -> distance(name, other))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    String first = nearest.getFirst();
    // Half of it mistyped is another word.
    boolean alike =
        distance(name, first) * 2 < Math.max(name.length(), first.length()) || first.contains(name);
    String list = String.join(", ", nearest.subList(0, Math.min(MAX_LISTED, nearest.size())));
    int rest = nearest.size() - MAX_LISTED;
    return (alike ? "did you mean '" + first + "'? " : "")
        + "known are "
        + list
        + (rest > 0 ? " and " + rest + " more" : "");
  }

  /** How many letters to put in, take out or replace to get from one to the other. */
  static int distance(String one, String other) {
    int[] above = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[other.length()];
  }
}
