package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a queue in one step of time, and how it stood.
 *
 * @param at when the step begins
 * @param enqueued jobs that were enqueued
 * @param succeeded attempts that succeeded
 * @param failed attempts that failed for good
 * @param retried attempts that failed and are tried again
 * @param depth how it stood; null if nobody looked
 */
public record HistoryPoint(
    Instant at,
    long enqueued,
    long succeeded,
    long failed,
    long retried,
    @Nullable Standing depth) {
  /**
   * How many jobs stood where, at most, of the looks that were taken once a minute.
   *
   * @param oldestReady how long the oldest READY job had waited since it was enqueued, at most
   */
  public record Standing(
      long ready, long scheduled, long blocked, long running, @Nullable Duration oldestReady) {}
}
