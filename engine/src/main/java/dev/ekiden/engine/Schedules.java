package dev.ekiden.engine;

import dev.ekiden.engine.ScheduleFiring.Outcome;
import dev.ekiden.engine.ScheduleFiring.Reason;
import dev.ekiden.engine.SchedulePolicy.BusinessDays;
import dev.ekiden.engine.store.BusinessCalendarTable;
import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.JobTable;
import dev.ekiden.engine.store.ScheduleTable;
import dev.ekiden.postgres.Database;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** What became of so many firings, or runs of firings, is kept of each schedule. */
  public static final int MAX_HISTORY = 100;

  private static final int BATCH = 100;
  private static final Duration LONGEST_REST = Duration.ofMillis(500);

  /** How long a schedule rests that this process cannot read. */
  private static final Duration UNREADABLE = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);

  /** Jobs of one enqueue, so that the largest payloads stay below what one call may have. */
  private static final int CHUNK = Engine.MAX_BULK_BYTES / Engine.MAX_PAYLOAD_BYTES;

  /** A round ends after so long; schedules left over are looked at in the next. */
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);

  private record Fired(String name, long jobs, long skipped, long missed) {}

  private final Engine engine;
  private final Database database;
  private final BusinessCalendars calendars;

  Schedules(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
    this.calendars = new BusinessCalendars(this, database);
  }

  /** The business calendars schedules keep to. */
  public BusinessCalendars calendars() {
    return calendars;
  }

  /** Creates or replaces a schedule with {@link SchedulePolicy#DEFAULT}. */
  public Schedule put(String name, JobRequest request, Timing timing, ZoneId zone) {
    return put(name, request, timing, zone, SchedulePolicy.DEFAULT);
  }

  /**
   * Creates a schedule or replaces the one of that name. A schedule that is there already with the
   * same content stays as it is, so that a program can put its schedules at every start.
   *
   * @param request what to enqueue at each firing; its key and start are not used
   * @throws InvalidRequestException when the timing never fires
   * @throws NotFoundException when the definition or the business calendar is unknown
   */
  public Schedule put(
      String name, JobRequest request, Timing timing, ZoneId zone, SchedulePolicy policy) {
    JobDefinition.checkName("schedule", name);
    if (policy.businessDays() != null && !(timing instanceof Timing.Cron)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION, "only a cron schedule keeps to a business calendar");
    }
    String payload = Json.writePayload(request.definition(), request.payload());
    database.useTransaction(handle -> {
      var definition = engine.catalog().get(handle, request.definition());
      var days = policy.businessDays();
      var calendar = days == null ? null : BusinessCalendars.lock(handle, days.calendar());
      Optional<ScheduleTable.Row> present = ScheduleTable.lock(handle, name);
      if (present.isPresent() && same(present.get(), request, payload, timing, zone, policy)) {
        return;
      }
      Instant now = ClockTable.now(handle);
      Firings firings = new Firings(timing, zone, now, calendar, days == null ? null : days.rule());
      if (firings.next(now).isEmpty()) {
        throw neverFires(name, timing);
      }
      ScheduleTable.upsert(
          handle,
          name,
          definition.id(),
          payload,
          request.priority(),
          kind(timing),
          expression(timing),
          zone.getId(),
          policy,
          now,
          firings.nextDue(now).orElse(null));
    });
    engine.schedulesChanged();
    return get(name);
  }

  private static InvalidRequestException neverFires(String name, Timing timing) {
    String why = timing instanceof Timing.Once ? "it is past already" : "all its days are days off";
    return new InvalidRequestException(
        ErrorCode.INVALID_TIME, "schedule '%s' would never fire: %s".formatted(name, why));
  }

  /** All schedules by name. */
  public List<Schedule> list() {
    return database.withHandle(handle -> {
      Map<String, BusinessCalendar> known = new HashMap<>();
      BusinessCalendarTable.all(handle).forEach(calendar -> known.put(calendar.name(), calendar));
      return ScheduleTable.all(handle).stream()
          .map(row -> {
            BusinessDays days = row.policy().businessDays();
            return schedule(row, firings(row, days == null ? null : known.get(days.calendar())));
          })
          .toList();
    });
  }

  /**
   * Reads a schedule that must exist.
   *
   * @throws NotFoundException when there is none of that name
   */
  public Schedule get(String name) {
    return database.withHandle(handle -> {
      ScheduleTable.Row row = row(ScheduleTable.find(handle, name), name);
      return schedule(row, firings(handle, row));
    });
  }

  /**
   * What became of the last firings of a schedule, newest first; firings in a row that share their
   * fate are one.
   *
   * @param limit most of them, 1 to {@link #MAX_HISTORY}
   * @throws NotFoundException when there is no schedule of that name
   */
  public List<ScheduleFiring> history(String name, int limit) {
    if (limit < 1 || limit > MAX_HISTORY) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION, "limit must be 1 to " + MAX_HISTORY + ", not " + limit);
    }
    return database.withHandle(handle -> {
      row(ScheduleTable.find(handle, name), name);
      return ScheduleTable.history(handle, name, limit);
    });
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
        Instant next = firings(handle, row).nextDue(ClockTable.now(handle)).orElse(null);
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
    Firings firings =
        database.withHandle(handle -> firings(handle, row(ScheduleTable.find(handle, name), name)));
    List<Instant> all = new ArrayList<>();
    Optional<Instant> next = firings.next(engine.clock().now());
    while (next.isPresent() && all.size() < count) {
      all.add(next.get());
      next = firings.next(next.get());
    }
    return all;
  }

  // ---- firing ----

  /** Fires what is due; answers how long to rest. Every process does it, each other schedules. */
  Duration run() {
    fireDue();
    Optional<Duration> next = database.withHandle(ScheduleTable::nextDue);
    return next.filter(rest -> rest.compareTo(LONGEST_REST) < 0).orElse(LONGEST_REST);
  }

  /** Fires what is due and what waited for its turn; answers how many schedules that was. */
  int fireDue() {
    List<Fired> fired =
        engine.transaction(transaction -> {
          Handle handle = transaction.handle();
          Instant now = ClockTable.now(handle);
          long begin = System.nanoTime();
          List<Fired> all = new ArrayList<>();
          for (ScheduleTable.Row row : ScheduleTable.releasable(handle, BATCH)) {
            all.add(release(transaction, row, now));
          }
          for (ScheduleTable.Row row : ScheduleTable.due(handle, BATCH)) {
            if (System.nanoTime() - begin > LONGEST_ROUND.toNanos()) {
              break;
            }
            Firings firings = readable(handle, row, now);
            if (firings != null) {
              all.add(fire(transaction, row, firings, now));
            }
          }
          return all;
        });
    fired.forEach(this::announce);
    return fired.size();
  }

  private void announce(Fired fired) {
    for (long i = 0; i < fired.jobs(); i++) {
      engine.listener().scheduleFired(fired.name(), false);
    }
    for (long i = 0; i < fired.skipped(); i++) {
      engine.listener().scheduleFired(fired.name(), true);
    }
    if (fired.missed() > 0) {
      engine.listener().scheduleMissed(fired.name(), fired.missed());
    }
  }

  /** Schedules that keep to a calendar look at their next firing anew. */
  void calendarChanged(Handle handle, BusinessCalendar calendar) {
    Instant now = ClockTable.now(handle);
    for (ScheduleTable.Row row : ScheduleTable.onCalendar(handle, calendar.name())) {
      Instant next = row.nextAt();
      // What is due already was due by the calendar as it was.
      if (next == null || next.isAfter(now)) {
        ScheduleTable.moveTo(handle, row.name(), firings(row, calendar).nextDue(now).orElse(null));
      }
    }
  }

  void wake() {
    engine.schedulesChanged();
  }

  /**
   * When a schedule fires; null when this process cannot read it (a zone that only newer processes
   * know, say). That one is put off, so that it does not keep others from firing.
   */
  private static @Nullable Firings readable(Handle handle, ScheduleTable.Row row, Instant now) {
    try {
      return firings(handle, row);
    } catch (DateTimeException | InvalidRequestException e) {
      LOG.error(
          "Schedule {} cannot be read here and is tried again in {}", row.name(), UNREADABLE, e);
      ScheduleTable.moveTo(handle, row.name(), now.plus(UNREADABLE));
      return null;
    }
  }

  private static Fired fire(
      EngineTransaction transaction, ScheduleTable.Row row, Firings firings, Instant now) {
    Handle handle = transaction.handle();
    Firings.Due due = firings.due(Objects.requireNonNull(row.nextAt()), now);
    FiringPlan plan = FiringPlan.of(due, row.policy(), now);
    List<ScheduleFiring> notes = new ArrayList<>();
    for (FiringPlan.Dropped dropped : plan.dropped()) {
      Firings.Run run = dropped.run();
      notes.add(
          new ScheduleFiring(
              dropped.outcome(),
              dropped.reason(),
              null,
              run.first(),
              run.last(),
              run.count(),
              now,
              null));
    }
    FiringTurn turn =
        FiringTurn.of(row.policy().overlap(), plan.firings(), isBusy(handle, row), row.waiting());
    List<Long> jobs = enqueue(transaction, row, turn.run().size());
    for (int i = 0; i < jobs.size(); i++) {
      notes.add(fired(firings, turn.run().get(i), now, jobs.get(i)));
    }
    turn.waiting()
        .forEach(at -> notes.add(note(Outcome.WAITING, Reason.OVERLAP, null, at, now, null)));
    turn.skipped()
        .forEach(at -> notes.add(note(Outcome.SKIPPED, turn.reason(), null, at, now, null)));
    long skipped = count(notes, Outcome.SKIPPED);
    long missed = count(notes, Outcome.MISSED);
    ScheduleTable.fired(
        handle,
        row.name(),
        due.next().orElse(null),
        now,
        jobs.isEmpty() ? null : jobs.getLast(),
        skipped,
        missed);
    ScheduleTable.note(handle, row.name(), notes, MAX_HISTORY);
    return new Fired(row.name(), jobs.size(), skipped, missed);
  }

  /**
   * Enqueues the job of the firing that has waited longest, dropping those that waited too long.
   */
  private static Fired release(EngineTransaction transaction, ScheduleTable.Row row, Instant now) {
    Handle handle = transaction.handle();
    long missed = 0;
    Long job = null;
    for (ScheduleTable.Waiting firing :
        ScheduleTable.waiting(handle, row.name(), SchedulePolicy.MAX_BUFFERED)) {
      if (!row.policy().isLate(firing.due(), now)) {
        job = enqueue(transaction, row, 1).getFirst();
        ScheduleTable.settle(handle, firing, Outcome.FIRED, Reason.OVERLAP, now, job);
        break;
      }
      ScheduleTable.settle(handle, firing, Outcome.MISSED, Reason.TOO_LATE, now, null);
      missed++;
    }
    ScheduleTable.fired(handle, row.name(), row.nextAt(), now, job, 0, missed);
    ScheduleTable.trim(handle, row.name(), MAX_HISTORY);
    return new Fired(row.name(), job == null ? 0 : 1, 0, missed);
  }

  /** Whether firings that must not overlap have to wait or be skipped. */
  private static boolean isBusy(Handle handle, ScheduleTable.Row row) {
    Long last = row.lastJob();
    return row.waiting() > 0 || (last != null && JobTable.isLive(handle, last));
  }

  private static List<Long> enqueue(
      EngineTransaction transaction, ScheduleTable.Row row, int count) {
    List<Long> ids = new ArrayList<>(count);
    while (ids.size() < count) {
      int some = Math.min(CHUNK, count - ids.size());
      transaction
          .enqueue(Collections.nCopies(some, request(row)))
          .forEach(enqueued -> ids.add(enqueued.id()));
    }
    return ids;
  }

  private static ScheduleFiring fired(Firings firings, Instant at, Instant now, long job) {
    String moved = firings.movedFrom(at);
    return note(Outcome.FIRED, moved == null ? null : Reason.MOVED, moved, at, now, job);
  }

  private static ScheduleFiring note(
      Outcome outcome,
      @Nullable Reason reason,
      @Nullable String detail,
      Instant at,
      Instant now,
      @Nullable Long job) {
    return new ScheduleFiring(outcome, reason, detail, at, at, 1, now, job);
  }

  private static long count(List<ScheduleFiring> notes, Outcome outcome) {
    return notes.stream()
        .filter(note -> note.outcome() == outcome)
        .mapToLong(ScheduleFiring::firings)
        .sum();
  }

  private static Firings firings(Handle handle, ScheduleTable.Row row) {
    BusinessDays days = row.policy().businessDays();
    return firings(
        row,
        days == null ? null : BusinessCalendarTable.find(handle, days.calendar()).orElse(null));
  }

  private static Firings firings(ScheduleTable.Row row, @Nullable BusinessCalendar calendar) {
    BusinessDays days = row.policy().businessDays();
    return new Firings(
        timing(row.kind(), row.expression()),
        ZoneId.of(row.zone()),
        row.createdAt(),
        calendar,
        days == null ? null : days.rule());
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
      ScheduleTable.Row row,
      JobRequest request,
      String payload,
      Timing timing,
      ZoneId zone,
      SchedulePolicy policy) {
    return row.definition().equals(request.definition())
        && row.payload().equals(payload)
        && Objects.equals(row.priority(), request.priority())
        && row.kind().equals(kind(timing))
        && row.expression().equals(expression(timing))
        && row.zone().equals(zone.getId())
        && row.policy().equals(policy);
  }

  private static ScheduleTable.Row row(Optional<ScheduleTable.Row> row, String name) {
    return row.orElseThrow(() ->
        new NotFoundException(ErrorCode.UNKNOWN_SCHEDULE, "there is no schedule '" + name + "'"));
  }

  private static Schedule schedule(ScheduleTable.Row row, Firings firings) {
    Instant next = row.nextAt();
    if (next != null && firings.isOff(next)) {
      // A firing of a day off is only noted.
      next = firings.next(next).orElse(null);
    }
    return new Schedule(
        row.name(),
        row.definition(),
        row.payload(),
        timing(row.kind(), row.expression()),
        ZoneId.of(row.zone()),
        row.policy(),
        row.pausedAt(),
        next,
        row.lastAt(),
        row.lastJob(),
        row.skipped(),
        row.missed(),
        row.waiting());
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
