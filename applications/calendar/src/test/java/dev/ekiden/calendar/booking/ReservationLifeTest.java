package dev.ekiden.calendar.booking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.booking.ChangeRefusedException.Why;
import dev.ekiden.calendar.booking.ReservationState.Event;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests, approvals, changes, extensions and what canceling costs. */
@Timeout(120)
class ReservationLifeTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  /** Ten in the morning in Tokyo, the day after the clock's. */
  private static final Instant TEN = Instant.parse("2026-11-22T01:00:00Z");

  private TestCalendar calendar;
  private BookingService bookings;
  private final List<Instant> expiries = new ArrayList<>();
  private final List<Event> told = new ArrayList<>();
  private long venue;
  private long space;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    bookings =
        new BookingService(
            calendar.database,
            calendar.writer,
            new BookingCheck(new HolidayCalendars()),
            connection -> calendar.instant(),
            (connection, id, expiresAt) -> expiries.add(expiresAt),
            (connection, event, ids) -> told.add(event));
    venue = calendar.venue("Asia/Tokyo");
    space = calendar.space(venue);
    plan = calendar.plan(space);
  }

  // ---- the table ----

  /** Every event in every state does what the table says, and nothing if it says nothing. */
  @Test
  void everyEventInEveryStateDoesWhatTheTableSays() {
    for (ReservationState state : ReservationState.values()) {
      for (Event event : Event.values()) {
        open();
        Held held = reach(state);
        Optional<ReservationState> expected = state.after(event);
        told.clear();
        Throwable failure = catchThrowable(() -> play(held, event));
        ReservationState after = bookings.find(held.token()).orElseThrow().state();
        assertThat(after).as("%s %s", state, event).isEqualTo(expected.orElse(state));
        boolean happened = after != state || expected.isPresent() && event == Event.CHANGE;
        assertThat(told).as("%s %s", state, event).isEqualTo(happened ? List.of(event) : List.of());
        boolean quietly = event == Event.EXPIRE || event == Event.REQUEST;
        if (expected.isEmpty() && !quietly) {
          assertThat(failure).as("%s %s", state, event).isInstanceOf(BookingException.class);
        }
        assertThat(calendar.truth(plan).occupations())
            .as("%s %s", state, event)
            .hasSize(after.occupies() ? 1 : 0);
      }
    }
  }

  private Held reach(ReservationState state) {
    setPolicy(plan, new BookingPolicy(60, 0, 0));
    Held held = bookings.hold(plan, TEN, at(1));
    switch (state) {
      case HELD -> {}
      case REQUESTED -> bookings.confirm(held.token());
      case CONFIRMED -> {
        setPolicy(plan, BookingPolicy.DEFAULT);
        bookings.confirm(held.token());
      }
      case REJECTED -> {
        bookings.confirm(held.token());
        bookings.reject(held.reservationId());
      }
      case EXPIRED -> {
        calendar.setClock(held.expiresAt());
        bookings.expireDue(held.expiresAt(), 10);
      }
      case CANCELED -> bookings.cancel(held.token());
    }
    assertThat(bookings.find(held.token()).orElseThrow().state()).isEqualTo(state);
    return held;
  }

  private void play(Held held, Event event) {
    switch (event) {
      case CONFIRM -> {
        setPolicy(plan, BookingPolicy.DEFAULT);
        Reservation before = bookings.find(held.token()).orElseThrow();
        // Confirming a request is a request again.
        if (before.state() == ReservationState.REQUESTED) {
          throw new ReservationStateException(before.id(), before.state(), event);
        }
        bookings.confirm(held.token());
      }
      case REQUEST -> {
        setPolicy(plan, new BookingPolicy(60, 0, 0));
        if (bookings.find(held.token()).orElseThrow().state() != ReservationState.CONFIRMED) {
          bookings.confirm(held.token());
        }
      }
      case APPROVE -> bookings.approve(held.reservationId());
      case REJECT -> bookings.reject(held.reservationId());
      case EXPIRE -> bookings.expireDue(TEN, 10);
      case CHANGE -> {
        setPolicy(plan, BookingPolicy.DEFAULT);
        bookings.change(held.token(), plan, at(2), at(3), Actor.GUEST);
      }
      case CANCEL -> bookings.cancel(held.token());
    }
  }

  // ---- requests ----

  @Test
  void aRequestHoldsItsSlotUntilItIsAnswered() {
    setPolicy(plan, new BookingPolicy(120, 0, 0));
    Held held = bookings.hold(plan, TEN, at(1));

    Reservation requested = bookings.confirm(held.token());

    assertThat(requested.state()).isEqualTo(ReservationState.REQUESTED);
    Instant answerBy = TestCalendar.NOW.plus(Duration.ofMinutes(120));
    assertThat(requested.holdExpiresAt()).hasValue(answerBy);
    assertThat(expiries).containsExactly(held.expiresAt(), answerBy);
    assertThat(bookings.requests(0, 10)).containsExactly(requested);
    calendar.setClock(answerBy.minusMillis(1));
    assertThatThrownBy(() -> bookings.hold(plan, TEN, at(1)))
        .isInstanceOf(SlotUnavailableException.class);
    assertThat(bookings.confirm(held.token()).state()).isEqualTo(ReservationState.REQUESTED);

    assertThat(bookings.approve(held.reservationId()).state())
        .isEqualTo(ReservationState.CONFIRMED);

    assertThat(bookings.approve(held.reservationId()).state())
        .isEqualTo(ReservationState.CONFIRMED);
    assertThat(bookings.confirm(held.token()).state()).isEqualTo(ReservationState.CONFIRMED);
    assertThat(bookings.requests(0, 10)).isEmpty();
    assertThat(bookings.expireDue(TEN, 10)).as("what is confirmed stays").isZero();
  }

  @Test
  void aRejectedRequestFreesItsSlotAndRefreshesTheCalendar() {
    setPolicy(plan, new BookingPolicy(120, 0, 0));
    Held held = bookings.hold(plan, TEN, at(1));
    bookings.confirm(held.token());
    long version = calendar.truth(plan).version();

    assertThat(bookings.reject(held.reservationId()).state()).isEqualTo(ReservationState.REJECTED);

    assertThat(calendar.truth(plan).version()).isEqualTo(version + 1);
    bookings.hold(plan, TEN, at(1));
    assertThatThrownBy(() -> bookings.approve(held.reservationId()))
        .isInstanceOf(ReservationStateException.class);
    assertThatThrownBy(() -> bookings.approve(999_999))
        .isInstanceOf(UnknownReservationException.class);
  }

  @Test
  void anUnansweredRequestExpiresAndStandsInNobodysWay() {
    setPolicy(plan, new BookingPolicy(120, 0, 0));
    Held held = bookings.hold(plan, TEN, at(1));
    Instant answerBy = bookings.confirm(held.token()).holdExpiresAt().orElseThrow();
    calendar.setClock(answerBy);

    assertThatThrownBy(() -> bookings.approve(held.reservationId()))
        .isInstanceOf(HoldExpiredException.class);
    bookings.hold(plan, TEN, at(1));

    assertThat(bookings.find(held.token()).orElseThrow().state())
        .isEqualTo(ReservationState.EXPIRED);
  }

  @Test
  void aRequestWaitsNoLongerThanUntilItsBookingShouldBegin() {
    setPolicy(plan, new BookingPolicy(BookingPolicy.MAXIMUM_APPROVAL_MINUTES, 0, 0));
    Held held = bookings.hold(plan, TEN, at(1));
    assertThat(bookings.confirm(held.token()).holdExpiresAt()).hasValue(TEN);
    Held late = bookings.hold(plan, TestCalendar.NOW, TestCalendar.NOW.plusSeconds(3600));
    assertThat(bookings.confirm(late.token()).holdExpiresAt())
        .hasValue(TestCalendar.NOW.plus(BookingService.MINIMUM_REQUEST));
  }

  @Test
  void requestsComePageByPage() {
    setPolicy(plan, new BookingPolicy(120, 0, 0));
    List<Long> ids = new ArrayList<>();
    for (int hour = 0; hour < 5; hour++) {
      Held held = bookings.hold(plan, at(hour), at(hour + 1));
      ids.add(bookings.confirm(held.token()).id());
    }
    assertThat(bookings.requests(0, 3).stream().map(Reservation::id))
        .containsExactlyElementsOf(ids.subList(0, 3));
    assertThat(bookings.requests(ids.get(2), 3).stream().map(Reservation::id))
        .containsExactlyElementsOf(ids.subList(3, 5));
  }

  // ---- changes ----

  @Test
  void aChangeMovesTheBookingAndItsPrice() {
    Held held = confirmed(TEN, at(1));
    long version = calendar.truth(plan).version();

    Reservation changed = bookings.change(held.token(), plan, at(3), at(6), Actor.GUEST);

    assertThat(changed.start()).isEqualTo(at(3));
    assertThat(changed.end()).isEqualTo(at(6));
    assertThat(changed.total()).hasValue(3_000);
    assertThat(changed.state()).isEqualTo(ReservationState.CONFIRMED);
    assertThat(calendar.truth(plan).version()).isEqualTo(version + 1);
    assertThat(calendar.truth(plan).occupations())
        .extracting(Occupation::bookedFrom)
        .containsExactly(at(3));
    bookings.hold(plan, TEN, at(1));
    calendar.refreshes.clear();
    assertThat(bookings.change(held.token(), plan, at(3), at(6), Actor.GUEST)).isEqualTo(changed);
    assertThat(calendar.refreshes.all()).as("asked again, nothing happens").isEmpty();
  }

  @Test
  void aChangeMayOverlapTheOldTime() {
    Held held = confirmed(TEN, at(2));
    assertThat(bookings.change(held.token(), plan, at(1), at(3), Actor.GUEST).start())
        .isEqualTo(at(1));
  }

  @Test
  void aTakenTimeLeavesTheOldOneAsItIs() {
    Held held = confirmed(TEN, at(1));
    confirmed(at(2), at(3));
    Reservation before = bookings.find(held.token()).orElseThrow();
    long version = calendar.truth(plan).version();

    assertThatThrownBy(() -> bookings.change(held.token(), plan, at(2), at(3), Actor.OPERATOR))
        .isInstanceOf(SlotUnavailableException.class);
    assertThatThrownBy(() -> bookings.change(held.token(), plan, at(1), TEN, Actor.GUEST))
        .isInstanceOf(InvalidValueException.class);

    assertThat(bookings.find(held.token())).hasValue(before);
    assertThat(calendar.truth(plan).version()).isEqualTo(version);
    assertThat(calendar.truth(plan).occupations()).hasSize(2);
  }

  @Test
  void aChangeToAPlanOfAnotherSpaceFreesTheOneAndTakesTheOther() {
    long otherSpace = calendar.space(venue);
    long other = calendar.plan(otherSpace);
    calendar.write(handle ->
        calendar.writer.setPrices(
            handle, other, new PriceList(PriceTerms.DEFAULT, PriceList.parseRules("any 2500"))));
    setPolicy(other, new BookingPolicy(0, 60, 30));
    Held held = confirmed(TEN, at(1));
    calendar.refreshes.clear();

    Reservation changed = bookings.change(held.token(), other, TEN, at(1), Actor.GUEST);

    assertThat(changed.planId()).isEqualTo(other);
    assertThat(changed.total()).hasValue(2_500);
    assertThat(changed.terms()).isEqualTo(new CancelTerms(60, 30));
    assertThat(calendar.truth(plan).occupations()).isEmpty();
    assertThat(calendar.truth(other).occupations()).hasSize(1);
    assertThat(calendar.refreshes.planIds()).containsExactlyInAnyOrder(plan, other);
    assertThat(bookings.cancel(held.token()).state()).isEqualTo(ReservationState.CANCELED);
    assertThat(calendar.truth(other).occupations()).isEmpty();
  }

  @Test
  void aBookingIsExtendedOnItsOwnUnitAlsoWhileItRuns() {
    calendar.useResources(space, new ResourceUse(TestCalendar.code("desk"), 3));
    Held first = confirmed(TEN, at(1));
    Held second = confirmed(TEN, at(1));
    bookings.cancel(first.token());
    long unit = calendar.truth(plan).occupations().getFirst().unitId();
    calendar.setClock(TEN.plusSeconds(1800));

    Reservation extended = bookings.extend(second.token(), at(2), Actor.GUEST);

    assertThat(extended.end()).isEqualTo(at(2));
    assertThat(extended.total()).hasValue(2_000);
    assertThat(calendar.truth(plan).occupations())
        .extracting(Occupation::unitId)
        .as("unit 1 is free, but nobody has to change desks")
        .containsExactly(unit);
    assertThatThrownBy(() -> bookings.extend(second.token(), at(1), Actor.GUEST))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void rulesAboutNowDoNotStopAnExtensionButRulesAboutLengthDo() {
    long strict =
        calendar.plan(
            space,
            BookingRules.builder()
                .minimumNoticeMinutes(60)
                .maximumMinutes(120)
                .bookingWindowDays(1)
                .build());
    Held held = bookings.hold(strict, TEN, at(1));
    bookings.confirm(held.token());
    calendar.setClock(TEN.plusSeconds(60));
    assertThat(bookings.extend(held.token(), at(2), Actor.GUEST).end()).isEqualTo(at(2));
    assertThatThrownBy(() -> bookings.extend(held.token(), at(3), Actor.GUEST))
        .isInstanceOf(SlotUnavailableException.class)
        .hasMessageContaining("TOO_LONG");
  }

  @Test
  void whatHasBegunKeepsItsStartAndWhatIsOverStaysAsItWas() {
    Held held = confirmed(TEN, at(2));
    calendar.setClock(TEN);
    assertThat(whyNot(held, plan, at(3), at(4), Actor.OPERATOR)).isEqualTo(Why.BEGUN);
    assertThat(bookings.change(held.token(), plan, TEN, at(1), Actor.OPERATOR).end())
        .isEqualTo(at(1));
    calendar.setClock(at(1).minusMillis(1));
    bookings.extend(held.token(), at(2), Actor.GUEST);
    calendar.setClock(at(2));
    assertThat(whyNot(held, plan, TEN, at(3), Actor.OPERATOR)).isEqualTo(Why.OVER);
  }

  @Test
  void whoeverIsLateCanOnlyExtendButTheOperatorCanDoMore() {
    setPolicy(plan, new BookingPolicy(0, 60, 50));
    Held held = confirmed(TEN, at(2));
    calendar.setClock(TEN.minus(Duration.ofMinutes(60)));
    bookings.change(held.token(), plan, at(1), at(3), Actor.GUEST);
    calendar.setClock(at(1).minus(Duration.ofMinutes(60)).plusMillis(1));
    assertThat(whyNot(held, plan, at(2), at(4), Actor.GUEST)).isEqualTo(Why.TOO_LATE);
    assertThat(whyNot(held, plan, at(1), at(2), Actor.GUEST)).isEqualTo(Why.TOO_LATE);
    assertThat(bookings.extend(held.token(), at(4), Actor.GUEST).total()).hasValue(3_000);
    assertThat(bookings.change(held.token(), plan, at(2), at(4), Actor.OPERATOR).total())
        .hasValue(2_000);
  }

  @Test
  void aGuestDoesNotGetAroundTheApproval() {
    long careful = calendar.plan(space);
    setPolicy(careful, new BookingPolicy(60, 0, 0));
    Held held = confirmed(TEN, at(1));
    assertThat(whyNot(held, careful, at(2), at(3), Actor.GUEST)).isEqualTo(Why.APPROVAL_REQUIRED);
    assertThat(bookings.find(held.token()).orElseThrow().planId()).isEqualTo(plan);
    assertThat(calendar.truth(plan).occupations()).hasSize(1);
    assertThat(bookings.change(held.token(), careful, at(2), at(3), Actor.OPERATOR).planId())
        .isEqualTo(careful);
  }

  // ---- canceling ----

  @ParameterizedTest
  @CsvSource({
    // free minutes, percent, seconds after the free time is over, fee of 2,000 yen
    "60, 50, -1, 0",
    "60, 50, 0, 0",
    "60, 50, 1, 1000",
    "60, 0, 1, 0",
    "0, 100, -3600, 0",
    "0, 100, 1, 2000",
    "60, 33, 1, 660"
  })
  void cancelingCostsWhatWasAgreed(int freeMinutes, int percent, int seconds, long fee) {
    setPolicy(plan, new BookingPolicy(0, freeMinutes, percent));
    Held held = confirmed(TEN, at(2));
    setPolicy(plan, new BookingPolicy(0, 0, 99));
    calendar.setClock(TEN.minus(Duration.ofMinutes(freeMinutes)).plusSeconds(seconds));

    Reservation canceled = bookings.cancel(held.token());

    assertThat(canceled.cancelFee()).hasValue(fee);
    calendar.setClock(TEN.plus(Duration.ofDays(1)));
    assertThat(bookings.cancel(held.token())).as("repeated, it costs no more").isEqualTo(canceled);
    assertThat(bookings.find(held.token())).hasValue(canceled);
  }

  @Test
  void holdsAndRequestsAreCanceledForNothingAndTheOperatorTakesNoFee() {
    setPolicy(plan, new BookingPolicy(60, 10_000, 100));
    Held held = bookings.hold(plan, TEN, at(1));
    assertThat(bookings.cancel(held.token()).cancelFee()).hasValue(0);
    Held requested = bookings.hold(plan, TEN, at(1));
    bookings.confirm(requested.token());
    assertThat(bookings.cancel(requested.token()).cancelFee()).hasValue(0);
    Held confirmed = bookings.hold(plan, TEN, at(1));
    bookings.confirm(confirmed.token());
    bookings.approve(confirmed.reservationId());
    Reservation canceled =
        calendar.database.inTransaction(
            handle -> bookings.cancel(handle, confirmed.reservationId()));
    assertThat(canceled.cancelFee()).isEmpty();
  }

  @Test
  void halfAMinorUnitIsRoundedUp() {
    assertThat(new CancelTerms(0, 50).fee(1_001)).isEqualTo(501);
    assertThat(new CancelTerms(0, 1).fee(149)).isEqualTo(1);
    assertThat(new CancelTerms(0, 100).fee(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void policiesHaveLimits() {
    new BookingPolicy(
        BookingPolicy.MAXIMUM_APPROVAL_MINUTES, BookingPolicy.MAXIMUM_FREE_CANCEL_MINUTES, 100);
    assertThatThrownBy(() -> new BookingPolicy(43_201, 0, 0))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new BookingPolicy(0, 527_041, 0))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new BookingPolicy(0, 0, 101))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new BookingPolicy(-1, -1, -1))
        .isInstanceOf(InvalidValueException.class);
  }

  // ---- races ----

  /** A thousand changes and extensions of forty bookings in three spaces that share units. */
  @Test
  void aThousandRacingChangesLoseNoBookingAndOverlapNowhere() throws Exception {
    String shared = TestCalendar.code("shared");
    long otherSpace = calendar.space(venue);
    long wholeSpace = calendar.space(venue);
    calendar.useResources(space, new ResourceUse(shared, 2));
    calendar.useResources(otherSpace, new ResourceUse(TestCalendar.code("own"), 1));
    calendar.useResources(
        wholeSpace, new ResourceUse(shared, 2), new ResourceUse(TestCalendar.code("own"), 1));
    List<Long> plans =
        List.of(plan, calendar.plan(otherSpace), calendar.plan(wholeSpace), calendar.plan(space));
    List<Held> booked = new ArrayList<>();
    for (int hour = 0; hour < 40; hour++) {
      booked.add(confirmed(at(hour), at(hour + 1)));
    }
    Random random = new Random(5);
    List<Callable<Object>> races = new ArrayList<>();
    for (int count = 0; count < 1_000; count++) {
      Held held = booked.get(random.nextInt(booked.size()));
      long to = plans.get(random.nextInt(plans.size()));
      Instant start = at(random.nextInt(45));
      Instant end = start.plus(Duration.ofHours(1 + random.nextInt(3)));
      Actor actor = random.nextBoolean() ? Actor.GUEST : Actor.OPERATOR;
      races.add(
          random.nextInt(3) == 0
              ? () -> bookings.extend(held.token(), end, actor)
              : () -> bookings.change(held.token(), to, start, end, actor));
    }

    List<Throwable> failures = concurrently(races);

    assertThat(failures)
        .allSatisfy(failure ->
            assertThat(failure)
                .isInstanceOfAny(
                    SlotUnavailableException.class,
                    ChangeRefusedException.class,
                    InvalidValueException.class));
    assertThat(1_000 - failures.size()).as("some succeeded").isGreaterThan(40);
    for (Held held : booked) {
      assertThat(bookings.find(held.token()).orElseThrow().state())
          .isEqualTo(ReservationState.CONFIRMED);
    }
    // Each reservation occupies one unit of each resource of its plan, at its own time.
    long wrong =
        calendar.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*)
                    FROM calendar.reservation
                    JOIN calendar.plan ON plan.id = reservation.plan_id
                    WHERE (SELECT array_agg(unit.resource_id ORDER BY unit.resource_id)
                           FROM calendar.occupation
                           JOIN calendar.resource_unit AS unit ON unit.id = occupation.unit_id
                           WHERE occupation.reservation_id = reservation.id
                             AND occupation.period
                               = tstzrange(reservation.start_at, reservation.end_at))
                      IS DISTINCT FROM
                          (SELECT array_agg(used.resource_id ORDER BY used.resource_id)
                           FROM calendar.space_resource AS used
                           WHERE used.space_id = plan.space_id)
                    """)
                .mapTo(Long.class)
                .one());
    assertThat(wrong).isZero();
    Set<Long> distinct = new HashSet<>();
    calendar
        .truth(plans.get(2))
        .occupations()
        .forEach(one ->
            calendar
                .truth(plans.get(2))
                .occupations()
                .forEach(two -> {
                  boolean overlap =
                      one.unitId() == two.unitId()
                          && one.from().isBefore(two.to())
                          && two.from().isBefore(one.to());
                  assertThat(overlap).isEqualTo(one.equals(two));
                  distinct.add(one.unitId());
                }));
    assertThat(distinct).isNotEmpty();
  }

  private static List<Throwable> concurrently(List<Callable<Object>> tasks) throws Exception {
    List<Throwable> failures = new ArrayList<>();
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newFixedThreadPool(16)) {
      List<Future<Object>> futures = new ArrayList<>();
      for (Callable<Object> task : tasks) {
        futures.add(
            executor.submit(() -> {
              start.await();
              return task.call();
            }));
      }
      start.countDown();
      for (Future<Object> future : futures) {
        Throwable failure = catchThrowable(future::get);
        if (failure != null) {
          failures.add(failure.getCause());
        }
      }
    }
    return failures;
  }

  // ---- helpers ----

  private Held confirmed(Instant start, Instant end) {
    Held held = bookings.hold(plan, start, end);
    bookings.confirm(held.token());
    return held;
  }

  private Why whyNot(Held held, long to, Instant start, Instant end, Actor actor) {
    return catchThrowableOfType(
            ChangeRefusedException.class,
            () -> bookings.change(held.token(), to, start, end, actor))
        .why();
  }

  private void setPolicy(long of, BookingPolicy policy) {
    calendar.write(handle -> calendar.writer.setPolicy(handle, of, policy));
  }

  private static Instant at(int hoursAfterTen) {
    return TEN.plus(Duration.ofHours(hoursAfterTen));
  }
}
