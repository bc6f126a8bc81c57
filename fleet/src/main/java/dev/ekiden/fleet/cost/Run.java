package dev.ekiden.fleet.cost;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.Times;
import java.time.Duration;

/**
 * One run of a job, as recorded.
 *
 * @param at when it was asked for, from the beginning of the record
 */
public record Run(Duration at, Duration runTime) {
  public Run {
    Checks.range("at", at, Duration.ZERO, Times.MAX);
    Checks.range("run time", runTime, Duration.ZERO, Times.MAX);
  }
}
