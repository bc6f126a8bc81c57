package dev.ekiden.fleet.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ekiden.fleet.control.TaskEnding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is learnt of a class by hand. */
final class CapacityFitTest {
  private static final Instant BEGIN = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant NOW = BEGIN.plus(Duration.ofHours(1));

  @Test
  void startUpsAreAveragedInTheirParts() {
    CapacityFit fit =
        CapacityFit.of(
            List.of(task(0, 10, 12, 20, null, null, null), task(100, 20, 24, 40, null, null, null)),
            NOW);
    assertThat(fit.starts()).isEqualTo(2);
    assertThat(fit.placing()).isEqualTo(Duration.ofSeconds(15));
    assertThat(fit.image()).isEqualTo(Duration.ofSeconds(3));
    assertThat(fit.program()).isEqualTo(Duration.ofSeconds(12));
    assertThat(fit.failedStarts()).isZero();
    assertThat(fit.reclaimsPerHour()).isZero();
  }

  @Test
  void oneTakenAwayOnItsWayIsReclaimedAndNoFailedStart() {
    CapacityFit fit =
        CapacityFit.of(
            List.of(
                task(0, 1, 2, 10, 100, 110, TaskEnding.RECLAIMED),
                task(0, 1, 2, null, 100, 101, TaskEnding.RECLAIMED),
                task(0, 1, 2, 10, null, 600, TaskEnding.RETIRED),
                task(0, 1, 2, null, null, 200, TaskEnding.NOT_STARTED)),
            NOW);
    // Two in 100 + 100 + 600 + 200 seconds in which it could have happened.
    assertThat(fit.reclaimsPerHour()).isCloseTo(7.2, within(1e-9));
    assertThat(fit.failedStarts()).isCloseTo(1.0 / 3, within(1e-9));
  }

  private static TaskTime task(
      int asked,
      int launchedAfter,
      int startedAfter,
      @Nullable Integer readyAfter,
      @Nullable Integer reclaimedAfter,
      @Nullable Integer endedAfter,
      @Nullable TaskEnding ending) {
    Instant from = BEGIN.plusSeconds(asked);
    return new TaskTime(
        "task",
        "fleet",
        "spot",
        from,
        from.plusSeconds(launchedAfter),
        from.plusSeconds(startedAfter),
        after(from, readyAfter),
        after(from, reclaimedAfter),
        after(from, endedAfter),
        ending);
  }

  private static @Nullable Instant after(Instant from, @Nullable Integer seconds) {
    return seconds == null ? null : from.plusSeconds(seconds);
  }
}
