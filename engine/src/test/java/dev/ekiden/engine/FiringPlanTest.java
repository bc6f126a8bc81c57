package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.SchedulePolicy.Missed;
import dev.ekiden.engine.SchedulePolicy.Overlap;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiringPlanTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  /** Minutes ago of the due firings; how many run; what becomes of the others, oldest first. */
  @ParameterizedTest
  @CsvSource({
    "SKIP, 100, , 0, 1, ''",
    "SKIP, 100, , 1, 1, ''",
    "SKIP, 100, , 2, 0, NOT_RUN 1",
    "SKIP, 100, , 120 60 0, 1, NOT_RUN 2",
    "RUN_ONCE, 100, , 0, 1, ''",
    "RUN_ONCE, 100, , 90, 1, ''",
    "RUN_ONCE, 100, , 150 90 30, 1, NOT_RUN 2",
    "RUN_ONCE, 100, 45, 150 90 30, 1, TOO_LATE 2",
    "RUN_ONCE, 100, 45, 30 20, 1, NOT_RUN 1",
    "RUN_ONCE, 100, 45, 46, 0, TOO_LATE 1",
    "RUN_ONCE, 100, 45, 45, 1, ''",
    "RUN_ALL, 100, , 150 90 30, 3, ''",
    "RUN_ALL, 2, , 150 90 30, 2, CATCH_UP_LIMIT 1",
    "RUN_ALL, 1, 100, 150 90 30, 1, TOO_LATE 1 CATCH_UP_LIMIT 1"
  })
  void plans(
      Missed missed, int catchUp, Integer startBefore, String minutesAgo, int run, String dropped) {
    SchedulePolicy policy =
        new SchedulePolicy(
            missed,
            catchUp,
            Overlap.ALLOW,
            startBefore == null ? null : Duration.ofMinutes(startBefore),
            null);
    List<Instant> due =
        Stream.of(minutesAgo.split(" "))
            .map(minutes -> NOW.minus(Duration.ofMinutes(Long.parseLong(minutes))))
            .toList();
    FiringPlan plan =
        FiringPlan.of(new Firings.Due(List.of(), null, due, Optional.empty()), policy, NOW);
    assertThat(plan.firings()).isEqualTo(due.subList(due.size() - run, due.size()));
    assertThat(
            String.join(
                " ",
                plan.dropped().stream()
                    .map(one -> one.reason() + " " + one.run().count())
                    .toList()))
        .isEqualTo(dropped);
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOW, true, 0, 3, 3 0 0",
    "SKIP, false, 0, 1, 1 0 0",
    "SKIP, true, 0, 1, 0 0 1",
    "BUFFER, false, 0, 3, 1 2 0",
    "BUFFER, true, 0, 3, 0 3 0",
    "BUFFER, true, 998, 3, 0 2 1",
    "BUFFER, true, 1000, 1, 0 0 1"
  })
  void takesTurns(Overlap overlap, boolean busy, long waiting, int firings, String expected) {
    List<Instant> all = IntStream.range(0, firings).mapToObj(NOW::plusSeconds).toList();
    FiringTurn turn = FiringTurn.of(overlap, all, busy, waiting);
    assertThat(turn.run().size() + " " + turn.waiting().size() + " " + turn.skipped().size())
        .isEqualTo(expected);
    assertThat(Stream.of(turn.run(), turn.waiting(), turn.skipped()).flatMap(List::stream))
        .containsExactlyElementsOf(all);
  }

  @Test
  void refusesPoliciesThatMakeNoSense() {
    SchedulePolicy policy = SchedulePolicy.DEFAULT;
    assertThatThrownBy(() -> policy.withMissed(Missed.RUN_ALL))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("BUFFER or ALLOW");
    assertThat(policy.withOverlap(Overlap.BUFFER).withMissed(Missed.RUN_ALL).missed())
        .isEqualTo(Missed.RUN_ALL);
    for (int catchUp : new int[] {0, SchedulePolicy.MAX_CATCH_UP + 1}) {
      assertThatThrownBy(() -> policy.withCatchUp(catchUp))
          .hasMessageContaining("1 to 1000 firings, not " + catchUp);
    }
    assertThat(policy.withCatchUp(1).withCatchUp(SchedulePolicy.MAX_CATCH_UP).catchUp())
        .isEqualTo(1_000);
    for (Duration window :
        List.of(Duration.ofMillis(999), SchedulePolicy.MAX_START_BEFORE.plusMillis(1))) {
      assertThatThrownBy(() -> policy.withStartBefore(window))
          .hasMessageContaining("startBefore must be between");
    }
    assertThat(policy.withStartBefore(SchedulePolicy.MIN_START_BEFORE).startBefore()).hasSeconds(1);
    assertThat(policy.withStartBefore(SchedulePolicy.MAX_START_BEFORE).startBefore()).hasDays(365);
    assertThatThrownBy(() -> SchedulePolicy.parse(Missed.class, "missed", "sometimes"))
        .hasMessage("missed must be one of [SKIP, RUN_ONCE, RUN_ALL], not 'sometimes'");
    assertThat(SchedulePolicy.parse(Missed.class, "missed", "run-once")).isEqualTo(Missed.RUN_ONCE);
  }

  @Test
  void refusesCalendarsThatMakeNoSense() {
    assertThatThrownBy(
            () -> new BusinessCalendar("none", EnumSet.allOf(DayOfWeek.class), new TreeSet<>()))
        .hasMessageContaining("a day that is not weekend");
    List<LocalDate> many =
        Stream.iterate(LocalDate.parse("2026-01-01"), day -> day.plusDays(1))
            .limit(BusinessCalendar.MAX_HOLIDAYS + 1)
            .toList();
    assertThatThrownBy(() -> BusinessCalendar.of("many", many)).hasMessageContaining("not 2001");
    assertThat(BusinessCalendar.of("many", many.subList(1, many.size())).holidays())
        .hasSize(BusinessCalendar.MAX_HOLIDAYS);
    for (String date : Arrays.asList("1969-12-31", "+10000-01-01")) {
      assertThatThrownBy(() -> BusinessCalendar.of("far", List.of(LocalDate.parse(date))))
          .hasMessageContaining("in the years 1970 to 9999");
    }
    assertThatThrownBy(() -> BusinessCalendar.of("No Name", List.of()))
        .hasMessageContaining("the name of a business calendar");
  }
}
