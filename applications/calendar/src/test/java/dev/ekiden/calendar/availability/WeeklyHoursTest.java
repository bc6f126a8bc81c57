package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T0-01: weekly hours, several ranges a day, over midnight. */
class WeeklyHoursTest {

  private static final LocalDate MONDAY = Fixture.MONDAY;

  @Test
  void severalRangesOfADayAreFreeAndTheBreakIsNot() {
    Fixture cafe = new Fixture().business("mon-fri 09:00-12:00,13:00-18:00");
    assertThat(cafe.free(MONDAY)).containsExactly("09:00-12:00", "13:00-18:00");
    assertThat(cafe.free(MONDAY.plusDays(5))).as("Saturday").isEmpty();
  }

  @Test
  void aNightRangeBelongsToTheDayItStartsOnAndReachesIntoTheNext() {
    Fixture bar = new Fixture().business("fri 22:00-26:00");
    LocalDate friday = MONDAY.plusDays(4);
    assertThat(bar.free(friday)).containsExactly("22:00-00:00");
    assertThat(bar.free(friday.plusDays(1))).containsExactly("00:00-02:00");
    assertThat(bar.bookable("2026-06-05 23:00", "2026-06-06 02:00")).isTrue();
    assertThat(bar.bookable("2026-06-05 23:00", "2026-06-06 03:00")).isFalse();
  }

  @Test
  void aNightRangeOfSundayReachesIntoMonday() {
    Fixture bar = new Fixture().business("sun 20:00-28:00");
    assertThat(bar.free(MONDAY)).containsExactly("00:00-04:00");
  }

  @Test
  void rentableHoursNarrowBusinessHoursMomentByMoment() {
    Fixture hall = new Fixture().business("mon-sun 18:00-26:00").rentable("mon-sun 00:00-20:00");
    assertThat(hall.free(MONDAY)).containsExactly("00:00-02:00", "18:00-20:00");
  }

