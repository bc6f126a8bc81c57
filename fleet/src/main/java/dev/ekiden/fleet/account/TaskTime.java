package dev.ekiden.fleet.account;

import dev.ekiden.fleet.control.TaskEnding;
import dev.ekiden.fleet.cost.Price;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a task of a fleet was there, by the engine's time.
 *
 * @param id of the task, and the name of its worker
 */
record TaskTime(
    String id,
    String fleet,
    String capacityClass,
    Instant askedAt,
    @Nullable Instant launchedAt,
    @Nullable Instant startedAt,
    @Nullable Instant readyAt,
    @Nullable Instant reclaimedAt,
    @Nullable Instant endedAt,
    @Nullable TaskEnding ending) {

  /** From when on the provider bills it; empty for a task that never came so far. */
  Optional<Instant> billedFrom(Price price) {
    return Optional.ofNullable(
        switch (price.from()) {
          case REQUEST -> askedAt;
          case IMAGE -> launchedAt;
          case PROGRAM -> startedAt;
        });
  }

  /** The time that is billed up to now: at least the minimum, in whole steps. */
  Duration billed(Price price, Instant now) {
    return billedFrom(price)
        .map(from -> Duration.between(from, endedAt == null ? now : endedAt))
        .map(used -> price.billed(used.isNegative() ? Duration.ZERO : used))
        .orElse(Duration.ZERO);
  }
}
