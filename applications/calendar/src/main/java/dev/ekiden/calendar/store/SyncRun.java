package dev.ekiden.calendar.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A sync of many calendars and how far it is.
 *
 * @param chunks it was cut into; {@code finishedChunks} of them are done
 * @param plans it is to refresh; {@code refreshedPlans} of them are done
 * @param scanned days compared so far, of which {@code changed} differed
 */
public record SyncRun(
    long id,
    Kind kind,
    int chunks,
    int finishedChunks,
    int plans,
    int refreshedPlans,
    long scanned,
    long changed,
    Instant startedAt,
    Optional<Instant> finishedAt) {

  /** Which plans a run refreshes. */
  public enum Kind {
    /** All plans. */
    FULL,
    /** Those whose truth is newer than their cache. */
    DIFFERENCE
  }
}
