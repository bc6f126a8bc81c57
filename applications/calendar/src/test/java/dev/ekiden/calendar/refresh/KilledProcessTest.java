package dev.ekiden.calendar.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.JobState;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KilledProcessTest {

  @RegisterExtension static final TestDatabase DATABASE = RefreshedCalendar.testDatabase();

  private static final int CHANGERS = 21;
  private static final int CHANGERS_AT_ONCE = 3;
  private static final int MAX_MORE_CHANGES = 60;
  private static final int REFRESHES = 10_000;
  private static final int VENUES = 5;
  private static final int KILLS = 10;
  private static final int CHANGES_A_KILL = 5;
  private static final int MAX_ENDS_BEFORE_KILL = 50;

  private RefreshedCalendar calendar;

  @BeforeEach
  void open() {
    calendar = new RefreshedCalendar(DATABASE.database());
  }

  @AfterEach
  void close() {
    calendar.close();
  }

  /** Each process has plans of its own, so that no later change hides one that was lost. */
  @Test
  void noChangeThatWasCommittedIsMissedWhenItsProcessIsKilled() throws Exception {
    long space = calendar.space(calendar.venue());
    List<Long> plans = calendar.plans(space, 3 * CHANGERS);
    calendar.fullSync();
    Random random = new Random(10);
    Deque<Changer> changers = new ArrayDeque<>();
    for (int number = 0; number < CHANGERS; number++) {
      List<Long> own = plans.subList(3 * number, 3 * number + 3);
      changers.add(new Changer(CalendarProcess.changer(DATABASE.address(), own), own));
      if (changers.size() == CHANGERS_AT_ONCE) {
        killAfterMore(changers.removeFirst(), random.nextInt(MAX_MORE_CHANGES));
      }
    }
    while (!changers.isEmpty()) {
      killAfterMore(changers.removeFirst(), random.nextInt(MAX_MORE_CHANGES));
    }
    long changes = changes(plans);
    assertThat(changes).isGreaterThan(CHANGERS);

    calendar.engine.runDue();

    for (long plan : plans) {
      assertThat(calendar.cachedVersion(plan)).isEqualTo(calendar.truthOf(plan).version());
    }
    calendar.assertBruteForce(plans.subList(0, 3), 7);
    calendar.assertVerified();
    assertThat(calendar.refresh.syncRuns(10)).as("only the first").hasSize(1);
    System.out.printf("%d processes killed amid %,d changes%n", CHANGERS, changes);
  }

  private record Changer(CalendarProcess process, List<Long> plans) {}

  /** Each change raised a version, and every version began as 1. */
  private long changes(List<Long> plans) {
    return calendar.database.withHandle(handle ->
        handle
            .createQuery("SELECT sum(version - 1) FROM calendar.plan WHERE id = ANY (:plans)")
            .bindArray("plans", Long.class, plans)
            .mapTo(Long.class)
            .one());
  }

  /** It dies at any moment of one of the changes after these. */
  private void killAfterMore(Changer changer, int changes) {
    changer.process().awaitReady();
    long enough = changes(changer.plans()) + changes;
    TestEngine.awaitUntil(changes + " more changes", () -> changes(changer.plans()) >= enough);
    changer.process().kill();
  }

  @Test
  void tenThousandRefreshesSurviveTheirWorkersBeingKilled() throws Exception {
    List<Long> venues = new ArrayList<>();
    List<Long> plans = new ArrayList<>();
    for (int venue = 0; venue < VENUES; venue++) {
      venues.add(calendar.venue());
      plans.addAll(calendar.plans(calendar.space(venues.getLast()), 200));
    }
    calendar.fullSync();
    calendar.engine.start();
    Random random = new Random(24);
    int enqueued = 0;
    int changes = 0;
    int killed = 0;
    Deque<CalendarProcess> workers = new ArrayDeque<>();
    try {
      // One starts while those before it work: starting takes longer than all else.
      workers.add(CalendarProcess.worker(DATABASE.address()));
      workers.add(CalendarProcess.worker(DATABASE.address()));
      while (killed < KILLS) {
        workers.getFirst().awaitReady();
        workers.add(CalendarProcess.worker(DATABASE.address()));
        long ended = endedJobs() + random.nextInt(MAX_ENDS_BEFORE_KILL);
        for (int change = 0; change < CHANGES_A_KILL; change++) {
          enqueued += changeVenue(venues.get(changes % VENUES), changes++);
        }
        TestEngine.awaitUntil(
            "the refreshes flow", () -> calendar.liveJobs() == 0 || endedJobs() > ended);
        TestEngine.awaitUntil("no job is about to be given up", () -> !isAnyLostTwice());
        workers.removeFirst().kill();
        killed++;
      }
      calendar.awaitNoJobs();
    } finally {
      workers.forEach(CalendarProcess::close);
    }

    assertThat(enqueued).isEqualTo(REFRESHES);
    assertThat(calendar.jobs(JobState.FAILED)).isEmpty();
    assertThat(calendar.jobs(JobState.CANCELED)).isEmpty();
    assertThat(calendar.liveJobs()).isZero();
    calendar.assertVerified();
    for (int sample = 0; sample < 5; sample++) {
      long plan = plans.get(random.nextInt(plans.size()));
      calendar.assertBruteForce(List.of(plan), CalendarRefresh.HORIZON_DAYS);
    }
    System.out.printf("%,d refreshes, %d workers killed%n", enqueued, killed);
  }

  /** A job whose worker is killed under it three times is given up; the test stops short of it. */
  private boolean isAnyLostTwice() {
    return calendar.database.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT EXISTS (SELECT FROM ekiden.ready WHERE losses > 1)
                  OR EXISTS (SELECT FROM ekiden.running WHERE losses > 1)
                """)
            .mapTo(Boolean.class)
            .one());
  }

  private long endedJobs() {
    return calendar.database.withHandle(handle ->
        handle.createQuery("SELECT count(*) FROM ekiden.finished").mapTo(Long.class).one());
  }

  /** Each change of a venue refreshes its 200 plans. */
  private int changeVenue(long venue, int number) {
    Set<Long> affected =
        calendar.change(handle ->
            calendar.writer.setVenueCalendar(
                handle, venue, ZoneId.of("Asia/Tokyo"), number / VENUES % 2 == 0 ? "none" : "jp"));
    return affected.size();
  }
}
