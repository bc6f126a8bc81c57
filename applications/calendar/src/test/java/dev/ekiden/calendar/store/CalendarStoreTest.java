package dev.ekiden.calendar.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CalendarStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  private static final LocalDate FIRST = LocalDate.of(2026, 11, 21);

  private final SyncRuns runs = new SyncRuns();
  private TestCalendar calendar;
  private long spaceId;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    spaceId = calendar.space(calendar.venue("Asia/Tokyo"));
    plan = calendar.plan(spaceId);
  }

  @Test
  void aRefreshWritesAllDaysOfANewPlanAndOnlyDaysThatDifferAfterwards() {
    assertThat(write(computed(plan, 3, 30, day -> "a"))).isEqualTo(new RefreshResult(30, 30, 0));
    assertThat(write(computed(plan, 4, 30, day -> day == 7 ? "b" : "a")))
        .isEqualTo(new RefreshResult(30, 1, 0));

    CachedCalendar cached = read(plan);

    assertThat(cached.truthVersion()).isEqualTo(4);
    assertThat(contents(cached)).hasSize(30).contains("b").containsOnly("a", "b");
    assertThat(rowVersion(plan, 7)).isEqualTo(4);
    assertThat(rowVersion(plan, 8)).isEqualTo(3);
  }

  @Test
  void aRefreshOfWhatIsCachedWritesNoRow() {
    write(computed(plan, 3, 30, day -> "a"));
    String before = rowIdentities();

    assertThat(write(computed(plan, 3, 30, day -> "a"))).isEqualTo(new RefreshResult(30, 0, 0));
    assertThat(rowIdentities()).isEqualTo(before);
  }

  @Test
  void anOlderTruthNeverWrites() {
    write(computed(plan, 5, 30, day -> "new"));

    assertThat(write(computed(plan, 4, 30, day -> "old"))).isEqualTo(new RefreshResult(0, 0, 1));
    assertThat(contents(read(plan))).containsOnly("new");
    assertThat(read(plan).truthVersion()).isEqualTo(5);
  }

  @Test
  void theSameTruthRepairsRowsThatWereTamperedWith() {
    write(computed(plan, 3, 30, day -> "right"));
    calendar.database.useTransaction(handle -> {
      handle.execute(
          "UPDATE calendar.calendar_day SET content = 'wrong' WHERE plan_id = ? AND day < ?",
          plan,
          FIRST.plusDays(10));
      handle.execute(
          "DELETE FROM calendar.calendar_day WHERE plan_id = ? AND day = ?",
          plan,
          FIRST.plusDays(20));
    });

    assertThat(write(computed(plan, 3, 30, day -> "right")))
        .isEqualTo(new RefreshResult(30, 11, 0));
    assertThat(contents(read(plan))).hasSize(30).containsOnly("right");
  }

  @Test
  void theHorizonMovesOnAndPastDaysGo() {
    write(computed(plan, 3, FIRST, 30, day -> "a"));

    assertThat(write(computed(plan, 3, FIRST.plusDays(1), 30, day -> "a")).changed()).isEqualTo(1);

    CachedCalendar cached = read(plan);
    assertThat(cached.from()).isEqualTo(FIRST.plusDays(1));
    assertThat(cached.to()).isEqualTo(FIRST.plusDays(30));
    assertThat(cached.days()).hasSize(30);
  }

  @Test
  void aWorkerWhoseDayIsYesterdayDoesNotShortenTheHorizonOfTheSameTruth() {
    write(computed(plan, 3, FIRST.plusDays(1), 30, day -> "a"));
    write(computed(plan, 3, FIRST, 30, day -> "a"));

    assertThat(read(plan).to()).isEqualTo(FIRST.plusDays(30));
    assertThat(read(plan).days()).hasSize(31);
  }

  @Test
  void aNewerTruthLeavesNoDayBehindThatItDidNotCompute() {
    write(computed(plan, 3, FIRST.plusDays(1), 30, day -> "a"));
    write(computed(plan, 4, FIRST, 30, day -> "a"));

    assertThat(read(plan).to()).isEqualTo(FIRST.plusDays(29));
    assertThat(read(plan).days()).hasSize(30);
  }

  @Test
  void changedTermsAreWrittenEvenIfNoDayDiffers() {
    write(computed(plan, 3, 2, day -> "a"));
    CachedCalendar other = computed(plan, 3, 2, day -> "a");
    write(
        new CachedCalendar(plan, 3, other.from(), other.to(), bytes("other terms"), other.days()));

    assertThat(new String(read(plan).terms(), StandardCharsets.UTF_8)).isEqualTo("other terms");
  }

  @Test
  void daysMustBeComplete() {
    CachedCalendar whole = computed(plan, 3, 3, day -> "a");
    List<CachedDay> gap = List.of(whole.days().get(0), whole.days().get(2));

    assertThatThrownBy(
            () -> write(new CachedCalendar(plan, 3, whole.from(), whole.to(), whole.terms(), gap)))
        .hasMessageContaining("expected day 2026-11-22 but got 2026-11-23");
    assertThatThrownBy(() ->
            write(
                new CachedCalendar(
                    plan, 3, whole.from(), whole.to(), whole.terms(), gap.subList(0, 1))))
        .hasMessageContaining("the days end before 2026-11-23");
    assertThatThrownBy(() -> write(whole, whole)).hasMessageContaining("appears twice");
    assertThat(write()).isEqualTo(RefreshResult.NOTHING);
  }

  @Test
  void liveAndSyncRefreshAtOnceLeaveTheNewerResult() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 200; round++) {
        long older = 10 + 2L * round;
        String newest = "version " + (older + 1);
        Future<RefreshResult> sync =
            threads.submit(() -> write(computed(plan, older, 30, day -> "version " + older)));
        Future<RefreshResult> live =
            threads.submit(() -> write(computed(plan, older + 1, 30, day -> newest)));
        sync.get();
        live.get();
        assertThat(contents(read(plan))).containsOnly(newest);
      }
    }
  }

  @Test
  void theDaysOfAllPlansOfASpaceAreReadAtOnce() {
    long second = calendar.plan(spaceId);
    long withoutCalendar = calendar.plan(spaceId);
    long elsewhere = calendar.plan(calendar.space(calendar.venue("Asia/Tokyo")));
    write(computed(plan, 3, 30, day -> "a"), computed(second, 3, 30, day -> "b"));
    write(computed(elsewhere, 3, 30, day -> "c"));

    List<CachedCalendar> read =
        calendar.read(handle ->
            calendar.store.readSpace(handle, spaceId, FIRST.plusDays(2), FIRST.plusDays(3)));

    assertThat(read).extracting(CachedCalendar::planId).containsExactly(plan, second);
    assertThat(read.getFirst().days())
        .extracting(CachedDay::day)
        .containsExactly(FIRST.plusDays(2), FIRST.plusDays(3));
    assertThat(contents(read.getLast())).containsExactly("b", "b");
    Optional<CachedCalendar> missing =
        calendar.read(handle -> calendar.store.readPlan(handle, withoutCalendar, FIRST, FIRST));
    assertThat(missing).isEmpty();
    Optional<CachedCalendar> later =
        calendar.read(handle ->
            calendar.store.readPlan(handle, plan, FIRST.plusDays(40), FIRST.plusDays(41)));
    assertThat(later.orElseThrow().days()).as("beyond the horizon").isEmpty();
  }

  @Test
  void plansAreStaleWhileTheirCacheIsMissingOldOrTooShort() {
    // Half past eight in the evening of the 20th in New York, the 21st in Tokyo.
    Instant now = Instant.parse("2026-11-21T01:30:00Z");
    long newYork = calendar.plan(calendar.space(calendar.venue("America/New_York")));
    assertThat(stale(now, 30)).contains(plan, newYork);

    write(computed(plan, calendar.truth(plan).version(), FIRST, 30, day -> "a"));
    write(computed(newYork, calendar.truth(newYork).version(), FIRST.minusDays(1), 30, day -> "a"));
    assertThat(stale(now, 30)).doesNotContain(plan, newYork);
    assertThat(stale(now, 31)).contains(plan, newYork);
    assertThat(stale(Instant.parse("2026-11-21T05:00:00Z"), 30))
        .as("midnight came to New York")
        .contains(newYork)
        .doesNotContain(plan);

    calendar.write(handle -> calendar.writer.setPublished(handle, plan, false));
    assertThat(stale(now, 30)).contains(plan).doesNotContain(newYork);
    List<Long> next =
        calendar.read(handle -> calendar.store.stalePlans(handle, now, 30, plan - 1, 1));
    assertThat(next).containsExactly(plan);
    List<Long> all = calendar.read(handle -> calendar.store.planIds(handle, plan - 1, 2));
    assertThat(all).startsWith(plan);
  }

  @Test
  void aSyncCountsEachChunkOnceAndEndsWithTheLast() {
    long run = start(2, 150);
    assertThat(finish(run, 1, new RefreshResult(900, 3, 0))).isFalse();
    assertThat(finish(run, 1, new RefreshResult(900, 3, 0))).as("delivered again").isFalse();
    assertThat(run(run).finishedAt()).isEmpty();
    assertThat(finish(run, 2, new RefreshResult(450, 0, 0))).isTrue();

    SyncRun done = run(run);
    assertThat(done.finishedChunks()).isEqualTo(2);
    assertThat(done.scanned()).isEqualTo(1_350);
    assertThat(done.changed()).isEqualTo(3);
    assertThat(done.finishedAt()).contains(TestCalendar.NOW);
    assertThat(run(start(0, 0)).finishedAt()).as("nothing to do").isPresent();
  }

  @Test
  void ofTwoLastChunksAtOnceOneEndsTheRun() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 50; round++) {
        long run = start(2, 2);
        Future<Boolean> first = threads.submit(() -> finish(run, 1, RefreshResult.NOTHING));
        Future<Boolean> second = threads.submit(() -> finish(run, 2, RefreshResult.NOTHING));
        assertThat(List.of(first.get(), second.get())).containsExactlyInAnyOrder(true, false);
        assertThat(run(run).finishedAt()).isPresent();
      }
    }
  }

  private long start(int chunks, int plans) {
    return calendar.database.inTransaction(handle ->
        runs.start(
                handle,
                new SyncRuns.Start(SyncRun.Kind.FULL, null, chunks, plans),
                TestCalendar.NOW)
            .orElseThrow());
  }

  private boolean finish(long run, int number, RefreshResult result) {
    return calendar.database.inTransaction(handle ->
        runs.finishChunk(
            handle, new SyncRuns.ChunkEnd(run, number, 100, 0, result), TestCalendar.NOW));
  }

  private SyncRun run(long id) {
    return calendar.read(handle -> runs.find(handle, id).orElseThrow());
  }

  private List<Long> stale(Instant now, int days) {
    return calendar.read(handle -> calendar.store.stalePlans(handle, now, days, 0, 1_000));
  }

  private RefreshResult write(CachedCalendar... calendars) {
    return calendar.database.inTransaction(
        handle -> calendar.store.write(handle, List.of(calendars)));
  }

  private CachedCalendar read(long planId) {
    return calendar.read(handle ->
        calendar
            .store
            .readPlan(handle, planId, FIRST.minusDays(100), FIRST.plusDays(100))
            .orElseThrow());
  }

  private long rowVersion(long planId, int day) {
    return calendar.read(handle ->
        handle
            .createQuery(
                "SELECT truth_version FROM calendar.calendar_day WHERE plan_id = ? AND day = ?")
            .bind(0, planId)
            .bind(1, FIRST.plusDays(day))
            .mapTo(Long.class)
            .one());
  }

  /** Changes if any cached row or header is written. */
  private String rowIdentities() {
    return calendar.read(handle ->
        handle
            .createQuery(
                """
                SELECT (SELECT string_agg(ctid || ' ' || xmin, ',' ORDER BY plan_id, day)
                        FROM calendar.calendar_day)
                  || (SELECT string_agg(ctid || ' ' || xmin, ',' ORDER BY plan_id)
                      FROM calendar.plan_calendar)
                """)
            .mapTo(String.class)
            .one());
  }

  private static CachedCalendar computed(
      long planId, long version, int days, Function<Integer, String> content) {
    return computed(planId, version, FIRST, days, content);
  }

  private static CachedCalendar computed(
      long planId, long version, LocalDate from, int days, Function<Integer, String> content) {
    List<CachedDay> cached = new ArrayList<>();
    for (int day = 0; day < days; day++) {
      cached.add(new CachedDay(from.plusDays(day), bytes(content.apply(day))));
    }
    return new CachedCalendar(
        planId, version, from, from.plusDays(days - 1L), bytes("terms"), cached);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> contents(CachedCalendar calendar) {
    return calendar.days().stream()
        .map(day -> new String(day.content(), StandardCharsets.UTF_8))
        .toList();
  }
}
