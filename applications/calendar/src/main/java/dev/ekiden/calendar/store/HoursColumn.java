package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.DayKind;
import dev.ekiden.calendar.availability.TimeRange;
import dev.ekiden.calendar.availability.WeeklyHours;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Weekly hours as the multirange that the database stores: lane × 2880 + minute, one lane for each
 * {@link DayKind}. Ranges of one day that touch become one, which is the same set of hours.
 *
 * <p>Remembers what it has read, because many plans keep the same hours: one reader for one batch.
 * Confined to one thread.
 */
final class HoursColumn {

  private static final int LANE_MINUTES = TimeRange.MAXIMUM_END_MINUTE;
  private static final Pattern RANGE = Pattern.compile("\\[(\\d+),(\\d+)\\)");

  private final Map<String, WeeklyHours> known = new HashMap<>();

  static String write(WeeklyHours hours) {
    return hours.ranges().stream()
        .map(range -> {
          int lane = DayKindNumbers.number(range.day()) * LANE_MINUTES;
          TimeRange time = range.time();
          return "[" + (lane + time.startMinute()) + "," + (lane + time.endMinute()) + ")";
        })
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** The hours as they will be read again: the form in which two equal sets of hours are equal. */
  static WeeklyHours normalized(WeeklyHours hours) {
    List<WeeklyHours.DayRange> merged = new ArrayList<>();
    for (WeeklyHours.DayRange range : hours.ranges()) {
      WeeklyHours.DayRange last = merged.isEmpty() ? null : merged.getLast();
      if (last != null
          && last.day() == range.day()
          && last.time().endMinute() == range.time().startMinute()) {
        TimeRange both = new TimeRange(last.time().startMinute(), range.time().endMinute());
        merged.set(merged.size() - 1, new WeeklyHours.DayRange(range.day(), both));
      } else {
        merged.add(range);
      }
    }
    return merged.size() == hours.ranges().size() ? hours : new WeeklyHours(merged);
  }

  WeeklyHours read(String multirange) {
    return known.computeIfAbsent(multirange, HoursColumn::parse);
  }

  private static WeeklyHours parse(String multirange) {
    List<WeeklyHours.DayRange> ranges = new ArrayList<>();
    Matcher range = RANGE.matcher(multirange);
    while (range.find()) {
      int start = Integer.parseInt(range.group(1));
      int end = Integer.parseInt(range.group(2));
      // A range that fills its lane to the end grows together with the next lane's first.
      while (start < end) {
        int lane = start / LANE_MINUTES;
        int laneStart = lane * LANE_MINUTES;
        int laneEnd = Math.min(end, laneStart + LANE_MINUTES);
        TimeRange time = new TimeRange(start - laneStart, laneEnd - laneStart);
        ranges.add(new WeeklyHours.DayRange(DayKindNumbers.kind(lane), time));
        start = laneEnd;
      }
    }
    return new WeeklyHours(ranges);
  }
}
