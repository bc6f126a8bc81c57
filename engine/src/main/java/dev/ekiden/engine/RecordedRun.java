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
 * @param workerId of the worker that ran it
 * @param slots how many handlers that worker runs at once, null if it is not known any more
 * @param failed whether it did not succeed
 * @param returned whether it went back because its worker went away, so that its job ran again
 */
public record RecordedRun(
    long jobId,
    String queue,
    String definition,
    @Nullable String group,
    int priority,
    double vcpus,
    long workerId,
    @Nullable Integer slots,
    Instant arrivedAt,
    Instant startedAt,
    Instant endedAt,
    boolean failed,
    boolean returned) {
  /** The same on a worker of so many slots; null for one that is not known any more. */
  public RecordedRun withSlots(@Nullable Integer known) {
    return new RecordedRun(
        jobId,
        queue,
        definition,
        group,
        priority,
        vcpus,
        workerId,
        known,
        arrivedAt,
        startedAt,
        endedAt,
        failed,
        returned);
  }

  /** How long its handler ran. */
  public Duration runTime() {
    Duration time = Duration.between(startedAt, endedAt);
    return time.isNegative() ? Duration.ZERO : time;
  }
}
