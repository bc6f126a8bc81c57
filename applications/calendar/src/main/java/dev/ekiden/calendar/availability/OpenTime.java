package dev.ekiden.calendar.availability;

import java.time.ZoneId;
import java.util.List;

/** Paints a space's hours on minute timelines over days with their lead-in. */
final class OpenTime {

  private final Truth truth;
  private final List<LocalDay> days;
  private final long from;
  private final long to;

  OpenTime(Truth truth, List<LocalDay> days) {
    this.truth = truth;
    this.days = days;
    this.from = days.getFirst().startMinute();
    this.to = days.getLast().endMinute();
  }

  /** Business hours or special hours, within rentable hours, without closures and blocks. */
  MinuteTimeline effective() {
    MinuteTimeline open = business();
    if (!truth.plan().rentableHours().isEmpty()) {
      open.and(rentable());
    }
    ZoneId zone = truth.venue().zone();
    for (Closure closure : truth.space().closures()) {
      open.clear(LocalDay.earlier(closure.from(), zone), LocalDay.later(closure.to(), zone));
    }
    for (Block block : truth.blocks()) {
      open.clear(
          CalendarCalculator.floorMinute(block.from()),
          CalendarCalculator.ceilingMinute(block.to()));
    }
    return open;
  }

  MinuteTimeline business() {
    MinuteTimeline open = new MinuteTimeline(from, to);
    for (LocalDay day : days) {
      for (TimeRange range : day.businessRanges(truth.space())) {
        open.set(day.startOf(range), day.endOf(range));
      }
    }
    return open;
  }

  /** All set if the plan does not narrow the hours. */
  MinuteTimeline rentable() {
    MinuteTimeline rentable = new MinuteTimeline(from, to);
    WeeklyHours hours = truth.plan().rentableHours();
    if (hours.isEmpty()) {
      rentable.setAll();
      return rentable;
    }
    for (LocalDay day : days) {
      for (TimeRange range : day.ranges(hours)) {
        rentable.set(day.startOf(range), day.endOf(range));
      }
    }
    return rentable;
  }
}
