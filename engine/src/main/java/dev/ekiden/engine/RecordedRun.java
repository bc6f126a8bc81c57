package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that ran, as it was recorded.
 *
 * @param arrivedAt when its job was enqueued; of a later attempt, when it was claimed
 * @param startedAt when its handler started
 * @param vcpus of its job
 * @param failed whether it did not succeed
 */
public record RecordedRun(
    long jobId,
    String queue,
    String definition,
    @Nullable String group,
    int priority,
    double vcpus,
    Instant arrivedAt,
    Instant startedAt,
    Instant endedAt,
    boolean failed) {
  /** How long its handler ran. */
  public Duration runTime() {
    Duration time = Duration.between(startedAt, endedAt);
    return time.isNegative() ? Duration.ZERO : time;
  }
}
