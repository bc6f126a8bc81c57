package dev.ekiden.calendar.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A sync of many calendars and how far it is.
 *
 * @param chunks it was cut into; {@code finishedChunks} of them have ended
 * @param plans it is to refresh; {@code refreshedPlans} of them are done and {@code failedPlans}
 *     could not be
 * @param scanned days compared so far, of which {@code changed} differed
 */
public record SyncRun(
    long id,
    Kind kind,
    int chunks,
    int finishedChunks,
    int plans,
    int refreshedPlans,
    int failedPlans,
    long scanned,
    long changed,
    Instant startedAt,
    Optional<Instant> finishedAt) {

  public boolean isFinished() {
    return finishedAt.isPresent();
  }

  /**
   * How many plans a chunk has, its number counted from 1: as many as the others, or one more or
   * less.
   */
  public int plansOfChunk(int number) {
    return firstPlan(number + 1) - firstPlan(number);
  }

  private int firstPlan(int number) {
    return Math.toIntExact((long) plans * (number - 1) / chunks);
  }

  /** Which plans a run refreshes. */
  public enum Kind {
    /** All plans. */
    FULL,
    /** Those whose truth is newer than their cache. */
    DIFFERENCE
  }
}
