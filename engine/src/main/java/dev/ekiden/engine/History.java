package dev.ekiden.engine;

import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.HistoryTable;
import dev.ekiden.engine.store.HistoryTable.Counts;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What queues did over time: for each minute of two days and each hour of thirty, how many jobs
 * were enqueued, how many attempts ended how, and how deep the queue was. Got from {@link
 * Engine#history}; thread-safe.
 *
 * <p>Each process sums up in memory what it enqueues and runs, and adds it every two seconds to one
 * row for each queue and minute; a process that is killed takes up to two seconds of its counts
 * with it, a stopped one takes none. Jobs that are enqueued in a transaction of the caller count at
 * once, also when it is rolled back then. Depths are those of one look of the leader in each
 * minute.
 */
public final class History {
  /** How far back minutes are known. */
  public static final Duration MINUTES_KEPT = Duration.ofDays(2);

  /** How far back hours are known. */
  public static final Duration HOURS_KEPT = Duration.ofDays(30);

  /** Most points of a queue in one answer. */
  public static final int MAX_POINTS = 500;

  static final Duration FLUSH_PERIOD = Duration.ofSeconds(2);

  private static final List<Duration> STEPS =
      List.of(
          Duration.ofMinutes(1),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          Duration.ofMinutes(10));
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TWO_HOURS = Duration.ofHours(2);

  private final Database database;
  private final HistoryTally tally;

  History(Database database, HistoryTally tally) {
    this.database = database;
    this.tally = tally;
  }

  /**
   * A piece of history.
   *
   * @param from when the first step begins
   * @param to when the last step ends, or earlier
   * @param step how long a point lasts
   * @param queues the points of each queue by its name, the oldest first; steps in which nothing
   *     happened and nobody looked are missing
   */
  public record Piece(
      Instant from, Instant to, Duration step, SortedMap<String, List<HistoryPoint>> queues) {}

  /**
   * Reads a piece, in steps of as many minutes or hours as make at most {@link #MAX_POINTS} of
   * them. What is older than {@link #HOURS_KEPT} is not known any more.
   *
   * @param queue the only one, or null for all
   * @throws NotFoundException when there is no such queue
   * @throws InvalidRequestException when {@code from} is not before {@code to}
   */
  public Piece read(Instant from, Instant to, @Nullable String queue) {
    if (!from.isBefore(to)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER, "from %s must be before to %s".formatted(from, to));
    }
    return database.withHandle(handle -> {
      if (queue != null) {
        Queues.known(QueueTable.findId(handle, queue), queue);
      }
      Instant now = ClockTable.now(handle);
      Instant oldest = now.minus(HOURS_KEPT);
      Instant since = from.isBefore(oldest) ? oldest : from;
      Instant until = to.isAfter(now) ? now : to;
      Duration step = step(since, until, now);
      Instant first = floor(since, step);
      return new Piece(
          first,
          to,
          step,
          HistoryTable.read(handle, first, until, step, step.compareTo(HOUR) >= 0, queue));
    });
  }

  private static Duration step(Instant from, Instant to, Instant now) {
    Duration span = Duration.between(from, to);
    if (!from.isBefore(now.minus(MINUTES_KEPT))) {
      for (Duration step : STEPS) {
        if (span.compareTo(step.multipliedBy(MAX_POINTS - 1)) <= 0) {
          return step;
        }
      }
    }
    return span.compareTo(HOUR.multipliedBy(MAX_POINTS - 1)) <= 0 ? HOUR : TWO_HOURS;
  }

  private static Instant floor(Instant time, Duration step) {
    long seconds = step.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }

  /** Stores what was counted since the last time; what cannot be stored is kept for the next. */
  void flush() {
    Map<String, Counts> counts = tally.take();
    if (counts.isEmpty()) {
      return;
    }
    try {
      database.useTransaction(handle -> HistoryTable.add(handle, counts));
    } catch (RuntimeException e) {
      tally.putBack(counts);
      throw e;
    }
  }
}
