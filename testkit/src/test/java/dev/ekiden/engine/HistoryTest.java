package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.History.Piece;
import dev.ekiden.engine.HistoryPoint.Standing;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What queues did is known for each minute, later for each hour, and forgotten after that. */
class HistoryTest {
  record Work(int fails) {}

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:10Z");

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work = definition("work", "works");
  private final JobDefinition<Work> other = definition("other", "others");
  private final Engine engine = jobs.engine(work, other);

  private static JobDefinition<Work> definition(String name, String queue) {
    return JobDefinition.named(name, Work.class)
        .queue(queue)
        .retry(new RetryPolicy(2, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0))
        .handler((work, context) -> {
          if (context.failures() < work.fails()) {
            throw new IllegalStateException("fails " + work.fails() + " times");
          }
          return null;
        });
  }

  @BeforeEach
  void start() {
    jobs.database().useTransaction(handle -> handle.execute("DELETE FROM ekiden.history"));
    engine.clock().set(NOON);
  }

  private Piece read(Instant from, Instant to, @Nullable String queue) {
    return engine.history().read(from, to, queue);
  }

  private List<HistoryPoint> points(Instant from, Instant to) {
    return read(from, to, "works").queues().getOrDefault("works", List.of());
  }

  private void sample() {
    new HistorySampler(jobs.database()).sample();
  }

  private static long sum(List<HistoryPoint> points, ToLongFunction<HistoryPoint> number) {
    return points.stream().mapToLong(number).sum();
  }

  @Test
  void attemptsAreCountedByTheirEnds() {
    engine.enqueue(List.of(work.request(new Work(0)), work.request(new Work(1))));
    engine.enqueue(work.request(new Work(5)));
    engine.enqueue(other.request(new Work(0)));
    engine.runDue();
    engine.clock().advance(Duration.ofSeconds(2));
    engine.runDue();
    engine.history().flush();
    List<HistoryPoint> minute = points(NOON.minusSeconds(60), NOON.plusSeconds(120));
    assertThat(minute).hasSize(1);
    HistoryPoint point = minute.getFirst();
    assertThat(point.at()).isEqualTo(NOON.truncatedTo(ChronoUnit.MINUTES));
    assertThat(point.enqueued()).isEqualTo(3);
    assertThat(point.succeeded()).isEqualTo(2);
    assertThat(point.retried()).isEqualTo(2);
    assertThat(point.failed()).isEqualTo(1);
    assertThat(point.depth()).isNull();
    assertThat(read(NOON.minusSeconds(60), NOON.plusSeconds(120), null).queues())
        .containsOnlyKeys("others", "works");
  }

  @Test
  void whatIsNotStoredIsKeptForTheNextTime() {
    HistoryTally tally = new HistoryTally(new EngineListener() {});
    tally.enqueued("work", "works", 3);
    var taken = tally.take();
    assertThat(tally.take()).isEmpty();
    tally.putBack(taken);
    tally.count("works", 1);
    assertThat(Objects.requireNonNull(tally.take().get("works")).enqueued()).isEqualTo(4);
  }

  @Test
  void aStoppedProcessLeavesItsCounts() {
    Engine another = jobs.engine(work, other);
    another.enqueue(work.request(new Work(0)));
    another.close();
    assertThat(sum(points(NOON.minusSeconds(60), NOON.plusSeconds(120)), HistoryPoint::enqueued))
        .isEqualTo(1);
  }

  @Test
  void depthsAreTheHighestOfTheirStep() {
    long first = engine.enqueue(work.request(new Work(0))).id();
    engine.enqueue(work.request(new Work(0)).withDelay(Duration.ofHours(3)));
    engine.clock().advance(Duration.ofSeconds(30));
    sample();
    engine.clock().advance(Duration.ofMinutes(1));
    sample();
    engine.jobs().cancel(first);
    engine.clock().advance(Duration.ofMinutes(1));
    sample();
    sample();
    List<HistoryPoint> minutes = points(NOON.minusSeconds(60), NOON.plusSeconds(600));
    assertThat(minutes).hasSize(3);
    Standing second = Objects.requireNonNull(minutes.get(1).depth());
    assertThat(second.ready()).isEqualTo(1);
    assertThat(second.scheduled()).isEqualTo(1);
    assertThat(second.oldestReady()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(150));
    Standing third = Objects.requireNonNull(minutes.get(2).depth());
    assertThat(third.ready()).isZero();
    assertThat(third.oldestReady()).isNull();
    List<HistoryPoint> hours = points(NOON.minus(Duration.ofDays(10)), NOON.plusSeconds(600));
    assertThat(hours).hasSize(1);
    assertThat(Objects.requireNonNull(hours.getFirst().depth()).ready()).isEqualTo(1);
  }

  @Test
  void minutesBecomeHoursAndHoursAreForgotten() {
    engine.enqueue(work.request(new Work(0)));
    engine.history().flush();
    engine.clock().advance(History.MINUTES_KEPT.plusHours(1));
    sample();
    assertThat(count(1)).as("minutes of the queues now").isEqualTo(2);
    assertThat(sum(points(NOON.minusSeconds(3600), NOON.plusSeconds(3600)), HistoryPoint::enqueued))
        .isEqualTo(1);
    engine.clock().advance(History.HOURS_KEPT);
    sample();
    assertThat(count(60)).as("hours of the queues now").isEqualTo(2);
    assertThat(points(NOON.minusSeconds(3600), NOON.plusSeconds(3600))).isEmpty();
  }

  private static long count(int minutes) {
    return jobs.database()
        .withHandle(handle ->
            handle
                .createQuery("SELECT count(*) FROM ekiden.history WHERE minutes = :minutes")
                .bind("minutes", minutes)
                .mapTo(Long.class)
                .one());
  }

  @Test
  void anAnswerHasNoMorePointsThanItMay() {
    engine.clock().advance(Duration.ofDays(40));
    Instant now = engine.clock().now();
    for (Duration span :
        List.of(
            Duration.ofMinutes(1),
            Duration.ofHours(6),
            Duration.ofHours(24),
            Duration.ofHours(47),
            Duration.ofDays(3),
            Duration.ofDays(30),
            Duration.ofDays(300))) {
      Piece piece = read(now.minus(span), now, null);
      long steps = Duration.between(piece.from(), piece.to()).dividedBy(piece.step());
      assertThat(steps).as("%s", span).isLessThan(History.MAX_POINTS);
      assertThat(piece.from()).isAfter(now.minus(History.HOURS_KEPT.plusHours(2)));
    }
    assertThat(read(now.minus(Duration.ofHours(1)), now, null).step())
        .isEqualTo(Duration.ofMinutes(1));
    assertThatThrownBy(() -> read(now, now, null)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> read(now.minusSeconds(60), now, "none"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aStartedEngineKeepsItsHistoryByItself() {
    engine.clock().reset();
    Instant begin = engine.clock().now();
    engine.start();
    engine.enqueue(work.request(new Work(0)));
    TestEngine.awaitUntil(
        "it is there",
        () -> {
          List<HistoryPoint> points = points(begin.minusSeconds(120), begin.plusSeconds(3600));
          return sum(points, HistoryPoint::enqueued) == 1
              && points.stream().anyMatch(point -> point.depth() != null);
        });
  }
}
