package dev.ekiden.calendar.availability;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Hours that repeat every week, with ranges of their own for public holidays. Immutable.
 *
 * <p>On a public holiday the {@link DayKind#HOLIDAY} ranges apply if there are any, else those of
 * the weekday. A range that passes midnight belongs to the day it starts on. Two ranges may touch
 * but not overlap, not even where one reaches over midnight into a range of a day that may follow.
 *
 * <p>Notation, for CSV cells and JSON strings: {@code mon-fri 09:00-12:00,13:00-18:00; sat,hol
 * 22:00-26:00}. Entries are separated by semicolons; days are {@code mon tue wed thu fri sat sun
 * hol}, listed with commas or as a range; times run from 00:00 to 48:00. The empty text is {@link
 * #NONE}.
 */
public record WeeklyHours(List<DayRange> ranges) {

  /** One range of one kind of day. */
  public record DayRange(DayKind day, TimeRange time) {
    @Override
    public String toString() {
      return day.text() + " " + time.text();
    }
  }

  /** The most ranges one kind of day may have. */
  public static final int MAXIMUM_RANGES_PER_DAY = 24;

  /** No hours at all; what that means (closed, no restriction) is for the owner to say. */
  public static final WeeklyHours NONE = new WeeklyHours(List.of());

  /** Around the clock on every day. */
  public static final WeeklyHours ALWAYS = parse("mon-sun 00:00-24:00");

  public WeeklyHours {
    ranges =
        ranges.stream()
            .sorted(Comparator.comparing(DayRange::day).thenComparing(DayRange::time))
            .toList();
    Checks checks = new Checks();
    for (int first = 0; first < ranges.size(); first++) {
      for (int second = first; second < ranges.size(); second++) {
        refuseOverlap(checks, ranges.get(first), ranges.get(second), first == second);
      }
    }
    Map<DayKind, Long> counts =
        ranges.stream().collect(Collectors.groupingBy(DayRange::day, Collectors.counting()));
    counts.forEach((day, count) ->
        checks.that(
            count <= MAXIMUM_RANGES_PER_DAY,
            "hours",
            day.text() + " has " + count + " ranges",
            "must be at most " + MAXIMUM_RANGES_PER_DAY + " ranges a day"));
    checks.done();
  }

  /**
   * Reads the notation; {@code ""} is {@link #NONE}.
   *
   * @throws InvalidValueException with the position of the first mistake, or with all overlaps
   */
  public static WeeklyHours parse(String text) {
    TextCursor cursor = new TextCursor("hours", text);
    List<DayRange> ranges = new ArrayList<>();
    cursor.skipSpaces();
    while (!cursor.atEnd()) {
      Set<DayKind> days = cursor.days();
      do {
        cursor.skipSpaces();
        TimeRange time = cursor.timeRange();
        days.forEach(day -> ranges.add(new DayRange(day, time)));
        cursor.skipSpaces();
      } while (cursor.accept(','));
      if (!cursor.atEnd() && !cursor.accept(';')) {
        throw cursor.mistake(cursor.position(), "expected ';' before the next days");
      }
      cursor.skipSpaces();
    }
    return new WeeklyHours(ranges);
  }

  /** The shortest form of the notation, equal for equal hours. */
  public String text() {
    Map<String, List<DayKind>> daysByTimes = new LinkedHashMap<>();
    Map<DayKind, List<DayRange>> byDay =
        ranges.stream()
            .collect(
                Collectors.groupingBy(
                    DayRange::day, () -> new EnumMap<>(DayKind.class), Collectors.toList()));
    byDay.forEach((day, ofDay) -> {
      String times =
          ofDay.stream().map(range -> range.time().text()).collect(Collectors.joining(","));
      daysByTimes.computeIfAbsent(times, ignored -> new ArrayList<>()).add(day);
    });
    return daysByTimes.entrySet().stream()
        .map(entry -> DayNames.text(entry.getValue()) + " " + entry.getKey())
        .collect(Collectors.joining("; "));
  }

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** The ranges that start on a day, ordered; the holiday's if it is one and any exist. */
  public List<TimeRange> on(DayKind weekday, boolean holiday) {
    List<TimeRange> ofHoliday = holiday ? of(DayKind.HOLIDAY) : List.of();
    return ofHoliday.isEmpty() ? of(weekday) : ofHoliday;
  }

  private List<TimeRange> of(DayKind day) {
    List<TimeRange> times = new ArrayList<>(2);
    for (DayRange range : ranges) {
      if (range.day() == day) {
        times.add(range.time());
      }
    }
    return times;
  }

  @Override
  public String toString() {
    return text();
  }

  private static void refuseOverlap(
      Checks checks, DayRange first, DayRange second, boolean sameRange) {
    boolean sameDay =
        !sameRange && first.day() == second.day() && meets(first.time(), 0, second.time());
    boolean overlap =
        sameDay || reachesInto(first, second) || (!sameRange && reachesInto(second, first));
    checks.that(
        !overlap,
        "hours",
        sameRange ? first : first + " and " + second,
        "ranges must not overlap, also not after midnight on the following day");
  }

  private static boolean reachesInto(DayRange earlier, DayRange later) {
    return earlier.day().mayPrecede(later.day())
        && meets(earlier.time(), TimeRange.MINUTES_PER_DAY, later.time());
  }

  private static boolean meets(TimeRange range, int shift, TimeRange other) {
    return range.startMinute() < other.endMinute() + shift
        && other.startMinute() + shift < range.endMinute();
  }
}
