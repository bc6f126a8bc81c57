package dev.ekiden.calendar.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.BruteForce;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.CachedDay;
import dev.ekiden.calendar.store.CalendarSchema;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** An empty calendar on an engine without jobs, in a test database. */
final class RefreshedCalendar implements AutoCloseable {

  /** Saturday, nine in the morning in Tokyo. */
  static final Instant NOW = TestCalendar.NOW;

  private static final String EMPTY =
      """
      DO $$
      BEGIN
        EXECUTE (
          SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ')
                 || ' RESTART IDENTITY'
          FROM pg_tables
          WHERE schemaname = 'ekiden'
            AND tablename NOT IN ('clock', 'identity')
            AND tablename NOT LIKE '%migrations');
      END $$
      """;

  final Database database;
  final TestCalendar truth;
  final TestServices services;
  final Engine engine;
  final CalendarRefresh refresh;

  /** Its changes enqueue refreshes; those of {@link #truth} do not. */
  final TruthWriter writer;

  RefreshedCalendar(Database database) {
    this(database, new EngineListener() {});
  }

  RefreshedCalendar(Database database, EngineListener listener) {
    this.database = database;
    database.useTransaction(handle -> handle.execute(EMPTY));
    this.truth = new TestCalendar(database);
    this.services = TestServices.on(database, listener);
    this.engine = services.engine();
    this.refresh = services.refresh();
    this.writer = new TruthWriter(refresh.refreshes());
    engine.clock().set(NOW);
  }

  static TestDatabase testDatabase() {
    return TestDatabase.withMigrations(
        database -> {
          try (Engine engine = Engine.on(database.dataSource()).build()) {
            engine.migrate();
          }
          CalendarSchema.migrate(database);
        },
        "calendar on an engine");
  }

  /** Changes the truth and enqueues the refresh in one transaction. */
  Set<Long> change(Function<Handle, Set<Long>> change) {
    return database.inTransaction(change::apply);
  }

  /** A venue with Japan's holidays. */
  long venue() {
    return truth.save(
        TruthTables.VENUES,
        new Venue(0, TestCalendar.code("venue"), "会場", ZoneId.of("Asia/Tokyo"), "jp", 1));
  }

  long space(long venueId) {
    return truth.space(venueId, "mon-fri 09:00-22:00; sat,sun,hol 10:00-26:00");
  }

  List<Long> plans(long spaceId, int count) {
    List<Long> plans = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      plans.add(truth.plan(spaceId, BookingRules.ofUnit(60)));
    }
    return plans;
  }

  /** Begins a full sync and runs it here. */
  SyncRun fullSync() {
    SyncRun run = refresh.startFullSync();
    engine.runDue();
    return refresh.syncRun(run.id()).orElseThrow();
  }

  Optional<CachedCalendar> cached(long planId) {
    LocalDate today = LocalDate.of(2026, 11, 21);
    return database.withHandle(
        handle -> truth.store.readPlan(handle, planId, today.minusYears(1), today.plusYears(2)));
  }

  long cachedVersion(long planId) {
    return cached(planId).orElseThrow().truthVersion();
  }

  Truth truthOf(long planId) {
    return database.inSnapshot(handle ->
        truth
            .reader
            .read(
                handle,
                List.of(planId),
                LocalDate.of(2026, 11, 1),
                LocalDate.of(2026, 11, 1).plusYears(1))
            .get(planId));
  }

  /** The cache of these plans is of the truth as it is and answers what brute force says. */
  void assertBruteForce(Collection<Long> planIds, int days) {
    Instant now = engine.clock().now();
    for (long planId : planIds) {
      Truth wanted = truthOf(planId);
      CachedCalendar cached = cached(planId).orElseThrow();
      assertThat(cached.truthVersion()).as("plan %d", planId).isEqualTo(wanted.version());
      LocalDate today = LocalDate.ofInstant(now, wanted.venue().zone());
      List<byte[]> content = cached.days().stream().map(CachedDay::content).toList();
      assertThat(BruteForce.difference(wanted, cached.terms(), content, now, today, days))
          .isEmpty();
    }
  }

  /** Every plan's cache is what the calculator gives. */
  void assertVerified() {
    assertThat(refresh.verify(Optional.empty()).differences()).isEmpty();
  }

  List<Job> jobs(JobState first, JobState... rest) {
    return engine.jobs().list(JobFilter.ALL.withStates(first, rest), null, 1_000).items();
  }

  long liveJobs() {
    return database.withHandle(
        handle -> handle.createQuery("SELECT count(*) FROM ekiden.job").mapTo(Long.class).one());
  }

  void startWorkers() {
    engine.start();
    refresh.workers().forEach(options -> engine.worker(options).start());
  }

  void awaitNoJobs() {
    TestEngine.awaitUntil("no job is left", () -> liveJobs() == 0);
  }

  /** Waits until so many backends of this database wait for a lock. */
  void awaitLockWaits(int count) {
    TestEngine.awaitUntil(
        count + " transactions wait for a lock",
        () ->
            database.withHandle(handle ->
                handle
                    .createQuery(
                        """
                        SELECT count(*)
                        FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'
                        """)
                    .mapTo(Integer.class)
                    .one())
                >= count);
  }

  @Override
  public void close() {
    services.close();
  }
}
