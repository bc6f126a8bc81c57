package dev.ekiden.calendar.availability;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;

/** Writes sets of days the short way: {@code mon-fri,hol}. */
final class DayNames {

  private static final int SHORTEST_RANGE = 3;

  private DayNames() {}

  static String text(Collection<DayKind> kinds) {
    List<String> parts = new ArrayList<>();
    List<DayKind> run = new ArrayList<>();
    for (DayKind kind : EnumSet.copyOf(kinds)) {
      boolean continues = !run.isEmpty() && kind.isWeekday() && run.getLast().next() == kind;
      if (!continues) {
        parts.addAll(flush(run));
        run.clear();
      }
      run.add(kind);
    }
    parts.addAll(flush(run));
    return String.join(",", parts);
  }

  private static List<String> flush(List<DayKind> run) {
    if (run.size() >= SHORTEST_RANGE) {
      return List.of(run.getFirst().text() + "-" + run.getLast().text());
    }
    return run.stream().map(DayKind::text).toList();
  }
}
