package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.sample.SampleSize;
import java.time.Duration;

/**
 * How much a demonstration plays.
 *
 * @param quietChanges changes of the truth one after another, while nothing else goes on
 * @param changes changes during the load
 * @param warmUp load before anything is measured
 * @param phase how long each load lasts
 * @param searchesPerSecond of each flow, at 1×
 * @param bookingsPerSecond at 1×
 */
public record DemoSize(
    SampleSize sample,
    int quietChanges,
    int changes,
    Duration warmUp,
    Duration phase,
    double searchesPerSecond,
    double bookingsPerSecond) {

  /** How much more the second load is. */
  static final int MORE = 5;

  static final DemoSize SHORT =
      new DemoSize(
          SampleSize.SMALL, 200, 1_000, Duration.ofSeconds(4), Duration.ofSeconds(20), 20, 1);

  static final DemoSize FULL =
      new DemoSize(
          SampleSize.FULL, 500, 4_000, Duration.ofSeconds(5), Duration.ofSeconds(60), 20, 1);
}
