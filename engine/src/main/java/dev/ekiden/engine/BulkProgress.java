package dev.ekiden.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a bulk operation has come.
 *
 * @param id what it is called
 * @param total jobs that met the filter when it began
 * @param changed jobs retried, cloned or canceled so far; one that runs counts when it was asked to
 *     stop. The children of an array job are canceled with it and count too, so it may be more than
 *     the total
 * @param skipped jobs that met the filter and then moved on by themselves
 * @param startedAt when it began
 * @param finishedAt when the last job was done, null before
 */
public record BulkProgress(
    String id,
    long total,
    long changed,
    long skipped,
    Instant startedAt,
    @Nullable Instant finishedAt) {
  public boolean isFinished() {
    return finishedAt != null;
  }
}
