package dev.ekiden.fleet.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.RecordedRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What runs took of a place, reckoned by hand. */
final class SlotTimesTest {
  private static final Instant BEGIN = Instant.parse("2026-11-22T12:00:00Z");
  private static final long LONGEST = SlotTimes.LONGEST_BETWEEN.toMillis();

  @Test
  void aBatchSharesThePlacesOfItsWorker() {
    assertThat(
            SlotTimes.seconds(
                List.of(run(1, 0, 0, 3_000), run(1, 0, 0, 3_000), run(1, 0, 0, 3_000))))
        .containsExactly(1, 1, 1);
  }

  @Test
  void whatABusyWorkerTakesBetweenTwoRunsBelongsToTheNext() {
    assertThat(SlotTimes.seconds(List.of(run(1, 0, 0, 1_000), run(1, 0, 1_500, 2_000))))
        .containsExactly(1, 1);
  }

  @Test
  void aWorkerWithoutWorkIsNotBusy() {
    assertThat(SlotTimes.seconds(List.of(run(1, 0, 0, 1_000), run(1, 1_400, 1_500, 2_000))))
        .containsExactly(1, 0.6);
  }

  @Test
  void aWorkerIsBusyThatPrefersWhatCameLast() {
    assertThat(
            SlotTimes.seconds(
                List.of(run(1, 0, 0, 1_000), run(1, 1_400, 1_500, 2_000), run(1, 0, 2_000, 3_000))))
        .containsExactly(1, 1, 1);
  }

  @Test
  void whatWaitedForLongerThanAClaimTakesWasNotAllowedToRun() {
    assertThat(
            SlotTimes.seconds(
                List.of(run(1, 0, 0, 1_000), run(1, 0, 1_000 + LONGEST, 2_000 + LONGEST))))
        .containsExactly(1, 2);
    assertThat(
            SlotTimes.seconds(
                List.of(run(1, 0, 0, 1_000), run(1, 0, 1_001 + LONGEST, 2_001 + LONGEST))))
        .containsExactly(1, 1);
  }

  @Test
  void workersAreBusyEachForItself() {
    assertThat(SlotTimes.seconds(List.of(run(1, 0, 0, 1_000), run(2, 0, 1_500, 2_000))))
        .containsExactly(1, 0.5);
  }

  private static RecordedRun run(long worker, long arrived, long started, long ended) {
    return new RecordedRun(
        1,
        "queue",
        "work",
        null,
        5,
        1,
        worker,
        1,
        at(arrived),
        at(started),
        at(ended),
        false,
        false);
  }

  private static Instant at(long millis) {
    return BEGIN.plus(Duration.ofMillis(millis));
  }
}
