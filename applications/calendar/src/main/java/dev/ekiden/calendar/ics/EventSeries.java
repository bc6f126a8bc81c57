package dev.ekiden.calendar.ics;

import biweekly.component.VEvent;
import biweekly.parameter.Range;
import biweekly.property.RecurrenceId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that has one UID: an event, its repetitions, and what some of them were changed to. Confined
 * to one call.
 */
final class EventSeries {

  /** An event and where it stands. */
  record Located(VEvent event, EventTimes times, int line) {

    int sequence() {
      return event.getSequence() == null || event.getSequence().getValue() == null
          ? 0
          : event.getSequence().getValue();
    }
  }

  private final Instant from;
  private final Instant to;
  private final Set<Period> busy =
      new TreeSet<>(Comparator.comparing(Period::from).thenComparing(Period::to));

  private EventSeries(Instant from, Instant to) {
    this.from = from;
    this.to = to;
  }

  /**
   * The times of a series that overlap {@code [from, to)}, in order.
   *
   * @param versions of the event, with the same UID
   * @throws BadEventException with the line of the version that makes no sense
   */
  static Set<Period> times(List<Located> versions, Instant from, Instant to) {
    EventSeries series = new EventSeries(from, to);
    series.read(versions);
    return series.busy;
  }

  private void read(List<Located> versions) {
    @Nullable Located master = null;
    NavigableMap<Instant, Located> changed = new TreeMap<>();
    NavigableMap<Instant, Located> changedFromThere = new TreeMap<>();
    for (Located version : versions) {
      try {
        @Nullable RecurrenceId id = version.event().getRecurrenceId();
        if (id == null || id.getValue() == null) {
          master = newer(master, version);
        } else {
          Instant at =
              version.times().instant("RECURRENCE-ID", id.getValue(), version.times().zone(id));
          boolean following = Range.THIS_AND_FUTURE.equals(id.getRange());
          (following ? changedFromThere : changed).merge(at, version, EventSeries::newer);
        }
      } catch (BadEventException e) {
        throw e.at(version.line());
      }
    }
    Located current = master == null ? versions.getFirst() : master;
    try {
      if (master != null && isBusy(master.event())) {
        add(master, changed, changedFromThere);
      }
      for (Located version : changed.values()) {
        current = version;
        if (isBusy(version.event())) {
          add(new Occurrences(version.event(), version.times()).only());
        }
      }
    } catch (BadEventException e) {
      throw e.at(current.line());
    }
  }

  private static Located newer(@Nullable Located earlier, Located later) {
    return earlier != null && earlier.sequence() > later.sequence() ? earlier : later;
  }

  private static boolean isBusy(VEvent event) {
    boolean transparent =
        event.getTransparency() != null && event.getTransparency().isTransparent();
    boolean canceled = event.getStatus() != null && event.getStatus().isCancelled();
    return !transparent && !canceled;
  }

  private void add(
      Located master,
      NavigableMap<Instant, Located> changed,
      NavigableMap<Instant, Located> changedFromThere) {
    // An event that takes long may have begun before what is asked for.
    new Occurrences(master.event(), master.times())
        .before(to)
        .forEach((at, period) -> {
          Map.@Nullable Entry<Instant, Located> following = changedFromThere.floorEntry(at);
          if (changed.containsKey(at)) {
            return;
          }
          if (following == null) {
            add(period);
          } else if (isBusy(following.getValue().event())) {
            add(moved(at, following));
          }
        });
  }

  /** This and all following ones: moved as far as the first of them, and as long as that. */
  private static @Nullable Period moved(Instant at, Map.Entry<Instant, Located> following) {
    Located version = following.getValue();
    @Nullable Period first = new Occurrences(version.event(), version.times()).only();
    if (first == null) {
      return null;
    }
    long by = first.from().getEpochSecond() - following.getKey().getEpochSecond();
    long length = first.to().getEpochSecond() - first.from().getEpochSecond();
    Instant start = at.plusSeconds(by);
    return new Period(start, start.plusSeconds(length));
  }

  private void add(@Nullable Period period) {
    if (period != null && period.to().isAfter(from) && period.from().isBefore(to)) {
      busy.add(period);
    }
  }
}
