package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.DayKind;
import java.util.List;

/** The numbers that kinds of day have in the database; stored, so they never change. */
final class DayKindNumbers {

  private static final List<DayKind> ORDER =
      List.of(
          DayKind.MONDAY,
          DayKind.TUESDAY,
          DayKind.WEDNESDAY,
          DayKind.THURSDAY,
          DayKind.FRIDAY,
          DayKind.SATURDAY,
          DayKind.SUNDAY,
          DayKind.HOLIDAY);

  private DayKindNumbers() {}

  /** 0 for Monday to 6 for Sunday, 7 for a holiday. */
  static int number(DayKind kind) {
    return ORDER.indexOf(kind);
  }

  static DayKind kind(int number) {
    return ORDER.get(number);
  }
}
