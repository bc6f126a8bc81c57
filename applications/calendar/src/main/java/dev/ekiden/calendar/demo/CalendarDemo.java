package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.CalendarImport;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.refresh.Verification;
import dev.ekiden.calendar.store.CalendarStore;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Jobs;
import dev.ekiden.engine.Page;
import dev.ekiden.engine.QueueSummary;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Demo;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.ProgressBar;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Imports files, syncs, then plays live changes and customers while another sync runs, and in the
 * end verifies every day of every calendar.
 */
public final class CalendarDemo implements Demo {

  private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int VERIFIED_AT_ONCE = 200;

  private final Supplier<CalendarRefresh> refreshes;
  private final HolidayCalendars holidays;
  private final @Nullable DemoSize fixedSize;

  /**
   * @param refreshes what keeps the calendars of the demonstration's server fresh; asked when it is
   *     played
   * @param fixedSize null for what the command line says
   */
  public CalendarDemo(
      Supplier<CalendarRefresh> refreshes,
      HolidayCalendars holidays,
      @Nullable DemoSize fixedSize) {
    this.refreshes = refreshes;
    this.holidays = holidays;
    this.fixedSize = fixedSize;
  }

  @Override
  public DemoResult run(DemoContext context) throws Exception {
    return new Play(context).run();
  }

  private DemoSize size(DemoContext context) {
    if (fixedSize != null) {
      return fixedSize;
    }
    return context.isFull() ? DemoSize.FULL : DemoSize.SHORT;
  }

  /** One demonstration. Confined to one thread but for what it starts itself. */
  private final class Play {
    private final DemoContext context;
    private final DemoSize size;
    private final CalendarRefresh refresh;
    private final Database database;
    private final Engine engine;
    private final TruthWriter writer;
    private final LocalDate today;
    private final CalendarStore store = new CalendarStore();
    private final DemoFigures figures = new DemoFigures();

    Play(DemoContext context) {
      this.context = context;
      this.size = size(context);
      this.refresh = refreshes.get();
      this.database = context.services().database();
      this.engine = context.services().engine();
      this.writer = new TruthWriter(refresh.refreshes());
      this.today = LocalDate.ofInstant(context.services().clock().instant(), ZONE);
    }

    DemoResult run() throws IOException, InterruptedException {
      long start = System.nanoTime();
      context.say("The load comes from this process too and shares its cores with the server.");
      // Live refreshes wait, so that the sync which follows has everything to compute.
      engine.queues().pause(CalendarRefresh.LIVE_QUEUE, "the demonstration imports first");
      CalendarImport imports =
          new CalendarImport(database, writer, holidays, context.services().clock());
      new DemoFiles(context, imports, holidays, figures).play(size.sample(), today);
      firstSync();
      try (VisibilityProbe probe = new VisibilityProbe(database)) {
        quietChanges(probe);
      }
      try (VisibilityProbe probe = new VisibilityProbe(database)) {
        liveChangesAndCustomers(probe);
      }
      verify();
      jobs(seconds(start));
      context.say("Play the full size with `ekiden demo calendar --full`, your own files with");
      context.say("`ekiden demo calendar DIR`; keep a server with `ekiden up`, which also prints");
      context.say("where the page is on which customers search and book.");
      return figures.result();
    }

    // ---- syncs ----

    private void firstSync() throws InterruptedException {
      SyncRun run = await(refresh.startFullSync(), "first full sync, plans");
      figures.add(Row.of("first full sync", daysPerSecond(run), "plan-days/s"));
      engine.queues().resume(CalendarRefresh.LIVE_QUEUE);
      settle("refreshes left by the import");
    }

