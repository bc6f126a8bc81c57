package dev.ekiden.calendar.booking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Unavailable;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.calendar.store.UnknownEntityException;
import dev.ekiden.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BookingServiceTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  /** Ten in the morning in Tokyo, the day after the clock's. */
  private static final Instant TEN = Instant.parse("2026-11-22T01:00:00Z");

  private static final Instant ELEVEN = TEN.plus(Duration.ofHours(1));
  private static final Instant TWELVE = TEN.plus(Duration.ofHours(2));

  private TestCalendar calendar;
  private BookingService bookings;
  private long venue;
  private long space;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    bookings =
        new BookingService(
            calendar.database, calendar.writer, new BookingCheck(new HolidayCalendars()), calendar);
    venue = calendar.venue("Asia/Tokyo");
    space = calendar.space(venue);
    plan = calendar.plan(space);
    calendar.refreshes.clear();
  }

  @Test
  void aHoldBlocksTheSlotAndIsConfirmed() {
    long version = calendar.truth(plan).version();

    Held held = bookings.hold(plan, TEN, TWELVE);

    assertThat(held.expiresAt()).isEqualTo(TestCalendar.NOW.plus(BookingService.DEFAULT_HOLD));
    assertThat(held.quote().total()).isEqualTo(2_000);
    assertThat(calendar.truth(plan).version()).isEqualTo(version + 1);
    assertThat(calendar.refreshes.planIds()).containsExactly(plan);
    assertUnavailable(plan, ELEVEN, TWELVE, Unavailable.OCCUPIED);

    Reservation confirmed = bookings.confirm(held.token());

    assertThat(confirmed.state()).isEqualTo(ReservationState.CONFIRMED);
    assertThat(confirmed.total()).hasValue(2_000);
    assertThat(confirmed.tax()).hasValue(181);
    assertThat(calendar.truth(plan).version())
        .as("nothing was taken or freed")
        .isEqualTo(version + 1);
    calendar.setClock(held.expiresAt().plusSeconds(3600));
    assertThat(bookings.expireDue(calendar.instant(), 100)).isZero();
    assertUnavailable(plan, TEN, ELEVEN, Unavailable.OCCUPIED);
    assertThat(bookings.confirm(held.token())).as("repeated").isEqualTo(confirmed);
  }

  @Test
  void aHoldExpiresAndFreesTheSlot() {
    Held held = bookings.hold(plan, TEN, ELEVEN, Duration.ofMinutes(1));
    long version = calendar.truth(plan).version();
    calendar.refreshes.clear();

    assertThat(bookings.expireDue(held.expiresAt().minusMillis(1), 100)).isZero();
    assertThat(bookings.expireDue(held.expiresAt(), 100)).isEqualTo(1);

    assertThat(calendar.truth(plan).occupations()).isEmpty();
    assertThat(calendar.truth(plan).version()).isEqualTo(version + 1);
    assertThat(calendar.refreshes.planIds()).containsExactly(plan);
    assertThat(bookings.expireDue(held.expiresAt(), 100)).isZero();
    assertThatThrownBy(() -> bookings.confirm(held.token()))
        .isInstanceOf(HoldExpiredException.class);
    assertThatThrownBy(() -> bookings.cancel(held.token()))
        .isInstanceOf(ReservationStateException.class)
        .hasMessageContaining("is EXPIRED: CANCEL is not possible");
  }

  @Test
  void theConfirmOfAnExpiredHoldIsRefusedEvenBeforeAnybodyEndedIt() {
    Held held = bookings.hold(plan, TEN, ELEVEN);

    calendar.setClock(held.expiresAt().minusMillis(1));
    Held other = bookings.hold(plan, ELEVEN, TWELVE);
    assertThat(bookings.confirm(held.token()).state()).isEqualTo(ReservationState.CONFIRMED);

    calendar.setClock(other.expiresAt());
    assertThatThrownBy(() -> bookings.confirm(other.token()))
        .isInstanceOf(HoldExpiredException.class)
        .hasMessageContaining("expired at " + other.expiresAt());
  }

  @Test
  void anExpiredHoldStandsInNobodysWay() {
    Held over = bookings.hold(plan, TEN, ELEVEN, Duration.ofMinutes(1));
    calendar.setClock(over.expiresAt());
    long version = calendar.truth(plan).version();

    Held held = bookings.hold(plan, TEN, ELEVEN);

    assertThat(bookings.find(over.token()).orElseThrow().state())
        .isEqualTo(ReservationState.EXPIRED);
    assertThat(bookings.find(held.token()).orElseThrow().state()).isEqualTo(ReservationState.HELD);
    assertThat(calendar.truth(plan).version()).as("freed and taken: once").isEqualTo(version + 1);
  }

  @Test
  void anExpiredHoldOfTheWholeRoomFreesAllItsParts() {
    String left = TestCalendar.code("left");
    String right = TestCalendar.code("right");
    long wholeSpace = calendar.space(venue);
    long leftSpace = calendar.space(venue);
    long rightSpace = calendar.space(venue);
    calendar.useResources(wholeSpace, new ResourceUse(left, 1), new ResourceUse(right, 1));
    calendar.useResources(leftSpace, new ResourceUse(left, 1));
    calendar.useResources(rightSpace, new ResourceUse(right, 1));
    long whole = calendar.plan(wholeSpace);
    long leftPlan = calendar.plan(leftSpace);
    long rightPlan = calendar.plan(rightSpace);
    Held over = bookings.hold(whole, TEN, ELEVEN, Duration.ofMinutes(1));
    calendar.setClock(over.expiresAt());
    calendar.refreshes.clear();
    long version = calendar.truth(rightPlan).version();

    bookings.hold(leftPlan, TEN, ELEVEN);

    assertThat(calendar.refreshes.planIds()).containsExactlyInAnyOrder(whole, leftPlan, rightPlan);
    assertThat(calendar.truth(rightPlan).version()).isEqualTo(version + 1);
    assertThat(calendar.truth(rightPlan).occupations()).isEmpty();
  }

  @Test
  void aCanceledReservationFreesTheSlot() {
    Held held = bookings.hold(plan, TEN, ELEVEN);
    bookings.confirm(held.token());
    long version = calendar.truth(plan).version();
    calendar.refreshes.clear();

    assertThat(bookings.cancel(held.token()).state()).isEqualTo(ReservationState.CANCELED);
    assertThat(calendar.truth(plan).version()).isEqualTo(version + 1);
    assertThat(calendar.refreshes.planIds()).containsExactly(plan);
    assertThat(bookings.cancel(held.token()).state()).isEqualTo(ReservationState.CANCELED);
    assertThat(calendar.truth(plan).version()).as("repeated").isEqualTo(version + 1);
    assertThatThrownBy(() -> bookings.confirm(held.token()))
        .isInstanceOf(ReservationStateException.class);
    bookings.hold(plan, TEN, ELEVEN);
  }

  @Test
  void theOperatorCancelsWithoutAToken() {
    Held held = bookings.hold(plan, TEN, ELEVEN);

    calendar.database.useTransaction(handle -> bookings.cancel(handle, held.reservationId()));

    assertThat(bookings.find(held.token()).orElseThrow().state())
        .isEqualTo(ReservationState.CANCELED);
    assertThatThrownBy(
            () -> calendar.database.useTransaction(handle -> bookings.cancel(handle, 999_999L)))
        .isInstanceOf(UnknownReservationException.class)
        .hasMessage("There is no reservation 999999");
  }

  @Test
  void theTokenIsLongRandomAndNotInTheDatabase() {
    Held held = bookings.hold(plan, TEN, ELEVEN);
    String secret = held.token().secret();

    assertThat(secret).matches("[A-Za-z0-9_-]{43}");
    assertThat(held.toString()).doesNotContain(secret);
    assertThat(ReservationToken.parse(secret).flatMap(bookings::find)).isPresent();
    assertThat(ReservationToken.parse(secret + "A")).isEmpty();
    assertThat(ReservationToken.parse(secret.substring(1))).isEmpty();
    assertThat(ReservationToken.parse("+" + secret.substring(1))).isEmpty();
    assertThatThrownBy(() -> bookings.confirm(ReservationToken.random()))
        .isInstanceOf(UnknownReservationException.class);
    String row =
        calendar.read(handle ->
            handle
                .createQuery("SELECT CAST(r AS text) FROM calendar.reservation r WHERE id = :id")
                .bind("id", held.reservationId())
                .mapTo(String.class)
                .one());
    assertThat(row).doesNotContain(secret);
  }

  @Test
  void buffersOfBothBookingsCount() {
    BookingRules rules =
        BookingRules.builder()
            .unitMinutes(60)
            .bufferBeforeMinutes(15)
            .bufferAfterMinutes(30)
            .build();
    long buffered = calendar.plan(space, rules);
    bookings.hold(buffered, TEN, ELEVEN);

    assertThat(calendar.truth(plan).occupations())
        .extracting(Occupation::from, Occupation::to)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                TEN.minus(Duration.ofMinutes(15)), ELEVEN.plus(Duration.ofMinutes(30))));
    assertUnavailable(plan, ELEVEN, TWELVE, Unavailable.BUFFER);
    assertUnavailable(buffered, TWELVE.minus(Duration.ofHours(3)), TEN, Unavailable.BUFFER);
    bookings.hold(buffered, TWELVE, TWELVE.plus(Duration.ofHours(1)));
    assertUnavailable(
        plan,
        TWELVE.plus(Duration.ofHours(1)),
        TWELVE.plus(Duration.ofHours(2)),
        Unavailable.BUFFER);
    bookings.hold(plan, TWELVE.plus(Duration.ofHours(2)), TWELVE.plus(Duration.ofHours(3)));
  }

  @Test
  void theWholeRoomAndItsPartsExcludeEachOther() {
    String left = TestCalendar.code("left");
    String right = TestCalendar.code("right");
    long wholeSpace = calendar.space(venue);
    long leftSpace = calendar.space(venue);
    long rightSpace = calendar.space(venue);
    calendar.useResources(wholeSpace, new ResourceUse(left, 1), new ResourceUse(right, 1));
    calendar.useResources(leftSpace, new ResourceUse(left, 1));
    calendar.useResources(rightSpace, new ResourceUse(right, 1));
    long whole = calendar.plan(wholeSpace);
    long leftPlan = calendar.plan(leftSpace);
    long rightPlan = calendar.plan(rightSpace);
    calendar.refreshes.clear();

    bookings.hold(leftPlan, TEN, ELEVEN);
    assertThat(calendar.refreshes.planIds()).containsExactlyInAnyOrder(whole, leftPlan);
    assertUnavailable(whole, TEN, ELEVEN, Unavailable.OCCUPIED);
    bookings.hold(rightPlan, TEN, ELEVEN);
    bookings.hold(whole, ELEVEN, TWELVE);
    assertUnavailable(leftPlan, ELEVEN, TWELVE, Unavailable.OCCUPIED);
    assertUnavailable(rightPlan, ELEVEN, TWELVE, Unavailable.OCCUPIED);
  }

  @Test
  void theRulesAreAskedInTheBookingItself() {
    assertUnavailable(plan, TEN.plusSeconds(900), ELEVEN.plusSeconds(900), Unavailable.NOT_ALIGNED);
    assertUnavailable(
        plan, TestCalendar.NOW.minusSeconds(3600), TestCalendar.NOW, Unavailable.MINIMUM_NOTICE);
    calendar.write(handle -> calendar.writer.setPublished(handle, plan, false));
    assertUnavailable(plan, TEN, ELEVEN, Unavailable.PLAN_NOT_PUBLISHED);
  }

  @Test
  void wishesOutsideTheLimitsAreRefusedWithAReason() {
    bookings.hold(plan, TEN, ELEVEN, BookingService.MAXIMUM_HOLD);
    bookings.hold(plan, ELEVEN, TWELVE, BookingService.MINIMUM_HOLD);
    assertInvalid(BookingService.MAXIMUM_HOLD.plusMillis(1), "must be between PT1S and PT1H");
    assertInvalid(BookingService.MINIMUM_HOLD.minusMillis(1), "must be between PT1S and PT1H");
    assertThatThrownBy(() -> bookings.hold(plan, TEN, TEN))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be after the start");
    assertThatThrownBy(() -> bookings.hold(plan, TEN, Instant.MAX))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be between 1970-01-01");
    assertUnavailable(plan, TEN, TEN.plus(Duration.ofDays(9)), Unavailable.TOO_LONG);
    assertThatThrownBy(() -> bookings.hold(999_999, TEN, ELEVEN))
        .isInstanceOf(UnknownEntityException.class);
    int limit = BookingService.MAXIMUM_EXPIRED_AT_ONCE;
    assertThat(bookings.expireDue(TestCalendar.NOW, limit)).isZero();
    assertThatThrownBy(() -> bookings.expireDue(TestCalendar.NOW, limit + 1))
        .hasMessageContaining("must be between 1 and 1000");
    assertThatThrownBy(() -> bookings.expireDue(TestCalendar.NOW, 0))
        .hasMessageContaining("must be between 1 and 1000");
  }

  @Test
  void aRefusedBookingLeavesNothingBehind() {
    bookings.hold(plan, TEN, ELEVEN);
    long reservations = calendar.count("reservation");
    Truth before = calendar.truth(plan);

    assertUnavailable(plan, TEN, ELEVEN, Unavailable.OCCUPIED);

    assertThat(calendar.count("reservation")).isEqualTo(reservations);
    assertThat(calendar.truth(plan)).isEqualTo(before);
  }

  @Test
  void aLimitedExpiryEndsTheOldestFirst() {
    Held first = bookings.hold(plan, TEN, ELEVEN, Duration.ofMinutes(1));
    Held second = bookings.hold(plan, ELEVEN, TWELVE, Duration.ofMinutes(2));
    Instant later = second.expiresAt();

    assertThat(bookings.expireDue(later, 1)).isEqualTo(1);
    assertThat(bookings.find(first.token()).orElseThrow().state())
        .isEqualTo(ReservationState.EXPIRED);
    assertThat(bookings.find(second.token()).orElseThrow().state())
        .isEqualTo(ReservationState.HELD);
    assertThat(bookings.expireDue(later, 10)).isEqualTo(1);
  }

  private void assertInvalid(Duration holdFor, String reason) {
    assertThatThrownBy(() -> bookings.hold(plan, TEN, ELEVEN, holdFor))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(reason);
  }

  private void assertUnavailable(long planId, Instant start, Instant end, Unavailable reason) {
    SlotUnavailableException refused =
        catchThrowableOfType(
            SlotUnavailableException.class, () -> bookings.hold(planId, start, end));
    assertThat(refused).as("the booking is refused").isNotNull();
    assertThat(refused.codes()).isEqualTo(List.of(reason));
  }
}
