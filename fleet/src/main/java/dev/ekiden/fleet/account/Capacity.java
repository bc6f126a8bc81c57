package dev.ekiden.fleet.account;

import dev.ekiden.fleet.cost.Money;
import dev.ekiden.fleet.cost.Price;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.fleet.cost.Size;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What a worker is, for its bill.
 *
 * @param price of its class
 * @param size of the worker
 */
public record Capacity(Price price, Size size) {
  /** The price of workers that no fleet started, unless said otherwise. */
  public static final String DEFAULT_PRICE = "fargate-tokyo";

  /** Their size, unless said otherwise: one vCPU and 2 GiB. */
  public static final Size DEFAULT_SIZE = Size.of(1, 2_048);

  private static final BigDecimal NANOS_PER_HOUR = BigDecimal.valueOf(3_600_000_000_000L);

  /** What a worker is taken for that no fleet started, unless said otherwise. */
  public static Capacity ofDefault() {
    return new Capacity(PriceList.shipped().named(DEFAULT_PRICE), DEFAULT_SIZE);
  }

  /** What some time of it costs, without minimum and steps. */
  Money cost(long nanos, RoundingMode rounding) {
    return new Money(
        price
            .hour(size)
            .multiply(BigDecimal.valueOf(nanos))
            .divide(NANOS_PER_HOUR, Money.SCALE, rounding));
  }
}
