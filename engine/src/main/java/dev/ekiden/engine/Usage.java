package dev.ekiden.engine;

import dev.ekiden.engine.UsageReport.WorkerTime;
import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.engine.store.UsageTable;
import dev.ekiden.engine.store.UsageTable.KnownWorker;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How much time of workers attempts took, and when workers were there for nothing. Got from {@link
 * Engine#usage}; thread-safe.
 *
 * <p>Once a minute one process of all adds the attempts that ended to sums for each quarter of an
 * hour, worker, queue, definition and group. A report reads those sums, and the attempts that ended
 * since; so it costs the same whether there are a thousand finished jobs or ten million, and goes
 * back {@link #KEPT}, also where the jobs are forgotten.
 */
public final class Usage {
  /** How far back it is known. */
  public static final Duration KEPT = Duration.ofDays(92);

  /** Times are rounded to this. */
  public static final Duration QUARTER = Duration.ofMinutes(15);

  /** Most runs that {@link #runs} answers. */
  public static final int MAX_RUNS = 250_000;

  static final Duration PERIOD = Duration.ofMinutes(1);

  /** An end may be stored some time after it was; nothing that ends jobs takes longer. */
  private static final Duration SETTLED = Duration.ofSeconds(30);

  /** What is added by one statement. */
  private static final Duration STEP = Duration.ofDays(1);

  private static final Duration FIRST_LOOK_BACK = Duration.ofMinutes(5);
  private static final int LOOK_BACK_FACTOR = 4;

  private final Database database;

  Usage(Database database) {
    this.database = database;
  }

  /** What parts of a report are named by. */
  public enum By {
    QUEUE,
    DEFINITION,
    GROUP,
    /** By nothing else than worker and day. */
    WORKER
  }

  /**
   * What an attempt took of its worker.
   *
   * @param number of the attempt
   * @param busyNanos as in {@link UsageReport.Part}
   */
  public record AttemptShare(int number, long workerId, long busyNanos) {}

  /**
   * Reports on all days of a zone from one time to another, or to now if that is earlier.
   *
   * @throws InvalidRequestException when {@code from} is not before {@code to}
   */
  public UsageReport read(Instant from, Instant to, ZoneId zone, By by) {
    return database.inSnapshot(handle -> {
      Instant now = ClockTable.now(handle);
      Instant since = floor(latest(checked(from, to), now.minus(KEPT)));
      Instant until = latest(since, earliest(ceiling(to), now));
      List<Instant> days = days(since, until, zone);
      return new UsageReport(
          since,
          until,
          days,
          UsageTable.parts(handle, since, until, now, days, by),
          workerTimes(UsageTable.workers(handle, since, until), days, until, now));
    });
  }

  /** What each attempt of a job took that has started; oldest first. */
  public List<AttemptShare> ofJob(long id) {
    return database.inSnapshot(handle -> UsageTable.ofJob(handle, id, ClockTable.now(handle)));
  }

  /** Names of workers by their ids, as far as they are known. */
  public SortedMap<Long, String> workerNames(List<Long> ids) {
    return database.withHandle(handle -> UsageTable.names(handle, ids));
  }

  /**
   * The newest runs that ended in a time, oldest first by when they arrived.
   *
   * @param queue the only one, or null
   * @param definition the only one, or null
   * @param max at most {@link #MAX_RUNS}
   * @throws NotFoundException when there is no such queue or definition
   */
  public List<RecordedRun> runs(
      Instant from, Instant to, @Nullable String queue, @Nullable String definition, int max) {
    if (max < 1 || max > MAX_RUNS) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION, "max must be 1 to %,d, not %,d".formatted(MAX_RUNS, max));
    }
    return database.inSnapshot(handle -> {
      if (queue != null) {
        Queues.known(QueueTable.findId(handle, queue), queue);
      }
      if (definition != null && DefinitionTable.find(handle, definition).isEmpty()) {
        throw new NotFoundException(
            ErrorCode.UNKNOWN_DEFINITION, "there is no job definition '" + definition + "'");
      }
      return newest(handle, checked(from, to), to, queue, definition, max);
    });
  }

  /** Looks back further and further, so that no more is read than is answered. */
  private static List<RecordedRun> newest(
      Handle handle,
      Instant from,
      Instant to,
      @Nullable String queue,
      @Nullable String definition,
      int max) {
    List<RecordedRun> runs = new ArrayList<>();
    Instant until = earliest(to, ClockTable.now(handle));
    Duration back = FIRST_LOOK_BACK;
    while (runs.size() < max && from.isBefore(until)) {
      Instant since = latest(from, until.minus(back));
      runs.addAll(UsageTable.runs(handle, since, until, queue, definition, max - runs.size()));
      until = since;
      back = back.multipliedBy(LOOK_BACK_FACTOR);
    }
    runs.sort(Comparator.comparing(RecordedRun::arrivedAt));
    return runs;
  }

  /**
   * Adds what ended since the last time, unless another process does it or did it just now. Engines
   * that are started do so by themselves.
   *
   * @return how long to wait until the next time
   */
  public Duration addUp() {
    while (database.inTransaction(this::addStep)) {}
    return PERIOD;
  }

  private boolean addStep(Handle handle) {
    Instant since = UsageTable.lockUntil(handle).orElse(null);
    if (since == null) {
      return false;
    }
    Instant settled = ClockTable.now(handle).minus(SETTLED);
    Instant until = earliest(settled, since.plus(STEP));
    if (!since.isBefore(until)) {
      return false;
    }
    UsageTable.add(handle, since, until);
    UsageTable.forget(handle, settled.minus(KEPT));
    return until.isBefore(settled);
  }

  private static List<WorkerTime> workerTimes(
      List<KnownWorker> workers, List<Instant> days, Instant to, Instant now) {
    List<WorkerTime> times = new ArrayList<>();
    for (KnownWorker worker : workers) {
      Instant died = worker.endedAt() == null ? now : worker.endedAt();
      Instant ended = earliest(died, to);
      for (int day = 0; day < days.size(); day++) {
        Instant begin = latest(days.get(day), worker.startedAt());
        Instant end = earliest(day + 1 < days.size() ? days.get(day + 1) : to, ended);
        if (begin.isBefore(end)) {
          times.add(
              new WorkerTime(
                  day,
                  worker.id(),
                  worker.name(),
                  worker.slots(),
                  Duration.between(begin, end).toNanos(),
                  Duration.between(worker.startedAt(), died).toNanos()));
        }
      }
    }
    return times;
  }

  /** When days begin: the first with the time itself, the others at midnight, or after it. */
  private static List<Instant> days(Instant from, Instant to, ZoneId zone) {
    List<Instant> days = new ArrayList<>();
    days.add(from);
    LocalDate date = from.atZone(zone).toLocalDate().plusDays(1);
    while (date.atStartOfDay(zone).toInstant().isBefore(to)) {
      days.add(date.atStartOfDay(zone).toInstant());
      date = date.plusDays(1);
    }
    return days;
  }

  private static Instant checked(Instant from, Instant to) {
    if (!from.isBefore(to)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_FILTER, "from %s must be before to %s".formatted(from, to));
    }
    return from;
  }

  private static Instant floor(Instant time) {
    long seconds = QUARTER.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }

  private static Instant ceiling(Instant time) {
    Instant floor = floor(time);
    return floor.equals(time) ? time : floor.plus(QUARTER);
  }

  private static Instant earliest(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }
}
