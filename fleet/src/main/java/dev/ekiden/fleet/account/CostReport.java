package dev.ekiden.fleet.account;

import dev.ekiden.fleet.cost.Price;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a time cost. The rows add up to the total whatever they are grouped by, together with what
 * is told apart.
 *
 * @param rows the dearest first, days in their order
 * @param apart idle time and start-ups where the rows have none: no definition, queue or group
 *     causes them
 * @param prices that were used
 */
public record CostReport(
    Instant from,
    Instant to,
    By by,
    List<Row> rows,
    Cost apart,
    Cost total,
    Capacity assumed,
    List<Price> prices) {

  /** What rows are. */
  public enum By {
    DEFINITION,
    QUEUE,
    GROUP,
    FLEET,
    CLASS,
    DAY
  }

  /**
   * A row.
   *
   * @param name null for jobs of no group, workers of no fleet or class
   */
  public record Row(@Nullable String name, Cost cost) {}

  public CostReport {
    rows = List.copyOf(rows);
    prices = List.copyOf(prices);
  }
}
