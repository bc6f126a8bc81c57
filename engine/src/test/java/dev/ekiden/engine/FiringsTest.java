package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.SchedulePolicy.DayRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiringsTest {
  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
  private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** Friday 9 January is a working day, Monday 12 January a holiday. */
  private static final BusinessCalendar JAPAN =
      BusinessCalendar.of("japan", List.of(LocalDate.parse("2026-01-12")));

  private static Firings cron(String expression, ZoneId zone) {
    return new Firings(new Timing.Cron(expression), zone, ORIGIN, null, null);
  }

  private static Firings daily(String expression, DayRule rule) {
    return new Firings(new Timing.Cron(expression), TOKYO, ORIGIN, JAPAN, rule);
  }

  private static List<String> local(Firings firings, String from, int count, ZoneId zone) {
    List<String> all = new ArrayList<>();
    Optional<Instant> next = firings.next(Instant.parse(from));
    while (next.isPresent() && all.size() < count) {
      all.add(next.get().atZone(zone).toLocalDateTime().toString());
      next = firings.next(next.get());
    }
    return all;
  }

  /** The firings after an instant at which the clocks are about to change. */
  @ParameterizedTest
  @CsvSource({
    // 8 March 2026, New York: 02:00 becomes 03:00 at 07:00Z.
    "30 2 * * *, America/New_York, 2026-03-08T00:00:00Z, 07:00 06:30",
    "15 * * * *, America/New_York, 2026-03-08T05:30:00Z, 06:15 07:15 08:15",
    "0 3 * * *, America/New_York, 2026-03-08T00:00:00Z, 07:00 07:00",
    // 1 November 2026: 02:00 becomes 01:00 at 06:00Z.
    "30 1 * * *, America/New_York, 2026-11-01T00:00:00Z, 05:30 06:30",
    "0 2 * * *, America/New_York, 2026-11-01T00:00:00Z, 07:00 07:00",
    // Lord Howe moves by half an hour: 4 October, 02:00 becomes 02:30 at 15:30Z of the day before.
    "10 2 * * *, Australia/Lord_Howe, 2026-10-03T00:00:00Z, 15:30 15:10",
    // Beirut skips midnight: 29 March, 00:00 becomes 01:00 at 22:00Z of the day before.
    "0 0 * * *, Asia/Beirut, 2026-03-28T00:00:00Z, 22:00 21:00",
    // Tokyo has no clock changes.
    "30 2 * * *, Asia/Tokyo, 2026-03-08T00:00:00Z, 17:30 17:30"
  })
  void firesRightWhereTheClocksChange(String expression, ZoneId zone, String from, String times) {
    Firings firings = cron(expression, zone);
    List<String> all = new ArrayList<>();
    Instant at = Instant.parse(from);
    for (String ignored : times.split(" ")) {
      at = firings.next(at).orElseThrow();
      all.add(at.toString().substring(11, 16));
    }
    assertThat(String.join(" ", all)).isEqualTo(times);
  }

  @Test
  void aScheduleOfEveryHourFiresEveryHourWhileTheClockRepeatsOne() {
    Firings hourly = cron("0 * * * *", ZoneId.of("America/New_York"));
    Firings.Due due =
        hourly.due(Instant.parse("2026-11-01T04:00:00Z"), Instant.parse("2026-11-01T08:00:00Z"));
    assertThat(due.latest())
        .containsExactlyElementsOf(
            Stream.iterate(4, hour -> hour + 1)
                .limit(5)
                .map(hour -> Instant.parse("2026-11-01T0" + hour + ":00:00Z"))
                .toList());
  }

  @Test
  void aZoneThatSkipsAWholeDayFiresOnceForIt() {
    // Samoa had no 30 December 2011.
    ZoneId apia = ZoneId.of("Pacific/Apia");
    assertThat(local(cron("0 9 * * *", apia), "2011-12-29T12:00:00Z", 4, apia))
        .containsExactly(
            "2011-12-29T09:00", "2011-12-31T00:00", "2011-12-31T09:00", "2012-01-01T09:00");
  }

  @ParameterizedTest
  @CsvSource({
    "SKIP, 0 9 * * *, 2026-01-09T09:00 2026-01-13T09:00 2026-01-14T09:00",
    "NEXT, 0 9 * * *, 2026-01-09T09:00 2026-01-13T09:00 2026-01-14T09:00",
    "PREVIOUS, 0 9 * * *, 2026-01-09T09:00 2026-01-13T09:00 2026-01-14T09:00",
    "SKIP, 0 9 10 * *, 2026-02-10T09:00 2026-03-10T09:00 2026-04-10T09:00",
    "NEXT, 0 9 10 * *, 2026-01-13T09:00 2026-02-10T09:00 2026-03-10T09:00",
    "PREVIOUS, 0 9 10 * *, 2026-01-09T09:00 2026-02-10T09:00 2026-03-10T09:00",
    "NEXT, '0 9,17 11,13 * *', 2026-01-13T09:00 2026-01-13T17:00 2026-02-11T09:00",
    "PREVIOUS, '0 9,17 12 * *', 2026-01-09T09:00 2026-01-09T17:00 2026-02-12T09:00",
    "NEXT, 0 9 * * SUN, 2026-01-13T09:00 2026-01-19T09:00 2026-01-26T09:00"
  })
  void keepsToBusinessDays(DayRule rule, String expression, String expected) {
    assertThat(local(daily(expression, rule), "2026-01-08T12:00:00Z", 3, TOKYO))
        .containsExactly(expected.split(" "));
  }

  @Test
  void aFiringOfADayOffIsDueButDropped() {
    Firings firings = daily("0 9,17 * * *", DayRule.SKIP);
    Firings.Due due =
        firings.due(Instant.parse("2026-01-09T08:00:00Z"), Instant.parse("2026-01-13T00:00:00Z"));
    assertThat(due.daysOff()).extracting(Firings.Run::count).containsExactly(2L, 2L, 2L);
    assertThat(due.latest())
        .containsExactly(
            Instant.parse("2026-01-09T08:00:00Z"), Instant.parse("2026-01-13T00:00:00Z"));
    assertThat(firings.nextDue(Instant.parse("2026-01-09T08:00:00Z")))
        .contains(Instant.parse("2026-01-10T00:00:00Z"));
  }

  @Test
  void saysWhatWasMoved() {
    Firings next = daily("0 9 * * *", DayRule.NEXT);
    assertThat(next.movedFrom(Instant.parse("2026-01-13T00:00:00Z")))
        .isEqualTo("moved from 2026-01-10 and 2 other days");
    assertThat(next.movedFrom(Instant.parse("2026-01-14T00:00:00Z"))).isNull();
    assertThat(
            daily("0 9 12 * *", DayRule.PREVIOUS).movedFrom(Instant.parse("2026-01-09T00:00:00Z")))
        .isEqualTo("moved from 2026-01-12");
  }

  @Test
  void aScheduleOfDaysOffOnlyNeverFires() {
    assertThat(daily("0 9 * * SAT,SUN", DayRule.SKIP).next(ORIGIN)).isEmpty();
    assertThat(daily("0 9 29 2 *", DayRule.NEXT).next(ORIGIN))
        .contains(Instant.parse("2028-02-29T00:00:00Z"));
  }

  @Test
  void countsEveryMissedFiringInSteps() {
    Firings firings = cron("* * * * *", ZoneOffset.UTC);
    Instant from = ORIGIN;
    Instant now = ORIGIN.plus(Duration.ofMinutes(25_000));
    long counted = 0;
    int rounds = 0;
    Firings.Due due;
    do {
      due = firings.due(from, now);
      rounds++;
      counted += due.latest().size() + (due.earlier() == null ? 0 : due.earlier().count());
      from = due.next().orElseThrow();
    } while (due.latest().isEmpty());
    assertThat(counted).isEqualTo(25_001);
    assertThat(rounds).isEqualTo(3);
    assertThat(due.latest()).hasSize(SchedulePolicy.MAX_CATCH_UP).endsWith(now);
  }

  @Test
  void countsARateWithoutSteps() {
    Firings firings =
        new Firings(new Timing.Rate(Duration.ofSeconds(1)), TOKYO, ORIGIN, null, null);
    Instant now = ORIGIN.plus(Duration.ofDays(365)).plusMillis(500);
    Firings.Due due = firings.due(ORIGIN.plusSeconds(1), now);
    assertThat(due.earlier()).isNotNull();
    assertThat(due.earlier().count() + due.latest().size())
        .isEqualTo(Duration.ofDays(365).toSeconds());
    assertThat(due.earlier().last()).isEqualTo(due.latest().getFirst().minusSeconds(1));
    assertThat(due.latest()).hasSize(SchedulePolicy.MAX_CATCH_UP).endsWith(now.minusMillis(500));
    assertThat(due.next()).contains(now.plusMillis(500));
  }
}
