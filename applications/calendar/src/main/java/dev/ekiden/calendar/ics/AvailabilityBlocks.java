package dev.ekiden.calendar.ics;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When several availabilities together leave one busy (RFC 7953): at each moment those of the
 * highest priority decide, and if they differ it is not free. One sweep over all the moments at
 * which anything changes. Confined to one call.
 */
final class AvailabilityBlocks {

  /** One availability in the sweep, and how far in its times the sweep is. */
  private static final class Cursor {
    private final SaidAvailability said;
    private int next;

    Cursor(SaidAvailability said) {
      this.said = said;
    }

    /** Whether it is available then; asked with moments that never fall. */
    boolean isAvailable(Instant at) {
      List<Period> times = said.available();
      while (next < times.size() && !at.isBefore(times.get(next).to())) {
        next++;
      }
      return next < times.size() && !at.isBefore(times.get(next).from());
    }
  }

  private AvailabilityBlocks() {}

  /** The busy times that overlap {@code [from, to)}, by the UID of what makes them busy. */
  static Map<String, Set<Period>> of(List<SaidAvailability> said, Instant from, Instant to) {
    Map<String, Set<Period>> blocks = new TreeMap<>();
    List<Cursor> cursors =
        said.stream()
            .sorted(Comparator.comparingInt(SaidAvailability::rank))
            .map(Cursor::new)
            .toList();
    @Nullable String busyBy = null;
    Instant since = Instant.MIN;
    for (Instant at : moments(said, from, to)) {
      String owner = at.isBefore(to) ? busyAt(cursors, at) : null;
      if (busyBy != null && !busyBy.equals(owner)) {
        if (at.isAfter(from)) {
          blocks.computeIfAbsent(busyBy, uid -> new HashSet<>()).add(new Period(since, at));
        }
        busyBy = null;
      }
      if (owner != null && busyBy == null) {
        busyBy = owner;
        since = at;
      }
    }
    return blocks;
  }

  /** The last is the horizon, at which everything ends. */
  private static NavigableSet<Instant> moments(
      List<SaidAvailability> said, Instant from, Instant to) {
    NavigableSet<Instant> moments = new TreeSet<>();
    for (SaidAvailability one : said) {
      List<Instant> own = new ArrayList<>(List.of(one.from(), one.to()));
      one.available().forEach(period -> own.addAll(List.of(period.from(), period.to())));
      own.stream().filter(at -> at.isAfter(Instant.MIN) && at.isBefore(to)).forEach(moments::add);
      if (one.from().equals(Instant.MIN) && (moments.isEmpty() || moments.first().isAfter(from))) {
        moments.add(from);
      }
    }
    moments.add(to);
    return moments;
  }

  private static @Nullable String busyAt(List<Cursor> cursors, Instant at) {
    int deciding = SaidAvailability.LAST_RANK + 1;
    @Nullable String owner = null;
    for (Cursor cursor : cursors) {
      if (cursor.said.rank() > deciding) {
        break;
      }
      if (cursor.said.covers(at)) {
        deciding = cursor.said.rank();
        if (owner == null && !cursor.isAvailable(at)) {
          owner = cursor.said.uid();
        }
      }
    }
    return owner;
  }
}
