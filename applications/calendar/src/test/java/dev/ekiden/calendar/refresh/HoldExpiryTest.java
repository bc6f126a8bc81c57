package dev.ekiden.calendar.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.booking.BookingService;
import dev.ekiden.calendar.booking.Held;
import dev.ekiden.calendar.booking.Reservation;
import dev.ekiden.calendar.booking.ReservationState;
import dev.ekiden.calendar.booking.SlotUnavailableException;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HoldExpiryTest {

  @RegisterExtension static final TestDatabase DATABASE = RefreshedCalendar.testDatabase();

  private static final Instant TWELVE = Instant.parse("2026-11-22T03:00:00Z");
  private static final Instant ONE = TWELVE.plus(Duration.ofHours(1));
  private static final Instant TWO = TWELVE.plus(Duration.ofHours(2));

  private RefreshedCalendar calendar;
  private BookingService bookings;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new RefreshedCalendar(DATABASE.database());
    bookings = calendar.refresh.bookings();
    plan = calendar.plans(calendar.space(calendar.venue()), 1).getFirst();
    calendar.fullSync();
  }

  @AfterEach
  void close() {
    calendar.close();
  }

  @Test
  void aHoldThatIsOverIsEndedByItsJobAndTheCalendarShowsTheSlotFree() {
    Held over = bookings.hold(plan, TWELVE, ONE);
    Held confirmed = bookings.hold(plan, ONE, TWO);
    bookings.confirm(confirmed.token());
    Job job = expiryJobs().getLast();
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.runAt()).isEqualTo(over.expiresAt());
    calendar.engine.runDue();
    calendar.assertBruteForce(List.of(plan), 3);
    assertThat(state(over)).isEqualTo(ReservationState.HELD);

    calendar.engine.clock().advance(BookingService.DEFAULT_HOLD);
    calendar.engine.runDue();

    assertThat(state(over)).isEqualTo(ReservationState.EXPIRED);
    assertThat(state(confirmed)).isEqualTo(ReservationState.CONFIRMED);
    assertThat(calendar.truthOf(plan).occupations()).hasSize(1);
    calendar.assertBruteForce(List.of(plan), 3);
    assertThat(calendar.liveJobs()).isZero();
  }

  @Test
  void aHoldThatIsRefusedLeavesNoJob() {
    bookings.hold(plan, TWELVE, ONE);

    assertThatThrownBy(() -> bookings.hold(plan, TWELVE, ONE))
        .isInstanceOf(SlotUnavailableException.class);

    assertThat(expiryJobs()).hasSize(1);
  }

  @Test
  void theDifferenceSyncEndsHoldsWhoseJobIsLost() {
    Held over = bookings.hold(plan, TWELVE, ONE, Duration.ofMinutes(1));
    calendar.engine.runDue();
    expiryJobs().forEach(job -> calendar.engine.jobs().cancel(job.id()));
    calendar.engine.clock().advance(Duration.ofMinutes(2));
    calendar.engine.runDue();
    assertThat(state(over)).isEqualTo(ReservationState.HELD);

    DiffSync swept = calendar.refresh.diffSync();
    calendar.engine.runDue();

    assertThat(swept).isEqualTo(new DiffSync(0, swept.run(), 1));
    assertThat(swept.run()).isEmpty();
    assertThat(state(over)).isEqualTo(ReservationState.EXPIRED);
    calendar.assertBruteForce(List.of(plan), 3);
  }

  /**
   * Each booking asks the time in its transaction; were that a second connection, none were left.
   */
  @Test
  void manyMoreBookingsAtOnceThanConnections() throws Exception {
    int won = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int booking = 0; booking < 20 * TestDatabase.MAX_CONNECTIONS; booking++) {
        all.add(
            threads.submit(() -> {
              try {
                bookings.hold(plan, TWELVE, ONE);
                return true;
              } catch (SlotUnavailableException e) {
                return false;
              }
            }));
      }
      for (Future<Boolean> one : all) {
        won += one.get() ? 1 : 0;
      }
    }
    assertThat(won).isEqualTo(1);
  }

  private ReservationState state(Held held) {
    return bookings.find(held.token()).map(Reservation::state).orElseThrow();
  }

  private List<Job> expiryJobs() {
    return calendar
        .engine
        .jobs()
        .list(JobFilter.ALL.withDefinition(CalendarRefresh.EXPIRE_HOLD), null, 10)
        .items();
  }
}
