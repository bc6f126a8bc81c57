package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T0-03: each venue's own zone, and the days on which its clocks change. */
class DaylightSavingTest {

  @ParameterizedTest
  @CsvSource({
    "America/New_York, 2026-03-07, 96",
    "America/New_York, 2026-03-08, 92",
    "America/New_York, 2026-11-01, 100",
    "Australia/Sydney, 2026-10-04, 92",
    "Australia/Sydney, 2026-04-05, 100",
    "Australia/Lord_Howe, 2026-10-04, 94",
    "Australia/Lord_Howe, 2026-04-05, 98",
    "Africa/Cairo, 2026-04-24, 92",
    "Asia/Tokyo, 2026-03-08, 96",
    "Pacific/Apia, 2011-12-30, 0",
  })
  void aDayHasAsManyQuarterHoursAsItLasts(String zone, LocalDate date, int quarters) {
    Fixture fixture = new Fixture().zone(zone, "none").unit(15);
    CalendarDay day = fixture.days(date, date).getFirst();
    assertThat(day.slots()).isEqualTo(quarters);
    assertThat(fixture.free(date)).hasSize(quarters == 0 ? 0 : 1);
    Instant start = date.atStartOfDay(fixture.zone).toInstant();
    Instant next = date.plusDays(1).atStartOfDay(fixture.zone).toInstant();
    assertThat(Duration.between(start, next)).isEqualTo(Duration.ofMinutes(15L * quarters));
  }

  @Test
  void inSpringTheNightIsAnHourShorter() {
    Fixture newYork = new Fixture().zone("America/New_York", "us").business("sat 22:00-28:00");
    // 22:00 EST to 04:00 EDT are five hours.
    assertThat(newYork.bookable("2026-03-07 22:00", "2026-03-08 04:00")).isTrue();
    assertThat(duration(newYork, "2026-03-07 22:00", "2026-03-08 04:00")).isEqualTo(5);
    assertThat(newYork.starts(LocalDate.of(2026, 3, 8), 60))
        .containsExactly("00:00", "01:00", "03:00");
  }

  @Test
  void inAutumnANightRangeCoversTheRepeatedHour() {
    Fixture newYork = new Fixture().zone("America/New_York", "us").business("sat 22:00-26:00");
    assertThat(newYork.starts(LocalDate.of(2026, 11, 1), 60))
        .containsExactly("00:00", "01:00", "01:00");
    Fixture endsInside =
        new Fixture().zone("America/New_York", "us").business("sat 22:00-25:30").unit(30);
    assertThat(endsInside.starts(LocalDate.of(2026, 11, 1), 30))
        .as("an end in the repeated hour means its second pass")
        .containsExactly("00:00", "00:30", "01:00", "01:30", "01:00");
    Fixture startsInside =
        new Fixture().zone("America/New_York", "us").business("sun 01:30-02:00").unit(30);
    assertThat(startsInside.starts(LocalDate.of(2026, 11, 1), 30))
        .as("a start in the repeated hour means its first pass")
        .containsExactly("01:30", "01:00", "01:30");
  }

  @Test
  void aStartInTheGapMovesForward() {
    Fixture sydney =
        new Fixture().zone("Australia/Sydney", "au-nsw").business("sun 02:30-05:00").unit(30);
    assertThat(sydney.starts(LocalDate.of(2026, 10, 4), 30))
        .containsExactly("03:30", "04:00", "04:30");
    assertThat(sydney.starts(LocalDate.of(2026, 10, 11), 30)).first().isEqualTo("02:30");
  }

  @Test
  void sydneysAutumnNightIsAnHourLonger() {
    Fixture sydney = new Fixture().zone("Australia/Sydney", "au-nsw").business("sat 22:00-28:00");
    assertThat(duration(sydney, "2026-04-04 22:00", "2026-04-05 04:00")).isEqualTo(7);
    assertThat(sydney.bookable("2026-04-04 22:00", "2026-04-05 04:00")).isTrue();
    assertThat(sydney.starts(LocalDate.of(2026, 4, 5), 60))
        .containsExactly("00:00", "01:00", "02:00", "02:00", "03:00");
  }

  @Test
  void theRepeatedHourHasItsOwnSlotsAndTheSamePrice() {
    Fixture newYork =
        new Fixture().zone("America/New_York", "us").prices("any 1000; sun 01:00-02:00 500");
    CalendarDay day = newYork.days(LocalDate.of(2026, 11, 1), LocalDate.of(2026, 11, 1)).getFirst();
    assertThat(day.prices())
        .containsExactly(
            new CalendarDay.PriceRun(1, 1000),
            new CalendarDay.PriceRun(2, 500),
            new CalendarDay.PriceRun(22, 1000));
  }

  @Test
  void onLordHoweHalfAnHourIsLeftOverForHourlyPlans() {
    Fixture island = new Fixture().zone("Australia/Lord_Howe", "none");
    CalendarDay day = island.days(LocalDate.of(2026, 10, 4), LocalDate.of(2026, 10, 4)).getFirst();
    assertThat(day.slots()).isEqualTo(23);
    assertThat(island.bookable("2026-10-04 22:30", "2026-10-04 23:30")).isTrue();
    assertThat(island.bookable("2026-10-04 22:30", "2026-10-05 00:30")).isFalse();
    assertThat(island.explain("2026-10-04 22:30", "2026-10-05 00:30").codes())
        .containsExactly(Unavailable.NOT_ALIGNED);
  }

  private static long duration(Fixture fixture, String from, String to) {
    return Duration.between(fixture.at(from), fixture.at(to)).toHours();
  }
}
