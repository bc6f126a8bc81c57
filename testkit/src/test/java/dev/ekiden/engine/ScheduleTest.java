package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.SchedulePolicy.DayRule;
import dev.ekiden.engine.SchedulePolicy.Missed;
import dev.ekiden.engine.SchedulePolicy.Overlap;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ScheduleTest {
  record Tick(int value) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  private final AtomicInteger runs = new AtomicInteger();
  private final RecordingListener listener = new RecordingListener();
  private final JobDefinition<Tick> tick =
      JobDefinition.named("tick", Tick.class)
          .handler((payload, context) -> runs.addAndGet(payload.value()));
  private Engine engine = jobs.engine(listener, tick);

  @BeforeEach
  void begin() {
    engine.clock().set(Instant.parse("2026-03-01T00:00:00Z"));
  }

  private JobRequest request() {
    return tick.request(new Tick(1));
  }

  @Test
  void firesByCronInItsZone() {
    Schedule schedule =
        engine.schedules().put("daily", request(), new Timing.Cron("0 3 * * *"), TOKYO);
    assertThat(schedule.nextAt()).isEqualTo("2026-03-01T18:00:00Z");
    assertThat(jobs.set(Instant.parse("2026-03-01T17:59:00Z"))).isZero();
    assertThat(jobs.set(Instant.parse("2026-03-01T18:00:01Z"))).isEqualTo(1);
    Schedule after = engine.schedules().get("daily");
    assertThat(after.nextAt()).isEqualTo("2026-03-02T18:00:00Z");
    assertThat(after.missed()).isZero();
    assertThat(engine.jobs().get(after.lastJob()).payload()).isEqualTo("{\"value\":1}");
  }

  @Test
  void makesUpOneOfManyMissedFirings() {
    engine.schedules().put("hourly", request(), new Timing.Cron("0 * * * *"), ZoneOffset.UTC);
    assertThat(jobs.set(Instant.parse("2026-03-01T10:30:00Z"))).isEqualTo(1);
    assertThat(runs).hasValue(1);
    Schedule schedule = engine.schedules().get("hourly");
    assertThat(schedule.missed()).isEqualTo(9);
    assertThat(schedule.nextAt()).isEqualTo("2026-03-01T11:00:00Z");
  }

  @Test
  void skipsAFiringWhileThePreviousJobHasNotEnded() {
    engine.schedules().put("often", request(), new Timing.Rate(Duration.ofMinutes(1)), TOKYO);
    engine.queues().pause("tick", null);
    jobs.advance(Duration.ofSeconds(61));
    jobs.advance(Duration.ofSeconds(60));
    jobs.advance(Duration.ofSeconds(60));
    Schedule schedule = engine.schedules().get("often");
    assertThat(schedule.skipped()).isEqualTo(2);
    assertThat(listener.count(event -> event.equals("skipped often"))).isEqualTo(2);
    engine.queues().resume("tick");
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(jobs.advance(Duration.ofSeconds(60))).isEqualTo(1);
  }

  @Test
  void aRateCountsFromItsCreation() {
    engine.schedules().put("rate", request(), new Timing.Rate(Duration.ofMinutes(7)), TOKYO);
    assertThat(engine.schedules().nextFirings("rate", 3))
        .extracting(instant -> Duration.between(Instant.parse("2026-03-01T00:00:00Z"), instant))
        .extracting(Duration::toMinutes)
        .containsExactly(7L, 14L, 21L);
  }

  @Test
  void firesOnceAtATime() {
    engine
        .schedules()
        .put("once", request(), new Timing.Once(Instant.parse("2026-03-05T00:00:00Z")), TOKYO);
    assertThat(jobs.advance(Duration.ofDays(5))).isEqualTo(1);
    assertThat(engine.schedules().get("once").nextAt()).isNull();
    assertThat(jobs.advance(Duration.ofDays(5))).isZero();
    assertThatThrownBy(() ->
            engine
                .schedules()
                .put(
                    "past",
                    request(),
                    new Timing.Once(Instant.parse("2020-01-01T00:00:00Z")),
                    TOKYO))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("never fire");
  }

  @Test
  void firesOnceWhereTheClockSkipsOrRepeatsItsTime() {
    engine.schedules().put("gap", request(), new Timing.Cron("30 2 * * *"), NEW_YORK);
    List<Instant> firings = engine.schedules().nextFirings("gap", 9);
    assertThat(firings)
        .as("02:30 does not exist on 8 March: it fires right after the gap, once")
        .contains(Instant.parse("2026-03-08T07:00:00Z"))
        .doesNotHaveDuplicates();
    assertThat(firings).hasSize(9);
    engine.schedules().put("overlap", request(), new Timing.Cron("30 1 * * *"), NEW_YORK);
    engine.clock().set(Instant.parse("2026-10-31T12:00:00Z"));
    assertThat(engine.schedules().nextFirings("overlap", 2))
        .as("01:30 comes twice on 1 November: it fires at the first")
        .containsExactly(
            Instant.parse("2026-11-01T05:30:00Z"), Instant.parse("2026-11-02T06:30:00Z"));
  }

  @Test
  void putTwiceChangesNothing() {
    Timing timing = new Timing.Rate(Duration.ofHours(1));
    Schedule first = engine.schedules().put("same", request(), timing, TOKYO);
    engine.clock().advance(Duration.ofMinutes(30));
    assertThat(engine.schedules().put("same", request(), timing, TOKYO)).isEqualTo(first);
    Schedule changed =
        engine.schedules().put("same", request(), new Timing.Rate(Duration.ofHours(2)), TOKYO);
    assertThat(changed.nextAt()).isAfter(first.nextAt());
    assertThat(engine.schedules().list()).hasSize(1);
  }

  @Test
  void pausesResumesRunsNowAndIsRemoved() {
    engine.schedules().put("p", request(), new Timing.Rate(Duration.ofMinutes(1)), TOKYO);
    engine.schedules().pause("p");
    assertThat(jobs.advance(Duration.ofMinutes(10))).isZero();
    engine.schedules().resume("p");
    assertThat(jobs.runDue()).as("what came due in the pause is not made up").isZero();
    assertThat(jobs.advance(Duration.ofMinutes(1))).isEqualTo(1);
    engine.schedules().runNow("p");
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.schedules().remove("p")).isTrue();
    assertThat(engine.schedules().remove("p")).isFalse();
    assertThatThrownBy(() -> engine.schedules().get("p")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void twoEnginesFireAScheduleOnce() {
    Engine other = jobs.engine(tick);
    engine.schedules().put("one", request(), new Timing.Rate(Duration.ofMinutes(1)), TOKYO);
    engine.clock().advance(Duration.ofSeconds(61));
    assertThat(engine.runDue() + other.runDue()).isEqualTo(1);
  }

  @Test
  void refusesTimingsThatMakeNoSense() {
    assertThatThrownBy(() -> new Timing.Cron("0 0 30 2 *"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CRON_NEVER_FIRES));
    assertThatThrownBy(() -> new Timing.Cron("61 * * * *"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CRON))
        .hasMessageContaining("61");
    assertThatThrownBy(() -> new Timing.Cron("every day")).hasMessageContaining("cron expression");
    assertThatThrownBy(() -> Schedule.zone("Mars/Olympus"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ZONE))
        .hasMessageContaining("Mars/Olympus");
    assertThatThrownBy(() -> new Timing.Rate(Duration.ofMillis(999)))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(new Timing.Rate(Duration.ofSeconds(1)).period()).hasSeconds(1);
    assertThatThrownBy(() ->
            engine
                .schedules()
                .put("x", JobRequest.of("unknown", null), new Timing.Cron("* * * * *"), TOKYO))
        .isInstanceOf(NotFoundException.class);
    assertThat(new Timing.Cron("0 0 29 2 *").expression()).as("leap days do fire").isNotEmpty();
  }

  private void cron(String name, String expression, SchedulePolicy policy) {
    engine.schedules().put(name, request(), new Timing.Cron(expression), TOKYO, policy);
  }

  private List<String> history(String name) {
    return engine.schedules().history(name, Schedules.MAX_HISTORY).stream()
        .map(one -> one.outcome() + " " + one.reason() + " " + one.firings())
        .toList();
  }

  @Test
  void skipsMissedFiringsButNotOneThatIsOnTime() {
    cron("skip", "0 * * * *", SchedulePolicy.DEFAULT.withMissed(Missed.SKIP));
    assertThat(jobs.set(Instant.parse("2026-03-01T03:30:00Z"))).isZero();
    assertThat(history("skip")).containsExactly("MISSED NOT_RUN 3");
    assertThat(listener.events()).contains("missed skip 3");
    assertThat(jobs.set(Instant.parse("2026-03-01T04:00:30Z"))).isEqualTo(1);
    assertThat(history("skip")).containsExactly("FIRED null 1", "MISSED NOT_RUN 3");
    assertThat(engine.schedules().get("skip").missed()).isEqualTo(3);
    ScheduleFiring missed = engine.schedules().history("skip", 2).getLast();
    assertThat(missed.firstDue()).isEqualTo("2026-03-01T01:00:00Z");
    assertThat(missed.lastDue()).isEqualTo("2026-03-01T03:00:00Z");
    assertThat(missed.decidedAt()).isAfterOrEqualTo("2026-03-01T03:30:00Z");
    assertThat(missed.job()).isNull();
  }

  @Test
  void makesUpAllMissedFiringsUpToTheLimitOneAfterTheOther() {
    cron(
        "all",
        "0 * * * *",
        SchedulePolicy.DEFAULT
            .withOverlap(Overlap.BUFFER)
            .withMissed(Missed.RUN_ALL)
            .withCatchUp(4));
    assertThat(jobs.set(Instant.parse("2026-03-01T10:30:00Z"))).isEqualTo(4);
    assertThat(runs).hasValue(4);
    assertThat(history("all"))
        .containsExactly(
            "FIRED OVERLAP 1",
            "FIRED OVERLAP 1",
            "FIRED OVERLAP 1",
            "FIRED null 1",
            "MISSED CATCH_UP_LIMIT 6");
    assertThat(engine.schedules().get("all").missed()).isEqualTo(6);
    assertThat(engine.schedules().history("all", 4))
        .extracting(ScheduleFiring::job)
        .doesNotContainNull()
        .doesNotHaveDuplicates();
  }

  @Test
  void letsFiringsOverlapWhenAllowed() {
    cron("many", "* * * * *", SchedulePolicy.DEFAULT.withOverlap(Overlap.ALLOW));
    engine.queues().pause("tick", null);
    for (int i = 0; i < 3; i++) {
      jobs.advance(Duration.ofMinutes(1));
    }
    engine.queues().resume("tick");
    assertThat(jobs.runDue()).isEqualTo(3);
  }

  @Test
  void bufferedFiringsRunOneAfterTheOther() {
    cron("serial", "* * * * *", SchedulePolicy.DEFAULT.withOverlap(Overlap.BUFFER));
    engine.queues().pause("tick", null);
    for (int i = 0; i < 4; i++) {
      jobs.advance(Duration.ofMinutes(1));
    }
    assertThat(engine.schedules().get("serial").waiting()).isEqualTo(3);
    assertThat(engine.queues().find("tick").orElseThrow().ready()).isEqualTo(1);
    engine.schedules().pause("serial");
    engine.queues().resume("tick");
    assertThat(jobs.runDue()).as("a paused schedule lets its firings wait").isEqualTo(1);
    engine.schedules().resume("serial");
    assertThat(jobs.runDue()).isEqualTo(3);
    assertThat(engine.schedules().get("serial").waiting()).isZero();
    assertThat(history("serial")).hasSize(4).allMatch(one -> one.startsWith("FIRED"));
  }

  @Test
  void aFiringThatComesTooLateIsDropped() {
    SchedulePolicy policy =
        SchedulePolicy.DEFAULT.withOverlap(Overlap.BUFFER).withStartBefore(Duration.ofMinutes(10));
    cron("late", "0 * * * *", policy);
    assertThat(jobs.set(Instant.parse("2026-03-01T01:10:01Z"))).isZero();
    assertThat(history("late")).containsExactly("MISSED TOO_LATE 1");
    assertThat(jobs.set(Instant.parse("2026-03-01T02:09:59Z"))).isEqualTo(1);
    engine.queues().pause("tick", null);
    jobs.set(Instant.parse("2026-03-01T03:00:00Z"));
    jobs.set(Instant.parse("2026-03-01T04:00:00Z"));
    engine.clock().set(Instant.parse("2026-03-01T04:30:00Z"));
    engine.queues().resume("tick");
    assertThat(jobs.runDue()).as("the one that waited is too late by now").isEqualTo(1);
    assertThat(history("late").getFirst()).isEqualTo("MISSED TOO_LATE 1");
    assertThat(engine.schedules().get("late").missed()).isEqualTo(2);
  }

  @Test
  void skipsDaysOffAndSaysSo() {
    // 1 March 2026 is a Sunday; the 3rd is made a holiday.
    engine
        .schedules()
        .calendars()
        .put(BusinessCalendar.of("office", List.of(LocalDate.parse("2026-03-03"))));
    SchedulePolicy policy = SchedulePolicy.DEFAULT.onBusinessDays("office", DayRule.SKIP);
    cron("work", "0 12 * * *", policy);
    Schedule schedule = engine.schedules().get("work");
    assertThat(schedule.nextAt()).isEqualTo("2026-03-02T03:00:00Z");
    assertThat(schedule.policy()).isEqualTo(policy);
    assertThat(jobs.set(Instant.parse("2026-03-01T03:00:01Z"))).isZero();
    assertThat(history("work")).containsExactly("SKIPPED NO_BUSINESS_DAY 1");
    assertThat(listener.events()).contains("skipped work");
    assertThat(jobs.set(Instant.parse("2026-03-02T03:00:01Z"))).isEqualTo(1);
    assertThat(engine.schedules().nextFirings("work", 2))
        .containsExactly(
            Instant.parse("2026-03-04T03:00:00Z"), Instant.parse("2026-03-05T03:00:00Z"));
    assertThat(jobs.set(Instant.parse("2026-03-03T03:00:01Z"))).isZero();
    assertThat(engine.schedules().get("work").skipped()).isEqualTo(2);
    assertThat(engine.schedules().list().getFirst().nextAt()).isEqualTo("2026-03-04T03:00:00Z");
  }

  @Test
  void movesFiringsToBusinessDaysAndFollowsTheCalendar() {
    BusinessCalendars calendars = engine.schedules().calendars();
    calendars.put(BusinessCalendar.of("office", List.of()));
    cron("pay", "0 12 7 * *", SchedulePolicy.DEFAULT.onBusinessDays("office", DayRule.PREVIOUS));
    assertThat(engine.schedules().get("pay").nextAt()).isEqualTo("2026-03-06T03:00:00Z");
    calendars.put(BusinessCalendar.of("office", List.of(LocalDate.parse("2026-03-06"))));
    assertThat(engine.schedules().get("pay").nextAt()).isEqualTo("2026-03-05T03:00:00Z");
    assertThat(jobs.set(Instant.parse("2026-03-05T03:00:01Z"))).isEqualTo(1);
    assertThat(engine.schedules().history("pay", 1).getFirst())
        .satisfies(firing -> {
          assertThat(firing.outcome()).isEqualTo(ScheduleFiring.Outcome.FIRED);
          assertThat(firing.reason()).isEqualTo(ScheduleFiring.Reason.MOVED);
          assertThat(firing.detail()).isEqualTo("moved from 2026-03-07");
        });
    assertThat(calendars.list()).containsExactly(calendars.get("office"));
    assertThatThrownBy(() -> calendars.remove("office"))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("schedule 'pay' keeps to");
    engine.schedules().remove("pay");
    assertThat(calendars.remove("office")).isTrue();
    assertThat(calendars.remove("office")).isFalse();
  }

  @Test
  void refusesCalendarsThatDoNotFit() {
    SchedulePolicy policy = SchedulePolicy.DEFAULT.onBusinessDays("office", DayRule.SKIP);
    assertThatThrownBy(() -> cron("x", "0 12 * * *", policy))
        .isInstanceOfSatisfying(
            NotFoundException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_BUSINESS_CALENDAR));
    engine.schedules().calendars().put(BusinessCalendar.of("office", List.of()));
    assertThatThrownBy(() -> cron("x", "0 12 * * SUN", policy))
        .hasMessageContaining("never fire: all its days are days off");
    assertThatThrownBy(() ->
            engine
                .schedules()
                .put("x", request(), new Timing.Rate(Duration.ofHours(1)), TOKYO, policy))
        .hasMessageContaining("only a cron schedule");
    assertThatThrownBy(() -> engine.schedules().calendars().get("none"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void keepsTheLastFiringsOnly() {
    cron("often", "* * * * *", SchedulePolicy.DEFAULT);
    for (int i = 0; i < Schedules.MAX_HISTORY + 2; i++) {
      engine.clock().advance(Duration.ofMinutes(1));
      engine.schedules().fireDue();
    }
    assertThat(history("often")).hasSize(Schedules.MAX_HISTORY).contains("SKIPPED OVERLAP 1");
    assertThat(engine.schedules().get("often").skipped()).isEqualTo(Schedules.MAX_HISTORY + 1);
    for (int limit : new int[] {0, Schedules.MAX_HISTORY + 1}) {
      assertThatThrownBy(() -> engine.schedules().history("often", limit))
          .hasMessageContaining("limit must be 1 to 100, not " + limit);
    }
    assertThatThrownBy(() -> engine.schedules().history("none", 1))
        .isInstanceOf(NotFoundException.class);
  }
}
