package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.cost.Price;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.cost.StartUp;
import java.time.Duration;

/**
 * How capacity of a class behaves.
 *
 * @param size of one worker
 * @param startUp on average
 * @param spread start-ups differ by at most this part of it, 0 to 1, all equally likely
 * @param speed run times are divided by it, 0.01 to 100
 * @param reclaimsPerHour how often a worker is taken away, at random
 * @param notice from the notice to the end; attempts that end in it are not lost
 * @param failedStarts the part of the starts that fail after their placing, 0 to 1
 */
public record CapacityModel(
    CapacityClass capacityClass,
    Price price,
    Size size,
    StartUp startUp,
    double spread,
    double speed,
    double reclaimsPerHour,
    Duration notice,
    double failedStarts) {
  /** Most reclaims an hour. */
  public static final double MAX_RECLAIMS_PER_HOUR = 3_600;

  public CapacityModel {
    Checks.range("spread", spread, 0, 1);
    Checks.range("speed", speed, 0.01, 100);
    Checks.range("reclaims-per-hour", reclaimsPerHour, 0, MAX_RECLAIMS_PER_HOUR);
    Checks.range("notice", notice, Duration.ZERO, Duration.ofHours(1));
    Checks.range("failed-starts", failedStarts, 0, 1);
  }

  /** The 90th percentile of the start-up. */
  Duration startUpNinetieth() {
    return Times.ofSeconds(Times.seconds(startUp.total()) * (1 + 0.8 * spread));
  }
}
