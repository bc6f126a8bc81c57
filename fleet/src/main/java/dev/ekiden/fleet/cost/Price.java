package dev.ekiden.fleet.cost;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.Times;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.LocalDate;

/**
 * What one kind of capacity costs, and how its provider bills.
 *
 * @param name such as {@code fargate-tokyo-spot}
 * @param vcpuHour dollars for a vCPU for an hour
 * @param gibHour dollars for a GiB of memory for an hour
 * @param start dollars for each start, such as a request to a function
 * @param flatHour dollars for an hour of it, whatever its size
 * @param minimum what is billed at least for each start
 * @param step time is billed in whole ones of it
 * @param from what part of the start-up is billed
 * @param asOf when the price was so
 * @param source who says so
 */
public record Price(
    String name,
    BigDecimal vcpuHour,
    BigDecimal gibHour,
    BigDecimal start,
    BigDecimal flatHour,
    Duration minimum,
    Duration step,
    BilledFrom from,
    LocalDate asOf,
    String source) {
  private static final BigDecimal MILLIS_PER_HOUR = BigDecimal.valueOf(3_600_000);
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
  private static final BigDecimal MIB_PER_GIB = BigDecimal.valueOf(1_024);

  /** What part of the start-up is billed. */
  public enum BilledFrom {
    /** From asking for it: a machine, or one's own. */
    REQUEST,
    /** From the start of the image's download: Fargate. What comes before it is free. */
    IMAGE,
    /** From the start of the program, which is what a function's initialisation is. */
    PROGRAM
  }

  public Price {
    for (BigDecimal amount : new BigDecimal[] {vcpuHour, gibHour, start, flatHour}) {
      if (amount.signum() < 0) {
        throw Checks.refuse("price of " + name, "0 or more", amount.toPlainString());
      }
    }
    Checks.range("minimum of " + name, minimum, Duration.ZERO, Duration.ofDays(1));
    Checks.range("step of " + name, step, Duration.ofMillis(1), Duration.ofDays(1));
  }

  /** Costs nothing: a machine that is there anyway. */
  public static final Price FREE =
      new Price(
          "free",
          BigDecimal.ZERO,
          BigDecimal.ZERO,
          BigDecimal.ZERO,
          BigDecimal.ZERO,
          Duration.ZERO,
          Duration.ofMillis(1),
          BilledFrom.REQUEST,
          LocalDate.EPOCH,
          "what is there anyway");

  /** The time billed for a use: at least the minimum, in whole steps. */
  public Duration billed(Duration used) {
    return Duration.ofMillis(
        billedMillis(used.toMillis() + (used.getNano() % 1_000_000 > 0 ? 1 : 0)));
  }

  /** {@link #billed} in milliseconds. */
  public long billedMillis(long usedMillis) {
    long least = Math.max(usedMillis, minimum.toMillis());
    return Math.ceilDiv(least, step.toMillis()) * step.toMillis();
  }

  /** What one use costs, from its start to its end. */
  public Money cost(Size size, Duration used) {
    return cost(size, billed(used).toMillis(), 1);
  }

  /**
   * What many uses cost together.
   *
   * @param billedMillis the sum of what is billed for each
   */
  public Money cost(Size size, long billedMillis, long starts) {
    BigDecimal time =
        hour(size)
            .multiply(BigDecimal.valueOf(billedMillis))
            .divide(MILLIS_PER_HOUR, 20, RoundingMode.HALF_UP);
    return new Money(time.add(start.multiply(BigDecimal.valueOf(starts))));
  }

  /** Dollars for an hour of this size, exact to 20 digits. */
  public BigDecimal hour(Size size) {
    BigDecimal vcpus =
        vcpuHour
            .multiply(BigDecimal.valueOf(size.milliVcpus()))
            .divide(THOUSAND, 20, RoundingMode.HALF_UP);
    BigDecimal memory =
        gibHour
            .multiply(BigDecimal.valueOf(size.memoryMib()))
            .divide(MIB_PER_GIB, 20, RoundingMode.HALF_UP);
    return vcpus.add(memory).add(flatHour);
  }

  @Override
  public String toString() {
    return "%s (%s, %s; at least %s, in steps of %s)"
        .formatted(name, asOf, source, Times.format(minimum), Times.format(step));
  }
}
