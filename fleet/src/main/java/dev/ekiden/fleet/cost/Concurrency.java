package dev.ekiden.fleet.cost;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** How much ran at once. */
final class Concurrency {
  private static final long SECOND = 1_000;

  private Concurrency() {}

  /** What changes with a second: how many runs take it whole from then on, and parts of it. */
  private static final class Change {
    int whole;
    long partMillis;
  }

  /**
   * How many workers the busiest second had work for. Runs of milliseconds that only touch are not
   * told apart: a worker runs hundreds of them in a second, one after the other.
   */
  static int peak(List<Run> runs) {
    SortedMap<Long, Change> changes = new TreeMap<>();
    for (Run run : runs) {
      long begin = run.at().toMillis();
      long end = begin + run.runTime().toMillis();
      long first = begin / SECOND;
      long last = end / SECOND;
      if (first == last) {
        at(changes, first).partMillis += end - begin;
      } else {
        at(changes, first).partMillis += SECOND - begin % SECOND;
        at(changes, first + 1).whole++;
        at(changes, last).whole--;
        at(changes, last).partMillis += end % SECOND;
      }
    }
    long whole = 0;
    long most = 0;
    for (Change change : changes.values()) {
      whole += change.whole;
      most = Math.max(most, whole * SECOND + change.partMillis);
    }
    return (int) Math.ceilDiv(most, SECOND);
  }

  private static Change at(SortedMap<Long, Change> changes, long second) {
    return changes.computeIfAbsent(second, key -> new Change());
  }
}
