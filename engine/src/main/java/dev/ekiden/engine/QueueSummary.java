package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A queue and how it stands.
 *
 * @param pausedAt since when no job of it is started, null while it is open
 * @param pausedReason what was given as the reason, if anything
 * @param oldestReady how long its oldest READY job has waited since it was enqueued
 */
public record QueueSummary(
    String name,
    @Nullable Instant pausedAt,
    @Nullable String pausedReason,
    long ready,
    long scheduled,
    long blocked,
    long running,
    @Nullable Duration oldestReady) {
  public boolean isPaused() {
    return pausedAt != null;
  }
}