  @Test
  void hoursThatAreNoMultipleOfTheSlotOpenOnlyWholeSlots() {
    Fixture studio = new Fixture().business("mon 09:10-12:50").unit(30);
    assertThat(studio.free(MONDAY)).containsExactly("09:30-12:30");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mon-fri 09:00-18:00|mon-fri 09:00-18:00",
        "mon,tue,wed 09:00-18:00|mon-wed 09:00-18:00",
        "Mon,TUE 09:00-18:00|mon,tue 09:00-18:00",
        "sat,hol 22:00-26:00;mon-fri 09:00-18:00|mon-fri 09:00-18:00; sat,hol 22:00-26:00",
        "mon 13:00 - 18:00 , 09:00-12:00 ;|mon 09:00-12:00,13:00-18:00",
        "mon 13:00-18:00; mon 09:00-12:00|mon 09:00-12:00,13:00-18:00",
        "sat-tue 10:00-12:00|mon,tue,sat,sun 10:00-12:00",
        "mon-sun,hol 00:00-24:00|mon-sun,hol 00:00-24:00",
        "mon 23:59-48:00|mon 23:59-48:00",
        "''|''",
      })
  void hoursAreReadAndWrittenInOneNotation(String text, String canonical) {
    WeeklyHours hours = WeeklyHours.parse(text);
    assertThat(hours.text()).isEqualTo(canonical);
    assertThat(WeeklyHours.parse(canonical)).isEqualTo(hours);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mon 09:00|character 10, at the end: expected '-'",
        "mon 9:00-18:00|character 5, at '9:00-18:00': expected a time such as 09:00",
        "mon 09:00-18:60|character 11, at '18:60': expected a time such as 09:00",
        "mon 09:00-18:000|character 11, at '18:000': expected a time",
        "mon 18:00-09:00|character 5, at '18:00-09:00': end 09:00 must be after the start 18:00",
        "mon 24:00-25:00|character 5, at '24:00-25:00': start 24:00 must be between 00:00 and 23:59",
        "mon 23:00-48:01|character 5, at '23:00-48:01': end 48:01 must be at most 48:00",
        "mon,fir 09:00-18:00|character 5, at 'fir': expected one of mon, tue, wed",
        "mon-hol 09:00-18:00|character 1, at 'mon-hol': a range of days runs between weekdays",
        "mon-fri,tue 09:00-18:00|character 9, at 'tue': the day tue is named twice",
        "mon 09:00-18:00 tue 09:00-18:00|character 17, at 'tue': expected ';' before the next days",
        "mon-fri|character 8, at the end: expected a time such as 09:00",
        "; mon 09:00-10:00|character 1, at ';': expected one of mon",
        "月 09:00-18:00|character 1, at '月': expected one of mon",
      })
  void aMistakeIsToldWithItsPosition(String text, String message) {
    assertThatThrownBy(() -> WeeklyHours.parse(text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message)
        .hasMessageStartingWith("hours '" + text + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mon 09:00-12:00,11:59-18:00|mon 09:00-12:00 and mon 11:59-18:00",
        "mon 22:00-26:00; tue 01:00-05:00|mon 22:00-26:00 and tue 01:00-05:00",
        "sun 22:00-26:00; mon 01:00-05:00|mon 01:00-05:00 and sun 22:00-26:00",
        "hol 22:00-26:00; wed 01:00-05:00|wed 01:00-05:00 and hol 22:00-26:00",
        "sat 22:00-26:00; hol 01:00-05:00|sat 22:00-26:00 and hol 01:00-05:00",
        "hol 10:00-35:00|hol 10:00-35:00",
        "mon-sun 10:00-35:00|mon 10:00-35:00 and tue 10:00-35:00",
      })
  void overlapsAreRefusedAlsoAfterMidnight(String text, String named) {
    assertThatThrownBy(() -> WeeklyHours.parse(text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("'" + named + "': ranges must not overlap");
  }

  @Test
  void rangesMayTouchAlsoAtMidnightAndAfter() {
    assertThat(WeeklyHours.parse("mon-sun,hol 00:00-12:00,12:00-24:00").ranges()).hasSize(16);
    assertThat(WeeklyHours.parse("mon 22:00-26:00; tue 02:00-05:00").ranges()).hasSize(2);
    assertThat(WeeklyHours.parse("mon 10:00-34:00; wed 01:00-05:00").ranges()).hasSize(2);
  }

  @Test
  void allOverlapsAreToldTogether() {
    assertThatThrownBy(() -> WeeklyHours.parse("mon 09:00-12:00,11:00-13:00,12:30-14:00"))
        .isInstanceOfSatisfying(
            InvalidValueException.class, refused -> assertThat(refused.problems()).hasSize(2));
  }

  @Test
  void aDayHasAtMostTwentyFourRanges() {
    assertThat(WeeklyHours.parse("mon " + hourly(24, 30)).ranges()).hasSize(24);
    assertThatThrownBy(() -> WeeklyHours.parse("mon " + hourly(24, 20) + ",23:30-23:40"))
        .hasMessageContaining("mon has 25 ranges")
        .hasMessageContaining("must be at most 24 ranges a day");
  }

  @Test
  void textIsLimited() {
    String padding = " ".repeat(TextCursor.MAXIMUM_LENGTH - "mon 09:00-10:00".length());
    assertThat(WeeklyHours.parse(padding + "mon 09:00-10:00").ranges()).hasSize(1);
    assertThatThrownBy(() -> WeeklyHours.parse(padding + " mon 09:00-10:00"))
        .hasMessageContaining("must be at most 20000 characters");
  }

  private static String hourly(int count, int minutes) {
    return IntStream.range(0, count)
        .mapToObj(hour -> "%02d:00-%02d:%02d".formatted(hour, hour, minutes))
        .collect(Collectors.joining(","));
  }
}
