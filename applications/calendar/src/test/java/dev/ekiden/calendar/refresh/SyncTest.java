package dev.ekiden.calendar.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.JobState;
import dev.ekiden.server.MetricsRegistry;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SyncTest {

  @RegisterExtension static final TestDatabase DATABASE = RefreshedCalendar.testDatabase();

  private static final int DAYS = CalendarRefresh.HORIZON_DAYS;

  /** Three in the morning in Tokyo, the first after now. */
  private static final Instant THREE = Instant.parse("2026-11-21T18:00:00Z");

  private RefreshedCalendar calendar;
  private long venue;
  private long space;

  @BeforeEach
  void open() {
    calendar = new RefreshedCalendar(DATABASE.database());
    venue = calendar.venue();
    space = calendar.space(venue);
  }

  @AfterEach
  void close() {
    calendar.close();
  }

  @Test
  void theFirstFullSyncFillsEveryCalendarAndTheNextWritesNothing() {
    List<Long> plans = calendar.plans(space, 250);

    SyncRun first = calendar.fullSync();

    assertThat(first.kind()).isEqualTo(SyncRun.Kind.FULL);
    assertThat(first.chunks()).isEqualTo(3);
    assertThat(first.finishedChunks()).isEqualTo(3);
    assertThat(first.refreshedPlans()).isEqualTo(250);
    assertThat(first.failedPlans()).isZero();
    assertThat(first.scanned()).isEqualTo(250L * DAYS);
    assertThat(first.changed()).isEqualTo(250L * DAYS);
    assertThat(first.finishedAt()).isPresent();
    calendar.assertBruteForce(List.of(plans.getFirst(), plans.getLast()), 10);
    calendar.assertVerified();

    String before = rowIdentities();
    SyncRun second = calendar.fullSync();

    assertThat(second.scanned()).isEqualTo(250L * DAYS);
    assertThat(second.changed()).isZero();
    assertThat(second.isFinished()).isTrue();
    assertThat(rowIdentities()).as("no row was written").isEqualTo(before);
    assertThat(calendar.refresh.syncRuns(10))
        .containsExactly(second, calendar.refresh.syncRun(first.id()).orElseThrow());
  }

  @Test
  void theScheduledFullSyncRepairsWhatWasCorrupted() {
    List<Long> plans = calendar.plans(space, 50);
    calendar.fullSync();
    calendar.refresh.putSchedules();
    corrupt(100);
    assertThat(calendar.refresh.verify(Optional.empty()).daysWrong()).isEqualTo(100);

    calendar.engine.clock().set(THREE.minusSeconds(10));
    calendar.engine.runDue();
    assertThat(lastFull().startedAt()).as("not yet").isBefore(THREE.minusSeconds(10));
    calendar.engine.clock().set(THREE);
    calendar.engine.runDue();

    SyncRun repaired = lastFull();
    assertThat(repaired.startedAt()).isAfterOrEqualTo(THREE);
    assertThat(repaired.isFinished()).isTrue();
    calendar.assertVerified();
    calendar.assertBruteForce(plans.subList(0, 2), 10);
    assertThat(calendar.engine.schedules().nextFirings(CalendarRefresh.FULL_SYNC, 3))
        .containsExactly(
            THREE.plus(Duration.ofDays(1)),
            THREE.plus(Duration.ofDays(2)),
            THREE.plus(Duration.ofDays(3)));
  }

  private SyncRun lastFull() {
    return calendar.refresh.syncRuns(100).stream()
        .filter(run -> run.kind() == SyncRun.Kind.FULL)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFullSyncRepairsCorruptedRowsOfTheSameDay() {
    calendar.plans(space, 20);
    calendar.fullSync();
    corrupt(100);

    SyncRun run = calendar.fullSync();

    assertThat(run.changed()).isEqualTo(100);
    calendar.assertVerified();
  }

  /** Different bytes, rows that are gone, and rows of somebody else's day. */
  private void corrupt(int rows) {
    calendar.database.useTransaction(handle -> {
      int changed =
          handle.execute(
              """
              UPDATE calendar.calendar_day SET content = 'x'
              WHERE (plan_id, day) IN (
                SELECT plan_id, day FROM calendar.calendar_day
                WHERE day > '2026-11-22'
                ORDER BY md5(plan_id || ' ' || day) LIMIT ?)
              """,
              rows / 2);
      int removed =
          handle.execute(
              """
              DELETE FROM calendar.calendar_day
              WHERE (plan_id, day) IN (
                SELECT plan_id, day FROM calendar.calendar_day
                WHERE content <> 'x' AND day > '2026-11-22'
                ORDER BY md5(day || ' ' || plan_id) LIMIT ?)
              """,
              rows - rows / 2);
      assertThat(changed + removed).isEqualTo(rows);
    });
  }

  @Test
  void daysThatArePastAreRemovedAndNewOnesAdded() {
    long plan = calendar.plans(space, 1).getFirst();
    calendar.fullSync();
    calendar.engine.clock().set(RefreshedCalendar.NOW.plus(Duration.ofDays(3)));

    SyncRun run = calendar.fullSync();

    assertThat(run.changed()).isEqualTo(3);
    CachedCalendar cached = calendar.cached(plan).orElseThrow();
    assertThat(cached.days()).hasSize(DAYS);
    assertThat(cached.days().getFirst().day()).isEqualTo(LocalDate.of(2026, 11, 24));
    assertThat(calendar.truth.count("calendar_day")).isEqualTo(DAYS);
  }

  @Test
  void aDifferenceSyncRefreshesExactlyThePlansThatChanged() {
    List<Long> plans = calendar.plans(space, 130);
    calendar.fullSync();
    List<Long> changed = List.of(plans.get(3), plans.get(50), plans.get(129));
    // Written past the refreshes, as if their jobs had been lost.
    changed.forEach(id ->
        calendar.truth.write(handle ->
            calendar.truth.writer.setPrices(handle, id, LiveRefreshTest.prices("any 4321"))));
    String before = rowIdentitiesExcept(changed);

    DiffSync begun = calendar.refresh.diffSync();
    calendar.engine.runDue();

    assertThat(begun.stalePlans()).isEqualTo(3);
    SyncRun run = calendar.refresh.syncRun(begun.run().orElseThrow().id()).orElseThrow();
    assertThat(run.kind()).isEqualTo(SyncRun.Kind.DIFFERENCE);
    assertThat(run.plans()).isEqualTo(3);
    assertThat(run.scanned()).isEqualTo(3L * DAYS);
    assertThat(run.isFinished()).isTrue();
    assertThat(rowIdentitiesExcept(changed)).as("the others").isEqualTo(before);
    calendar.assertBruteForce(changed, 5);
    DiffSync again = calendar.refresh.diffSync();
    assertThat(again.stalePlans()).isZero();
    assertThat(again.run()).isEmpty();
  }

  @Test
  void theScheduledDifferenceSyncFindsLostChangesAndShortHorizons() {
    long plan = calendar.plans(space, 1).getFirst();
    calendar.fullSync();
    calendar.refresh.putSchedules();
    calendar.truth.write(handle ->
        calendar.truth.writer.setBusinessHours(
            handle, space, WeeklyHours.parse("mon-sun 10:00-12:00")));

    calendar.engine.clock().advance(Duration.ofMinutes(5));
    calendar.engine.runDue();
    calendar.assertBruteForce(List.of(plan), 5);

    // Past midnight in Tokyo.
    calendar.engine.clock().set(RefreshedCalendar.NOW.plus(Duration.ofHours(16)));
    calendar.engine.runDue();
    assertThat(calendar.cached(plan).orElseThrow().from()).isEqualTo(LocalDate.of(2026, 11, 22));
    calendar.assertVerified();
    assertThat(calendar.refresh.syncRuns(10))
        .extracting(SyncRun::kind)
        .containsExactly(SyncRun.Kind.DIFFERENCE, SyncRun.Kind.DIFFERENCE, SyncRun.Kind.FULL);
  }

  @Test
  void theScheduledDifferenceSyncLeavesPlansToTheOneThatIsGoingOn() {
    calendar.plans(space, 1);
    DiffSync waiting = calendar.refresh.diffSync();
    assertThat(waiting.stalePlans()).isEqualTo(1);

    Enqueued job = enqueue(CalendarRefresh.DIFF_SYNC);
    calendar.engine.runDue();

    assertThat(calendar.engine.jobs().get(job.id()).result()).contains("is going on");
    assertThat(calendar.refresh.syncRuns(10)).hasSize(1);
  }

  @Test
  void aJobThatIsDeliveredAgainBeginsNoSecondRunAndCountsNoChunkTwice() {
    List<Long> plans = calendar.plans(space, 5);
    Enqueued job = enqueue(CalendarRefresh.FULL_SYNC);
    calendar.engine.runDue();
    SyncRun run = calendar.refresh.syncRuns(10).getFirst();

    // As after a crash between the commit of the effect and that of the job's end.
    Syncs syncs = syncs();
    assertThat(syncs.startFull(job.id())).isEmpty();
    SyncChunk chunk = new SyncChunk(run.id(), 1, plans);
    syncs.run(chunk);

    assertThat(calendar.refresh.syncRuns(10)).containsExactly(run);
    assertThat(run.scanned()).isEqualTo(5L * DAYS);
  }

  private Syncs syncs() {
    return new Syncs(
        calendar.services,
        new Refresher(calendar.services, new HolidayCalendars()),
        new RefreshMetrics(new MetricsRegistry()));
  }

  private Enqueued enqueue(String definition) {
    return calendar.engine.enqueue(JobRequest.of(definition, new SyncRequest("test")));
  }

  @Test
  void twoRunsAtOnceDoNotDisturbEachOther() {
    List<Long> plans = calendar.plans(space, 220);
    SyncRun one = calendar.refresh.startFullSync();
    SyncRun other = calendar.refresh.startFullSync();
    calendar.startWorkers();
    calendar.awaitNoJobs();

    SyncRun first = calendar.refresh.syncRun(one.id()).orElseThrow();
    SyncRun second = calendar.refresh.syncRun(other.id()).orElseThrow();
    assertThat(List.of(first, second))
        .allSatisfy(run -> {
          assertThat(run.isFinished()).isTrue();
          assertThat(run.refreshedPlans()).isEqualTo(220);
          assertThat(run.scanned()).isEqualTo(220L * DAYS);
        });
    assertThat(first.changed() + second.changed()).as("each day once").isEqualTo(220L * DAYS);
    calendar.assertBruteForce(plans.subList(0, 1), 5);
    calendar.assertVerified();
  }

  @Test
  void aRunTellsThePlansThatFailedAndSetsEachAsideOnce() {
    List<Long> good = calendar.plans(space, 30);
    long brokenVenue = calendar.venue();
    long broken = calendar.plans(calendar.space(brokenVenue), 1).getFirst();
    calendar.database.useTransaction(handle ->
        handle.execute(
            "UPDATE calendar.venue SET zone = 'Mars/Olympus' WHERE id = ?", brokenVenue));

    SyncRun run = calendar.fullSync();
    calendar.fullSync();
    calendar.refresh.diffSync();
    calendar.engine.runDue();

    assertThat(run.refreshedPlans()).isEqualTo(30);
    assertThat(run.failedPlans()).isEqualTo(1);
    assertThat(run.isFinished()).isTrue();
    assertThat(calendar.cached(good.getLast())).isPresent();
    List<Job> failed = calendar.jobs(JobState.FAILED);
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().definition()).isEqualTo(CalendarRefresh.REFRESH);
    assertThat(failed.getFirst().error())
        .contains("The calendar of plan " + broken, "sync run " + run.id(), "Mars/Olympus");
  }

  @Test
  void aRunEndsWhenAChunkIsCanceled() {
    calendar.plans(space, 210);
    SyncRun run = calendar.refresh.startFullSync();
    Job second =
        calendar
            .engine
            .jobs()
            .list(JobFilter.ALL.withDefinition(CalendarRefresh.SYNC_CHUNK), null, 10)
            .items()
            .get(1);
    calendar.engine.jobs().cancel(second.id());
    calendar.engine.runDue();
    assertThat(calendar.refresh.syncRun(run.id()).orElseThrow().isFinished()).isFalse();

    calendar.refresh.diffSync();

    SyncRun ended = calendar.refresh.syncRun(run.id()).orElseThrow();
    assertThat(ended.isFinished()).isTrue();
    assertThat(ended.refreshedPlans()).isEqualTo(140);
    assertThat(ended.failedPlans()).isEqualTo(70);
    assertThat(ended.finishedChunks()).isEqualTo(3);
  }

  @Test
  void aRunOfNoPlansIsFinishedAtOnce() {
    SyncRun run = calendar.refresh.startFullSync();

    assertThat(run.plans()).isZero();
    assertThat(run.isFinished()).isTrue();
    assertThat(calendar.liveJobs()).isZero();
  }

  @Test
  void onlySoManyRunsAreListed() {
    assertThat(calendar.refresh.syncRuns(1)).isEmpty();
    assertThat(calendar.refresh.syncRuns(CalendarRefresh.MAX_SYNC_RUNS)).isEmpty();
    assertThat(calendar.refresh.syncRun(4_711)).isEmpty();
    for (int limit : new int[] {0, CalendarRefresh.MAX_SYNC_RUNS + 1}) {
      assertThatThrownBy(() -> calendar.refresh.syncRuns(limit))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("between 1 and 1000");
    }
  }

  /** The sync stands still, and ten thousand of its messages wait. */
  @Test
  void aRunningSyncHoldsBackNoLiveChange() {
    List<Long> plans = calendar.plans(space, 20);
    calendar.fullSync();
    long changing = plans.getLast();
    calendar.startWorkers();
    try (HeldHeader _ = new HeldHeader(calendar.database.dataSource(), plans.getFirst())) {
      SyncRun run = calendar.refresh.startFullSync();
      calendar.refresh.startFullSync();
      calendar.awaitLockWaits(CalendarRefresh.SYNC_CONCURRENCY);
      JobRequest low = JobRequest.of(CalendarRefresh.SYNC_CHUNK, new SyncChunk(run.id(), 1, plans));
      calendar.engine.enqueue(Collections.nCopies(Engine.MAX_BULK, low));

      price(changing, "any 1212");
      long version = calendar.truthOf(changing).version();
      TestEngine.awaitUntil(
          "the change is visible", () -> calendar.cachedVersion(changing) == version);

      assertThat(calendar.liveJobs()).as("waiting").isGreaterThanOrEqualTo(Engine.MAX_BULK);
      assertThat(calendar.refresh.syncRun(run.id()).orElseThrow().isFinished()).isFalse();
      calendar.engine.queues().pause(CalendarRefresh.SYNC_QUEUE, "the test is over");
    }
    calendar.assertVerified();
  }

  /** The sync has read the old truth; a live refresh of the new one comes and goes before it. */
  @Test
  void aSyncThatIsLateDoesNotWriteOverANewerLiveRefresh() {
    List<Long> plans = calendar.plans(space, 2);
    long plan = plans.getLast();
    calendar.fullSync();
    calendar.startWorkers();
    // Headers are locked in the order of the ids: the sync waits before it comes to the plan's.
    try (HeldHeader _ = new HeldHeader(calendar.database.dataSource(), plans.getFirst())) {
      calendar.refresh.startFullSync();
      calendar.awaitLockWaits(1);
      price(plan, "any 1500");
      long version = calendar.truthOf(plan).version();
      TestEngine.awaitUntil(
          "the live refresh is there", () -> calendar.cachedVersion(plan) == version);
    }
    calendar.awaitNoJobs();

    calendar.assertBruteForce(plans, 5);
  }

  /** Both wait for the header, the sync first, with the older truth. */
  @Test
  void aLiveRefreshBehindASyncOfTheOlderTruthWritesTheNewer() {
    long plan = calendar.plans(space, 1).getFirst();
    calendar.fullSync();
    calendar.startWorkers();
    try (HeldHeader _ = new HeldHeader(calendar.database.dataSource(), plan)) {
      calendar.refresh.startFullSync();
      calendar.awaitLockWaits(1);
      price(plan, "any 1500");
      calendar.awaitLockWaits(2);
    }
    calendar.awaitNoJobs();

    calendar.assertBruteForce(List.of(plan), 5);
  }

  private void price(long plan, String rules) {
    calendar.change(
        handle -> calendar.writer.setPrices(handle, plan, LiveRefreshTest.prices(rules)));
  }

  private String rowIdentities() {
    return rowIdentitiesExcept(List.of());
  }

  /** Changes if any cached row or header of other plans is written. */
  private String rowIdentitiesExcept(List<Long> planIds) {
    return calendar.database.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT (SELECT md5(string_agg(ctid || ' ' || xmin, ',' ORDER BY plan_id, day))
                        FROM calendar.calendar_day WHERE plan_id <> ALL(:planIds))
                  || (SELECT md5(string_agg(ctid || ' ' || xmin, ',' ORDER BY plan_id))
                      FROM calendar.plan_calendar WHERE plan_id <> ALL(:planIds))
                """)
            .bindArray("planIds", Long.class, planIds)
            .mapTo(String.class)
            .one());
  }
}