    private SyncRun await(SyncRun begun, String what) throws InterruptedException {
      SyncRun run = refresh.syncRun(begun.id()).orElseThrow();
      if (run.isFinished()) {
        return run;
      }
      try (ProgressBar bar = context.progress(what, begun.plans())) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!run.isFinished()) {
          if (System.nanoTime() > deadline) {
            throw CommandException.failed("the sync did not end within " + PATIENCE);
          }
          Thread.sleep(BETWEEN_LOOKS);
          run = refresh.syncRun(begun.id()).orElseThrow();
          bar.moveTo(run.refreshedPlans() + run.failedPlans());
        }
        return run;
      }
    }

    private static double daysPerSecond(SyncRun run) {
      Instant finished = run.finishedAt().orElseThrow();
      double seconds = Duration.between(run.startedAt(), finished).toNanos() / 1e9;
      return run.scanned() / Math.max(0.001, seconds);
    }

    /** Waits until nothing is left to do. */
    private void settle(String what) throws InterruptedException {
      long first = left();
      try (ProgressBar bar = context.progress(what, first)) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long left = first; left > 0; left = left()) {
          if (System.nanoTime() > deadline) {
            throw CommandException.failed(
                "%d jobs did not end within %s".formatted(left, PATIENCE));
          }
          bar.moveTo(Math.max(0, first - left));
          Thread.sleep(BETWEEN_LOOKS);
        }
        bar.moveTo(first);
      }
    }

    private long left() {
      return engine.queues().list().stream().mapToLong(Play::live).sum();
    }

    private static long live(QueueSummary queue) {
      return queue.ready() + queue.running() + queue.blocked();
    }

    // ---- life ----

    private void quietChanges(VisibilityProbe probe) throws InterruptedException {
      LiveChanges changes = changes(probe, 1);
      try (ProgressBar bar = context.progress("changes, nothing else", size.quietChanges())) {
        for (int number = 0; number < size.quietChanges(); number++) {
          changes.change();
          awaitVisible(probe);
          bar.advance(1);
        }
      }
      figures.visible("quiet", probe.micros());
    }

    private LiveChanges changes(VisibilityProbe probe, int number) {
      return new LiveChanges(
          database, writer, probe, today, new Random(context.seed() * 31 + number));
    }

    private static void awaitVisible(VisibilityProbe probe) throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (probe.invisible() > 0) {
        if (System.nanoTime() > deadline) {
          throw CommandException.failed(
              "%d changes were not seen within %s".formatted(probe.invisible(), PATIENCE));
        }
        Thread.sleep(1);
      }
    }

    private void liveChangesAndCustomers(VisibilityProbe probe) throws InterruptedException {
      URI address =
          context
              .publicAddress()
              .orElseThrow(() -> CommandException.failed("there is no public listener"));
      var places = database.withHandle(DemoStore::publishedPlans);
      if (places.isEmpty()) {
        throw CommandException.failed("the files have no published plan to search for");
      }
      try (Customers customers = new Customers(address, places, today, context.seed())) {
        context.say("Customers warm the server up …");
        customers.visit(size.warmUp(), size.searchesPerSecond() * DemoSize.MORE, 0);
        Thread changes = Thread.ofVirtual().start(() -> changeForBothPhases(probe));
        SyncRun second = refresh.startFullSync();
        Customers.Load once = load(customers, 1);
        SyncRun third = refresh.startFullSync();
        Customers.Load more = load(customers, DemoSize.MORE);
        changes.join();
        second = await(second, "second full sync, plans");
        await(third, "third full sync, plans");
        settle("refreshes left by the changes");
        awaitVisible(probe);
        sync(second);
        figures.add(
            Row.atLeast(
                "changes made and seen", probe.micros().getTotalCount(), "", size.changes()));
        figures.visible("syncs and load", probe.micros());
        figures.queries("plan first", once.planFirst(), more.planFirst());
        figures.queries("time first", once.timeFirst(), more.timeFirst());
        bookings(customers);
      }
    }

    /** Changes come evenly over both loads. */
    private void changeForBothPhases(VisibilityProbe probe) {
      LiveChanges changes = changes(probe, 2);
      long start = System.nanoTime();
      double nanosBetween = size.phase().toNanos() * 2.0 / size.changes();
      for (int number = 0; number < size.changes(); number++) {
        long left = start + Math.round(number * nanosBetween) - System.nanoTime();
        if (left > 0) {
          LockSupport.parkNanos(left);
        }
        changes.change();
      }
    }

    private Customers.Load load(Customers customers, int times) throws InterruptedException {
      context.say(
          "Customers at %d×, changes and a full sync for %d s: %.0f searches/s of each flow, %.0f bookings/s …"
              .formatted(
                  times,
                  size.phase().toSeconds(),
                  size.searchesPerSecond() * times,
                  size.bookingsPerSecond() * times));
      return customers.visit(
          size.phase(), size.searchesPerSecond() * times, size.bookingsPerSecond() * times);
    }

    private void sync(SyncRun run) {
      figures.add(Row.of("second full sync, scanned", run.scanned(), "plan-days"));
      figures.add(Row.of("second full sync, changed", run.changed(), "plan-days"));
      figures.add(Row.of("second full sync, under load", daysPerSecond(run), "plan-days/s"));
    }

    private void bookings(Customers customers) {
      figures.add(Row.of("bookings made", customers.booked(), ""));
      figures.add(Row.of("bookings refused: taken or changed meanwhile", customers.taken(), ""));
      figures.add(Row.exactly("requests failed", customers.failed(), "", 0));
      figures.add(
          Row.exactly("double bookings", database.withHandle(DemoStore::doubleBookings), "", 0));
    }

    // ---- in the end ----

    private void verify() {
      long days = 0;
      long wrong = 0;
      int differences = 0;
      try (ProgressBar bar = context.progress("verify, plans", count())) {
        List<Long> ids = plansAfter(0);
        while (!ids.isEmpty()) {
          Verification result = refresh.verify(Optional.of(ids));
          days += result.daysChecked();
          wrong += result.daysWrong();
          differences += result.differences().size();
          bar.advance(ids.size());
          ids = plansAfter(ids.getLast());
        }
      }
      figures.add(Row.of("verified against recomputation", days, "plan-days"));
      figures.add(Row.exactly("days wrong", wrong, "", 0));
      figures.add(Row.exactly("differences of any kind", differences, "", 0));
    }

    private List<Long> plansAfter(long id) {
      return database.withHandle(handle -> store.planIds(handle, id, VERIFIED_AT_ONCE));
    }

    private long count() {
      return database.withHandle(handle -> DemoStore.ids(handle, DemoStore.Entity.PLAN)).size();
    }

    private void jobs(double seconds) {
      Map<JobState, Long> states = new EnumMap<>(JobState.class);
      @Nullable String cursor = null;
      do {
        Page<Job> page = engine.jobs().list(JobFilter.ALL, cursor, Jobs.MAX_PAGE);
        page.items().forEach(job -> states.merge(job.state(), 1L, Long::sum));
        cursor = page.next();
      } while (cursor != null);
      long succeeded = states.getOrDefault(JobState.SUCCEEDED, 0L);
      // What waits for its time, such as the end of a hold, is not late.
      long waiting = states.getOrDefault(JobState.SCHEDULED, 0L);
      long all = states.values().stream().mapToLong(Long::longValue).sum();
      figures.add(Row.of("jobs done", succeeded, ""));
      figures.add(Row.of("jobs, over the whole time", succeeded / seconds, "jobs/s"));
      figures.add(Row.exactly("jobs lost or failed", all - succeeded - waiting, "", 0));
    }

    private static double seconds(long since) {
      return Math.max(1, System.nanoTime() - since) / 1e9;
    }
  }
}
