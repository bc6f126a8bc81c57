package dev.ekiden.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is estimated from what was seen. */
final class EstimatesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void aSteadyRateIsFoundAtOnceAndAChangeWithinTheWindow() {
    ArrivalRate rate = new ArrivalRate();
    assertThat(rate.perSecond()).isZero();
    for (int i = 0; i < 10; i++) {
      rate.add(100, SECOND, 0.1);
    }
    assertThat(rate.perSecond()).isCloseTo(100, within(1.0));
    for (int i = 0; i < 60; i++) {
      rate.add(0, SECOND, 0.1);
    }
    assertThat(rate.perSecond()).isBetween(5.0, 40.0);
  }

  @Test
  void oneLongJobIsNotTakenForMany() {
    ArrivalRate rate = new ArrivalRate();
    rate.add(1, SECOND, 600);
    assertThat(rate.perSecond() * 600).as("load").isLessThan(60);
    for (int i = 0; i < 600; i++) {
      rate.add(0, SECOND, 600);
    }
    assertThat(rate.perSecond() * 600).as("load").isLessThan(0.2);
  }

  @Test
  void meanAndVariationAreThoseOfTheRuns() {
    RunTimes runs = new RunTimes(1, 1, 1);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 100_000; i++) {
      runs.add(3 * random.nextExponential());
    }
    assertThat(runs.meanSeconds()).isCloseTo(3, within(0.1));
    assertThat(runs.squaredVariation()).isCloseTo(1, within(0.1));
  }
}
