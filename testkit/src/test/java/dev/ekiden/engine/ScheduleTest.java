package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
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
}
