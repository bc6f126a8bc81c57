package dev.ekiden.calendar.booking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.CalendarDayCodec;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.PlanTerms;
import dev.ekiden.calendar.availability.PlanTermsCodec;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.CachedDay;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(120)
class BookingConcurrencyTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  private static final int BOOKINGS = 1_000;

  /** Enough for each connection to be wanted; with more, some wait for one until they give up. */
  private static final int AT_ONCE = 2 * TestDatabase.MAX_CONNECTIONS;

  private static final Instant TEN = Instant.parse("2026-11-22T01:00:00Z");
  private static final Instant ELEVEN = TEN.plus(Duration.ofHours(1));

  private TestCalendar calendar;
  private BookingService bookings;
  private long space;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    bookings =
        new BookingService(
            calendar.database, calendar.writer, new BookingCheck(new HolidayCalendars()), calendar);
    space = calendar.space(calendar.venue("Asia/Tokyo"));
    plan = calendar.plan(space);
  }

  @Test
  void ofAThousandBookingsOfOneSlotOneSucceedsWhileTheCacheSaysFree() throws Exception {
    freezeCache();
    long version = calendar.truth(plan).version();

    List<Throwable> failures = concurrently(BOOKINGS, () -> bookings.hold(plan, TEN, ELEVEN));

    assertThat(failures).hasSize(BOOKINGS - 1);
    assertThat(failures).hasOnlyElementsOfType(SlotUnavailableException.class);
    assertThat(calendar.truth(plan).occupations()).hasSize(1);
    assertThat(calendar.truth(plan).version()).as("one write").isEqualTo(version + 1);
  }

  @Test
  void threeUnitsTakeExactlyThreeBookings() throws Exception {
    calendar.useResources(space, new ResourceUse(TestCalendar.code("seat"), 3));

    List<Throwable> failures = concurrently(100, () -> bookings.hold(plan, TEN, ELEVEN));

    assertThat(failures).hasSize(97).hasOnlyElementsOfType(SlotUnavailableException.class);
    Set<Long> units = new HashSet<>();
    calendar.truth(plan).occupations().forEach(taken -> units.add(taken.unitId()));
    assertThat(units).hasSize(3);
  }

  @Test
  void asManyBookingsAtOnceAsThereAreUnitsAllSucceed() throws Exception {
    calendar.useResources(space, new ResourceUse(TestCalendar.code("seat"), 3));
    for (int hour = 0; hour < 20; hour++) {
      Instant start = TEN.plus(Duration.ofHours(hour));

      List<Throwable> failures =
          concurrently(3, () -> bookings.hold(plan, start, start.plusSeconds(3600)));

      assertThat(failures).as("nobody is sent away from a seat that is free").isEmpty();
    }
  }

  @Test
  void theConstraintAloneHoldsIfNobodyChecks() throws Exception {
    long unit = calendar.truth(plan).resources().getFirst().units().getFirst().id();

    List<Throwable> failures =
        concurrently(
            BOOKINGS,
            () ->
                calendar.database.inTransaction(
                    handle -> occupyUnchecked(handle, unit, TEN, ELEVEN)));

    assertThat(failures).hasSize(BOOKINGS - 1);
    assertThat(failures)
        .allSatisfy(failure -> assertThat(failure).hasMessage("refused by the constraint"));
    assertThat(calendar.truth(plan).occupations()).hasSize(1);
  }

  @Test
  void evenPlainSqlCannotDoubleBook() {
    long unit = calendar.truth(plan).resources().getFirst().units().getFirst().id();
    calendar.database.useTransaction(handle -> occupyUnchecked(handle, unit, TEN, ELEVEN));
    long other = calendar.plan(calendar.space(calendar.venue("Asia/Tokyo")));
    long id = bookings.hold(other, TEN, ELEVEN).reservationId();

    Throwable refused =
        catchThrowable(() ->
            calendar.database.useTransaction(handle ->
                handle.execute(
                    """
                    INSERT INTO calendar.occupation
                    SELECT ?, ?, tstzrange(?, ?)
                    """,
                    id,
                    unit,
                    TEN.minusSeconds(60),
                    TEN.plusSeconds(60))));

    assertThat(refused).hasMessageContaining("occupation_no_overlap");
  }

  @Test
  void touchingPeriodsOfOneUnitAndEqualPeriodsOfTwoAreNoConflict() {
    calendar.useResources(space, new ResourceUse(TestCalendar.code("seat"), 2));
    List<Long> units =
        calendar.truth(plan).resources().getFirst().units().stream()
            .map(unit -> unit.id())
            .toList();

    calendar.database.useTransaction(handle -> {
      occupyUnchecked(handle, units.get(0), TEN, ELEVEN);
      occupyUnchecked(handle, units.get(0), ELEVEN, ELEVEN.plusSeconds(3600));
      occupyUnchecked(handle, units.get(1), TEN, ELEVEN);
    });

    assertThat(calendar.truth(plan).occupations()).hasSize(3);
  }

  @Test
  void aProgramThatWritesPastTheLocksIsStoppedByTheConstraintNotBelieved() throws Exception {
    long unit = calendar.truth(plan).resources().getFirst().units().getFirst().id();
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch commit = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      Future<Long> other =
          threads.submit(() ->
              calendar.database.inTransaction(handle -> {
                long id = occupyUnchecked(handle, unit, TEN, ELEVEN);
                written.countDown();
                await(commit);
                return id;
              }));
      written.await();
      // The booking sees nothing of it, decides that the slot is free, and waits at the constraint.
      Future<Throwable> booking =
          threads.submit(() -> catchThrowable(() -> bookings.hold(plan, TEN, ELEVEN)));
      awaitBlocked("INSERT INTO calendar.occupation");
      commit.countDown();
      other.get();
      assertThat(booking.get())
          .isInstanceOf(SlotUnavailableException.class)
          .hasMessageContaining("taken by another booking just now");
    }
    assertThat(calendar.truth(plan).occupations()).hasSize(1);
  }

  @Test
  void confirmFirstThenExpiryLeavesItConfirmed() throws Exception {
    Held held = bookings.hold(plan, TEN, ELEVEN);
    calendar.setClock(held.expiresAt().minusMillis(1));
    CountDownLatch confirmed = new CountDownLatch(1);
    CountDownLatch commit = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      Future<Reservation> confirm =
          threads.submit(() ->
              calendar.database.inTransaction(handle -> {
                Reservation reservation = bookings.confirm(handle, held.token());
                confirmed.countDown();
                await(commit);
                return reservation;
              }));
      confirmed.await();
      Future<Integer> expiry = threads.submit(() -> bookings.expireDue(held.expiresAt(), 10));
      awaitBlocked("UPDATE calendar.reservation");
      commit.countDown();
      assertThat(confirm.get().state()).isEqualTo(ReservationState.CONFIRMED);
      assertThat(expiry.get()).isZero();
    }
    assertThat(state(held)).isEqualTo(ReservationState.CONFIRMED);
    assertThat(calendar.truth(plan).occupations()).hasSize(1);
  }

  @Test
  void expiryFirstThenConfirmIsRefused() throws Exception {
    Held held = bookings.hold(plan, TEN, ELEVEN);
    // The confirming server's clock is behind: only the lock tells it that the hold was ended.
    calendar.setClock(held.expiresAt().minusMillis(1));
    CountDownLatch expired = new CountDownLatch(1);
    CountDownLatch commit = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      Future<Integer> expiry =
          threads.submit(() ->
              calendar.database.inTransaction(handle -> {
                int count = bookings.expireDue(handle, held.expiresAt(), 10);
                expired.countDown();
                await(commit);
                return count;
              }));
      expired.await();
      Future<Throwable> confirm =
          threads.submit(() -> catchThrowable(() -> bookings.confirm(held.token())));
      awaitBlocked("FROM calendar.reservation");
      commit.countDown();
      assertThat(expiry.get()).isEqualTo(1);
      assertThat(confirm.get()).isInstanceOf(HoldExpiredException.class);
    }
    assertThat(state(held)).isEqualTo(ReservationState.EXPIRED);
    assertThat(calendar.truth(plan).occupations()).isEmpty();
  }

  @Test
  void bookingsOfSharedRoomsInAllDirectionsNeitherDeadlockNorDoubleBook() throws Exception {
    long venue = calendar.venue("Asia/Tokyo");
    List<String> parts =
        List.of(TestCalendar.code("a"), TestCalendar.code("b"), TestCalendar.code("c"));
    List<Long> plans = new ArrayList<>();
    for (int first = 0; first < 3; first++) {
      long pair = calendar.space(venue);
      calendar.useResources(
          pair,
          new ResourceUse(parts.get(first), 1),
          new ResourceUse(parts.get((first + 1) % 3), 1));
      plans.add(calendar.plan(pair));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Throwable>> attempts = new ArrayList<>();
      for (int attempt = 0; attempt < 300; attempt++) {
        long wanted = plans.get(attempt % 3);
        Instant start = TEN.plus(Duration.ofHours(attempt / 3 % 10));
        attempts.add(
            threads.submit(() ->
                catchThrowable(() -> {
                  Held held = bookings.hold(wanted, start, start.plusSeconds(3600));
                  if (held.reservationId() % 2 == 0) {
                    bookings.cancel(held.token());
                  }
                })));
      }
      for (Future<Throwable> attempt : attempts) {
        if (attempt.get() != null) {
          assertThat(attempt.get()).isInstanceOf(SlotUnavailableException.class);
        }
      }
    }
    for (long wanted : plans) {
      Truth truth = calendar.truth(wanted);
      for (Occupation one : truth.occupations()) {
        assertThat(truth.occupations())
            .filteredOn(other ->
                other.unitId() == one.unitId()
                    && other.from().isBefore(one.to())
                    && one.from().isBefore(other.to()))
            .hasSize(1);
      }
    }
  }

  @Test
  void aBookingWaitsForAChangeOfItsPlanAndObeysIt() throws Exception {
    CountDownLatch changed = new CountDownLatch(1);
    CountDownLatch commit = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      Future<?> change =
          threads.submit(() ->
              calendar.write(handle -> {
                Set<Long> affected = calendar.writer.setPublished(handle, plan, false);
                changed.countDown();
                await(commit);
                return affected;
              }));
      changed.await();
      Future<Throwable> booking =
          threads.submit(() -> catchThrowable(() -> bookings.hold(plan, TEN, ELEVEN)));
      awaitBlocked("FOR SHARE");
      commit.countDown();
      change.get();
      assertThat(booking.get())
          .isInstanceOf(SlotUnavailableException.class)
          .hasMessageContaining("PLAN_NOT_PUBLISHED");
    }
  }

  /** Fills the cache from the truth without any booking; nobody refreshes it afterwards. */
  private void freezeCache() {
    Truth truth = calendar.truth(plan);
    LocalDate from = LocalDate.of(2026, 11, 21);
    LocalDate to = from.plusDays(7);
    List<CachedDay> days =
        new CalendarCalculator(new HolidayCalendars())
            .compute(truth, from, to).stream()
                .map(day -> new CachedDay(day.date(), CalendarDayCodec.encode(day)))
                .toList();
    byte[] terms = PlanTermsCodec.encode(PlanTerms.of(truth));
    calendar.database.inTransaction(handle ->
        calendar.store.write(
            handle, List.of(new CachedCalendar(plan, truth.version(), from, to, terms, days))));
  }

  /** What a booking does, without its locks and without its check. */
  private long occupyUnchecked(Handle handle, long unit, Instant from, Instant to) {
    long id =
        handle
            .createQuery(
                """
                INSERT INTO calendar.reservation
                  (plan_id, start_at, end_at, state, currency, created_at, changed_at)
                VALUES (:plan, :from, :to, 'CONFIRMED', 'JPY', :from, :from)
                RETURNING id
                """)
            .bind("plan", plan)
            .bind("from", from)
            .bind("to", to)
            .mapTo(Long.class)
            .one();
    if (!ReservationTable.occupy(handle, id, List.of(unit), from, to)) {
      throw new IllegalStateException("refused by the constraint");
    }
    return id;
  }

  private ReservationState state(Held held) {
    return bookings.find(held.token()).orElseThrow().state();
  }

  /** Starts all at once and waits for them; the failures. */
  private static <T> List<Throwable> concurrently(int count, Callable<T> work) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Throwable>> attempts = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int attempt = 0; attempt < count; attempt++) {
        attempts.add(
            threads.submit(() -> {
              start.await();
              return catchThrowable(work::call);
            }));
      }
      start.countDown();
      for (Future<Throwable> attempt : attempts) {
        if (attempt.get() != null) {
          failures.add(attempt.get());
        }
      }
    }
    return failures;
  }

  /** Until some session waits for a lock in a statement that contains the text. */
  private void awaitBlocked(String statement) {
    Instant deadline = Instant.now().plusSeconds(30);
    while (Instant.now().isBefore(deadline)) {
      long blocked =
          calendar.read(handle ->
              handle
                  .createQuery(
                      """
                      SELECT count(*)
                      FROM pg_stat_activity
                      WHERE wait_event_type = 'Lock'
                        AND datname = current_database()
                        AND position(:statement IN query) > 0
                      """)
                  .bind("statement", statement)
                  .mapTo(Long.class)
                  .one());
      if (blocked > 0) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("Nothing waits for a lock in " + statement);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
