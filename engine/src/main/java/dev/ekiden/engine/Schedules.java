package dev.ekiden.engine;

import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.JobTable;
import dev.ekiden.engine.store.ScheduleTable;
import dev.ekiden.postgres.Database;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs that the clock enqueues. Got from {@link Engine#schedules}; thread-safe. */
public final class Schedules {
  /** Most firings {@link #nextFirings} answers. */
  public static final int MAX_FIRINGS = 1_000;

  private static final int BATCH = 100;
  private static final Duration LONGEST_REST = Duration.ofMillis(500);

  /** How long a schedule rests that this process cannot read. */
  private static final Duration UNREADABLE = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);

  private record Firing(ScheduleTable.Row row, Instant at, @Nullable Instant next, long missed) {}

  private record Fired(String name, @Nullable Long job) {}

  private final Engine engine;
  private final Database database;

  Schedules(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /**
   * Creates a schedule or replaces the one of that name. A schedule that is there already with the
   * same content stays as it is, so that a program can put its schedules at every start.
   *
   * @param request what to enqueue at each firing; its key and start are not used
   * @throws InvalidRequestException when the timing never fires, or the definition is unknown
   */
  public Schedule put(String name, JobRequest request, Timing timing, ZoneId zone) {
    JobDefinition.checkName("schedule", name);
    String payload = Json.writePayload(request.definition(), request.payload());
    database.useTransaction(handle -> {
      var definition = engine.catalog().get(handle, request.definition());
      Optional<ScheduleTable.Row> present = ScheduleTable.lock(handle, name);
      if (present.isPresent() && same(present.get(), request, payload, timing, zone)) {
        return;
      }
      Instant now = ClockTable.now(handle);
      Instant first =
          Firings.after(now, timing, zone, now)
              .orElseThrow(() ->
                  new InvalidRequestException(
                      ErrorCode.INVALID_TIME,
                      "schedule '%s' would never fire: it is past already".formatted(name)));
      ScheduleTable.upsert(
          handle,
          name,
          definition.id(),
          payload,
          request.priority(),
          kind(timing),
          expression(timing),
          zone.getId(),
          now,
          first);
    });
    engine.schedulesChanged();
    return get(name);
  }

  /** All schedules by name. */
  public List<Schedule> list() {
    return database.withHandle(ScheduleTable::all).stream().map(Schedules::schedule).toList();
  }

  /**
   * Reads a schedule that must exist.
   *
   * @throws NotFoundException when there is none of that name
   */
  public Schedule get(String name) {
    return schedule(row(database.withHandle(handle -> ScheduleTable.find(handle, name)), name));
  }

  /** Removes a schedule; jobs it has enqueued stay. Answers whether there was one. */
  public boolean remove(String name) {
    return database.inTransaction(handle -> ScheduleTable.remove(handle, name));
  }

  /** Keeps a schedule from firing until it is resumed. */
  public void pause(String name) {
    database.useTransaction(handle -> {
      row(ScheduleTable.lock(handle, name), name);
      ScheduleTable.pause(handle, name);
    });
  }

  /** Lets a paused schedule fire again; what came due meanwhile is not made up. */
  public void resume(String name) {
    database.useTransaction(handle -> {
      ScheduleTable.Row row = row(ScheduleTable.lock(handle, name), name);
      if (row.pausedAt() != null) {
        Schedule schedule = schedule(row);
        Instant next =
            Firings.after(
                    ClockTable.now(handle), schedule.timing(), schedule.zone(), row.createdAt())
                .orElse(null);
        ScheduleTable.resume(handle, name, next);
      }
    });
    engine.schedulesChanged();
  }

  /** Enqueues the schedule's job now, beside its firings. */
  public Enqueued runNow(String name) {
    return engine.enqueue(
        request(row(database.withHandle(handle -> ScheduleTable.find(handle, name)), name)));
  }

  /** The next firings of a schedule, paused or not; fewer when there are no more. */
  public List<Instant> nextFirings(String name, int count) {
    if (count < 1 || count > MAX_FIRINGS) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION, "count must be 1 to " + MAX_FIRINGS + ", not " + count);
    }
    ScheduleTable.Row row =
        row(database.withHandle(handle -> ScheduleTable.find(handle, name)), name);
    Schedule schedule = schedule(row);
    List<Instant> firings = new ArrayList<>();
    Optional<Instant> next =
        Firings.after(engine.clock().now(), schedule.timing(), schedule.zone(), row.createdAt());
    while (next.isPresent() && firings.size() < count) {
      firings.add(next.get());
      next = Firings.after(next.get(), schedule.timing(), schedule.zone(), row.createdAt());
    }
    return firings;
  }

  /** Fires what is due; answers how long to rest. Every process does it, each other schedules. */
  Duration run() {
    fireDue();
    Optional<Duration> next = database.withHandle(ScheduleTable::nextDue);
    return next.filter(rest -> rest.compareTo(LONGEST_REST) < 0).orElse(LONGEST_REST);
  }

  /** Fires what is due; answers how many schedules that was. */
  int fireDue() {
    List<Fired> fired =
        engine.transaction(transaction -> {
          Handle handle = transaction.handle();
          Instant now = ClockTable.now(handle);
          List<Fired> all = new ArrayList<>();
          for (ScheduleTable.Row row : ScheduleTable.due(handle, BATCH)) {
            Firing firing = firing(handle, row, now);
            if (firing != null) {
              all.add(fire(transaction, firing));
            }
          }
          return all;
        });
    fired.forEach(one -> engine.listener().scheduleFired(one.name(), one.job() == null));
    return fired.size();
  }

  /**
   * Works out a firing; null when this process cannot read the schedule (a zone that only newer
   * processes know, say). That one is put off, so that it does not keep others from firing.
   */
  private static @Nullable Firing firing(Handle handle, ScheduleTable.Row row, Instant now) {
    try {
      Schedule schedule = schedule(row);
      return new Firing(
          row,
          now,
          Firings.after(now, schedule.timing(), schedule.zone(), row.createdAt()).orElse(null),
          Firings.missed(
              Objects.requireNonNull(row.nextAt()),
              now,
              schedule.timing(),
              schedule.zone(),
              row.createdAt()));
    } catch (DateTimeException | InvalidRequestException e) {
      LOG.error(
          "Schedule {} cannot be read here and is tried again in {}", row.name(), UNREADABLE, e);
      ScheduleTable.putOff(handle, row.name(), now.plus(UNREADABLE));
      return null;
    }
  }

  private static Fired fire(EngineTransaction transaction, Firing firing) {
    Handle handle = transaction.handle();
    ScheduleTable.Row row = firing.row();
    Long last = row.lastJob();
    Long job = null;
    if (last == null || !JobTable.isLive(handle, last)) {
      job = transaction.enqueue(List.of(request(row))).getFirst().id();
    }
    ScheduleTable.fired(handle, row.name(), firing.next(), firing.at(), job, firing.missed());
    return new Fired(row.name(), job);
  }

  private static JobRequest request(ScheduleTable.Row row) {
    return new JobRequest(
        row.definition(),
        new RawJson(row.payload()),
        row.priority(),
        null,
        null,
        new JobRequest.Start.Now());
  }

  private static boolean same(
      ScheduleTable.Row row, JobRequest request, String payload, Timing timing, ZoneId zone) {
    return row.definition().equals(request.definition())
        && row.payload().equals(payload)
        && Objects.equals(row.priority(), request.priority())
        && row.kind().equals(kind(timing))
        && row.expression().equals(expression(timing))
        && row.zone().equals(zone.getId());
  }

  private static ScheduleTable.Row row(Optional<ScheduleTable.Row> row, String name) {
    return row.orElseThrow(() ->
        new NotFoundException(ErrorCode.UNKNOWN_SCHEDULE, "there is no schedule '" + name + "'"));
  }

  private static Schedule schedule(ScheduleTable.Row row) {
    return new Schedule(
        row.name(),
        row.definition(),
        row.payload(),
        timing(row.kind(), row.expression()),
        ZoneId.of(row.zone()),
        row.pausedAt(),
        row.nextAt(),
        row.lastAt(),
        row.lastJob(),
        row.skipped(),
        row.missed());
  }

  private static String kind(Timing timing) {
    return switch (timing) {
      case Timing.Cron cron -> "cron";
      case Timing.Rate rate -> "rate";
      case Timing.Once once -> "once";
    };
  }

  private static String expression(Timing timing) {
    return switch (timing) {
      case Timing.Cron cron -> cron.expression();
      case Timing.Rate rate -> rate.period().toString();
      case Timing.Once once -> once.time().toString();
    };
  }

  private static Timing timing(String kind, String expression) {
    return switch (kind) {
      case "cron" -> new Timing.Cron(expression);
      case "rate" -> new Timing.Rate(Duration.parse(expression));
      case "once" -> new Timing.Once(Instant.parse(expression));
      default -> throw new IllegalStateException("unknown kind of schedule: " + kind);
    };
  }
}
