package dev.ekiden.calendar.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.booking.Held;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LiveRefreshTest {

  @RegisterExtension static final TestDatabase DATABASE = RefreshedCalendar.testDatabase();

  private static final LocalDate MONDAY = LocalDate.of(2026, 11, 23);

  /** Noon and one o'clock of the Sunday after now, in Tokyo. */
  private static final Instant TWELVE = Instant.parse("2026-11-22T03:00:00Z");

  private static final Instant ONE = TWELVE.plus(Duration.ofHours(1));

  private RefreshedCalendar calendar;
  private long venue;
  private long space;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new RefreshedCalendar(DATABASE.database());
    venue = calendar.venue();
    space = calendar.space(venue);
    plan = calendar.plans(space, 1).getFirst();
  }

  @AfterEach
  void close() {
    calendar.close();
  }

  /** One input of the calendar, changed as its owner would. */
  @FunctionalInterface
  interface Input extends BiConsumer<LiveRefreshTest, RefreshedCalendar> {}

  static Stream<Arguments> inputs() {
    return Stream.of(
        input(
            "business hours (営業時間)",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.setBusinessHours(
                        handle, test.space, WeeklyHours.parse("mon-sun 11:00-16:00")))),
        input(
            "rentable hours (貸出可能時間)",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.setRentableHours(
                        handle, test.plan, WeeklyHours.parse("mon-sun 12:00-15:00")))),
        input(
            "special period (特別営業期間)",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.putSpecialPeriod(
                        handle,
                        test.space,
                        SpecialPeriod.closed(MONDAY, MONDAY.plusDays(1), "休み")))),
        input(
            "closure",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.putClosure(
                        handle, test.space, Closure.ofDays(MONDAY, MONDAY, "paint")))),
        input(
            "prices",
            (test, calendar) ->
                calendar.change(
                    handle -> calendar.writer.setPrices(handle, test.plan, prices("any 1234")))),
        input(
            "price terms",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.setPrices(
                        handle,
                        test.plan,
                        new PriceList(
                            new PriceTerms(
                                PriceTerms.DEFAULT_CURRENCY,
                                OptionalLong.of(3_000),
                                1_500,
                                new BigDecimal("8"),
                                false),
                            PriceList.parseRules("any 1000"))))),
        input(
            "publish state",
            (test, calendar) ->
                calendar.change(handle -> calendar.writer.setPublished(handle, test.plan, false))),
        input(
            "rules",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.setRules(handle, test.plan, BookingRules.ofUnit(30)))),
        input(
            "zone",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.setVenueCalendar(
                        handle, test.venue, ZoneId.of("America/New_York"), "jp"))),
        input(
            "holidays",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.setVenueCalendar(
                        handle, test.venue, ZoneId.of("Asia/Tokyo"), "none"))),
        input(
            "units",
            (test, calendar) ->
                calendar.change(handle ->
                    calendar.writer.useResources(
                        handle, Map.of(test.space, List.of(new ResourceUse("rooms", 3))), "test"))),
        input(
            "a hold", (test, calendar) -> calendar.refresh.bookings().hold(test.plan, TWELVE, ONE)),
        input(
            "a cancellation",
            (test, calendar) -> {
              Held held = calendar.refresh.bookings().hold(test.plan, TWELVE, ONE);
              calendar.engine.runDue();
              calendar.refresh.bookings().cancel(held.token());
            }),
        input(
            "a booking of a shared unit by another plan",
            (test, calendar) -> {
              long other = calendar.space(test.venue);
              long otherPlan = calendar.plans(other, 1).getFirst();
              List<ResourceUse> shared = List.of(new ResourceUse("stage", 1));
              calendar.change(handle ->
                  calendar.writer.useResources(
                      handle, Map.of(test.space, shared, other, shared), "test"));
              calendar.engine.runDue();
              calendar.refresh.bookings().hold(otherPlan, TWELVE, ONE);
            }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("inputs")
  void everyInputThatIsChangedChangesTheCachedCalendar(String name, Input input) {
    calendar.fullSync();
    calendar.assertBruteForce(List.of(plan), 14);
    CachedCalendar before = calendar.cached(plan).orElseThrow();

    input.accept(this, calendar);
    calendar.engine.runDue();

    CachedCalendar after = calendar.cached(plan).orElseThrow();
    assertThat(after.truthVersion()).isGreaterThan(before.truthVersion());
    calendar.assertBruteForce(List.of(plan), 14);
    calendar.assertVerified();
    assertThat(calendar.jobs(JobState.FAILED)).isEmpty();
    assertThat(calendar.refresh.syncRuns(10)).extracting(SyncRun::kind).hasSize(1);
  }

  @Test
  void aCommittedChangeHasItsRefreshAndARolledBackOneHasNone() {
    change("any 1100");

    Job job = calendar.jobs(JobState.READY).getFirst();
    assertThat(job.queue()).isEqualTo(CalendarRefresh.LIVE_QUEUE);
    assertThat(job.key()).isEqualTo("plan-" + plan);
    assertThat(job.payload())
        .contains("\"planId\":" + plan, "\"entity\":\"plan " + plan + "\"", "\"changedAt\":\"2026");

    assertThat(rolledBack()).isTrue();
    assertThat(calendar.liveJobs()).isEqualTo(1);
    PriceList same = calendar.truthOf(plan).plan().prices();
    calendar.change(handle -> calendar.writer.setPrices(handle, plan, same));
    assertThat(calendar.liveJobs()).as("a change of nothing").isEqualTo(1);
  }

  private boolean rolledBack() {
    try {
      calendar.database.useTransaction(handle -> {
        calendar.writer.setPrices(handle, plan, prices("any 9"));
        throw new IllegalStateException("as if the process had failed");
      });
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Test
  void changesOfAPlanThatWaitAreRefreshedOnceAndTheMetricsTell() {
    for (int price = 1; price <= 20; price++) {
      change("any " + price * 100);
    }

    assertThat(calendar.engine.runDue()).as("attempts").isEqualTo(1);

    assertThat(calendar.jobs(JobState.SUCCEEDED)).hasSize(20);
    calendar.assertBruteForce(List.of(plan), 7);
    assertThat(metric("calendar_refreshed_plans")).isEqualTo(1);
    assertThat(metric("calendar_changed_days")).isEqualTo(CalendarRefresh.HORIZON_DAYS);
    assertThat(metric("calendar_commit_to_visible_seconds")).isEqualTo(1);
  }

  @Test
  void aChangeOfAVenueRefreshesAllItsPlansInBatches() {
    List<Long> plans = calendar.plans(calendar.space(venue), CalendarRefresh.LIVE_BATCH * 2);
    calendar.fullSync();

    Set<Long> affected =
        calendar.change(handle ->
            calendar.writer.setVenueCalendar(handle, venue, ZoneId.of("Asia/Tokyo"), "us"));
    assertThat(affected).hasSize(plans.size() + 1);
    assertThat(calendar.engine.runDue()).isEqualTo(plans.size() + 1);

    calendar.assertBruteForce(plans.subList(0, 3), 10);
    calendar.assertVerified();
  }

  /**
   * The refresh has read its snapshot and waits for the header when the second change is committed.
   */
  @Test
  void aChangeCommittedWhileItsRefreshRunsIsNotMissed() {
    calendar.fullSync();
    calendar.startWorkers();
    try (HeldHeader _ = new HeldHeader(calendar.database.dataSource(), plan)) {
      change("any 1100");
      calendar.awaitLockWaits(1);
      change("any 2200");
      TestEngine.awaitUntil(
          "the second refresh waits for the first",
          () -> calendar.jobs(JobState.BLOCKED).size() == 1);
    }
    calendar.awaitNoJobs();

    assertThat(calendar.truthOf(plan).plan().prices()).isEqualTo(prices("any 2200"));
    calendar.assertBruteForce(List.of(plan), 7);
  }

  @Test
  void aRefreshThatWaitsForTheDatabaseHoldsBackNoOther() {
    long other = calendar.plans(space, 1).getFirst();
    calendar.fullSync();
    calendar.startWorkers();
    try (HeldHeader _ = new HeldHeader(calendar.database.dataSource(), plan)) {
      change("any 1100");
      calendar.awaitLockWaits(1);
      calendar.change(handle -> calendar.writer.setPrices(handle, other, prices("any 3300")));
      long version = calendar.truthOf(other).version();
      TestEngine.awaitUntil(
          "the other is refreshed", () -> calendar.cachedVersion(other) == version);
    }
    calendar.awaitNoJobs();
  }

  @Test
  void aPlanThatCannotBeComputedIsSetAsideAndTheOthersOfItsBatchAreRefreshed() {
    long brokenVenue = calendar.venue();
    long unknownVenue = calendar.venue();
    long broken = calendar.plans(calendar.space(brokenVenue), 1).getFirst();
    long unknown = calendar.plans(calendar.space(unknownVenue), 1).getFirst();
    List<Long> good = calendar.plans(space, 20);
    calendar.fullSync();
    calendar.database.useTransaction(handle -> {
      set(handle, brokenVenue, "holiday_calendar", "nowhere");
      set(handle, unknownVenue, "zone", "Mars/Olympus");
    });
    calendar.database.useTransaction(handle -> {
      calendar.refresh.refreshes().changed(handle.getConnection(), List.of(broken), "venue x");
      calendar.refresh.refreshes().changed(handle.getConnection(), List.of(unknown), "venue y");
      good.forEach(id -> calendar.writer.setPrices(handle, id, prices("any 777")));
    });

    calendar.engine.runDue();

    List<Job> failed = calendar.jobs(JobState.FAILED);
    assertThat(failed).hasSize(2);
    assertThat(failed).allSatisfy(job -> assertThat(job.failures()).isEqualTo(1));
    assertThat(failed.getLast().error())
        .contains("The calendar of plan " + broken + " cannot be computed (venue x)", "nowhere");
    assertThat(failed.getFirst().error()).contains("(venue y)", "Mars/Olympus");
    calendar.assertBruteForce(good.subList(0, 2), 7);
    assertThat(good)
        .allSatisfy(
            id -> assertThat(calendar.cachedVersion(id)).isEqualTo(calendar.truthOf(id).version()));

    calendar.database.useTransaction(handle -> {
      set(handle, brokenVenue, "holiday_calendar", "us");
      set(handle, unknownVenue, "zone", "Asia/Seoul");
    });
    assertThat(calendar.engine.jobs().redrive(CalendarRefresh.LIVE_QUEUE)).isEqualTo(2);
    calendar.engine.runDue();
    assertThat(calendar.jobs(JobState.FAILED)).isEmpty();
    calendar.assertBruteForce(List.of(broken, unknown), 7);
    calendar.assertVerified();
  }

  private static void set(Handle handle, long venueId, String column, String value) {
    handle.execute(
        "UPDATE calendar.venue SET " + column + " = ?, version = version + 1 WHERE id = ?",
        value,
        venueId);
  }

  /** A hundred plans, ten rounds; in each two threads change every plan while workers refresh. */
  @Test
  void ofTwoUpdatesAtOnceTheCacheHoldsTheLater() throws Exception {
    List<Long> plans = calendar.plans(space, 100);
    calendar.fullSync();
    calendar.startWorkers();
    Map<Long, PriceList> latest = new ConcurrentHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 10; round++) {
        CyclicBarrier begin = new CyclicBarrier(2);
        List<Future<?>> updates = new ArrayList<>();
        for (int updater = 0; updater < 2; updater++) {
          List<Long> order = new ArrayList<>(plans);
          Collections.shuffle(order, new Random(round * 2L + updater));
          int price = 1_000 + round * 2 + updater;
          updates.add(
              threads.submit(() -> {
                begin.await();
                for (long id : order) {
                  calendar.database.useTransaction(handle -> {
                    calendar.writer.change(
                        handle,
                        TruthTables.PLANS,
                        id,
                        before -> {
                          // Under the row's lock: the order of these is the order of the commits.
                          latest.put(id, prices("any " + price));
                          return Revised.prices(before, prices("any " + price));
                        });
                  });
                }
                return null;
              }));
        }
        for (Future<?> update : updates) {
          update.get();
        }
      }
    }
    calendar.awaitNoJobs();

    for (long id : plans) {
      assertThat(calendar.truthOf(id).plan().prices()).isEqualTo(latest.get(id));
      assertThat(calendar.cachedVersion(id)).isEqualTo(calendar.truthOf(id).version());
    }
    calendar.assertBruteForce(plans.subList(0, 3), 7);
    calendar.assertVerified();
    assertThat(calendar.jobs(JobState.FAILED)).isEmpty();
  }

  @Test
  void aPlanThatIsGoneNeedsNoRefresh() {
    calendar.database.useTransaction(handle ->
        calendar.refresh.refreshes().changed(handle.getConnection(), List.of(4_711L), "nothing"));

    calendar.engine.runDue();

    assertThat(calendar.jobs(JobState.SUCCEEDED)).hasSize(1);
    assertThat(calendar.cached(4_711)).isEmpty();
  }

  private void change(String rules) {
    calendar.change(handle -> calendar.writer.setPrices(handle, plan, prices(rules)));
  }

  static PriceList prices(String rules) {
    return new PriceList(PriceTerms.DEFAULT, PriceList.parseRules(rules));
  }

  private double metric(String name) {
    return calendar.services.metrics().prometheus().scrape().stream()
        .filter(snapshot -> snapshot.getMetadata().getName().equals(name))
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .mapToDouble(point ->
            switch (point) {
              case CounterDataPointSnapshot counter -> counter.getValue();
              case HistogramDataPointSnapshot histogram -> histogram.getCount();
              default -> throw new AssertionError(point.toString());
            })
        .sum();
  }

  private static Arguments input(String name, Input input) {
    return Arguments.of(name, input);
  }
}
