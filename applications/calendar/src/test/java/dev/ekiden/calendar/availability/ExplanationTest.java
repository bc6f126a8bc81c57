package dev.ekiden.calendar.availability;

import static dev.ekiden.calendar.availability.Unavailable.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** T0-11: each reason why a time cannot be booked, alone and in company. */
class ExplanationTest {

  private static final LocalDate MONDAY = Fixture.MONDAY;

  static Stream<Arguments> reasons() {
    return Stream.of(
        reason(
            PLAN_NOT_PUBLISHED,
            "10:00",
            "11:00",
            "The plan is not published.",
            f -> {
              f.published = false;
              return f;
            }),
        reason(NOT_ALIGNED, "10:15", "11:15", "every 60 minutes", f -> f),
        reason(
            NOT_A_MULTIPLE_OF_UNIT, "10:00", "11:30", "90 minutes are no multiple of 60.", f -> f),
        reason(
            TOO_SHORT,
            "10:00",
            "11:00",
            "60 minutes; at least 120 are required.",
            f -> {
              f.rules.minimumMinutes(120);
              return f;
            }),
        reason(
            TOO_LONG,
            "10:00",
            "13:00",
            "180 minutes; at most 120 are allowed.",
            f -> {
              f.rules.maximumMinutes(120);
              return f;
            }),
        reason(
            MINIMUM_NOTICE,
            "10:00",
            "11:00",
            "at least 50000 minutes from now",
            f -> {
              f.rules.minimumNoticeMinutes(50_000);
              return f;
            }),
        reason(
            BEYOND_BOOKING_WINDOW,
            "10:00",
            "11:00",
            "Bookings are taken up to 2026-05-31.",
            f -> {
              f.rules.bookingWindowDays(29);
              return f;
            }),
        reason(
            OUTSIDE_BUSINESS_HOURS,
            "17:00",
            "19:00",
            "2026-06-01 18:00 is outside the business hours of that day (09:00-18:00).",
            f -> f.business("mon-fri 09:00-18:00")),
        reason(
            SPECIAL_PERIOD_CLOSED,
            "10:00",
            "11:00",
            "2026-06-01 is closed: 棚卸し.",
            f -> {
              f.specialPeriods.add(SpecialPeriod.closed(MONDAY, MONDAY, "棚卸し"));
              return f;
            }),
        reason(
            OUTSIDE_RENTABLE_HOURS,
            "10:00",
            "11:00",
            "2026-06-01 10:00 is outside the rentable hours mon-sun 18:00-24:00.",
            f -> f.rentable("mon-sun 18:00-24:00")),
        reason(
            CLOSURE,
            "10:00",
            "12:00",
            "2026-06-01 11:30 to 2026-06-01 11:45: lift.",
            f -> {
              f.closures.add(new Closure(MONDAY.atTime(11, 30), MONDAY.atTime(11, 45), "lift"));
              return f;
            }),
        reason(
            BLOCKED,
            "10:00",
            "12:00",
            "The calendar google is busy from 2026-06-01 11:59 to 2026-06-01 13:00.",
            f -> f.blocked("2026-06-01 11:59", "2026-06-01 13:00")),
        reason(
            OCCUPIED,
            "10:00",
            "12:00",
            "Resource 0 is taken in that time.",
            f -> f.booked(1, "2026-06-01 11:00", "2026-06-01 13:00")),
        reason(
            BUFFER,
            "10:00",
            "12:00",
            "Too close to another booking of Resource 0",
            f -> {
              f.rules.bufferAfterMinutes(1);
              return f.booked(1, "2026-06-01 12:00", "2026-06-01 13:00");
            }),
        reason(
            NO_PRICE,
            "10:00",
            "12:00",
            "No price is set for 2026-06-01 11:00.",
            f -> f.prices("any 00:00-11:00 1000")));
  }

  private static Arguments reason(
      Unavailable code, String from, String to, String detail, UnaryOperator<Fixture> change) {
    return Arguments.of(code, from, to, detail, change);
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void eachReasonIsFoundAloneWithItsDetail(
      Unavailable code, String from, String to, String detail, UnaryOperator<Fixture> change) {
    Fixture fixture = change.apply(new Fixture());
    Explanation explanation = fixture.explain(MONDAY + " " + from, MONDAY + " " + to);
    assertThat(explanation.codes()).containsExactly(code);
    assertThat(explanation.reasons().getFirst().detail()).contains(detail);
    assertThat(fixture.bookable(MONDAY + " " + from, MONDAY + " " + to)).isFalse();
  }

  @Test
  void everyReasonButTheCachesOwnIsTested() {
    assertThat(reasons().map(arguments -> arguments.get()[0]))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Unavailable.values()).filter(code -> code != CALENDAR_NOT_READY).toList());
  }

  @Test
  void aTimeThatCanBeBookedHasNoReason() {
    Explanation explanation = new Fixture().explain("2026-06-01 10:00", "2026-06-01 12:00");
    assertThat(explanation.isBookable()).isTrue();
    assertThat(explanation.reasons()).isEmpty();
  }

  @Test
  void allReasonsAreToldTogether() {
    Fixture fixture =
        new Fixture()
            .business("tue 09:00-18:00")
            .rentable("mon-sun 18:00-24:00")
            .prices("hol 1000")
            .booked(1, "2026-06-01 10:00", "2026-06-01 11:00");
    fixture.published = false;
    fixture.closures.add(Closure.ofDays(MONDAY, MONDAY, ""));
    fixture.rules.maximumMinutes(60).minimumNoticeMinutes(500_000).bookingWindowDays(1);
    assertThat(fixture.explain("2026-06-01 09:30", "2026-06-01 12:00").codes())
        .containsExactly(
            PLAN_NOT_PUBLISHED,
            NOT_A_MULTIPLE_OF_UNIT,
            TOO_LONG,
            MINIMUM_NOTICE,
            BEYOND_BOOKING_WINDOW,
            NOT_ALIGNED,
            OUTSIDE_BUSINESS_HOURS,
            OUTSIDE_RENTABLE_HOURS,
            CLOSURE,
            OCCUPIED,
            NO_PRICE);
  }

  @Test
  void partOfATimeMayBeInAClosedPeriodAndPartOutsideTheHours() {
    Fixture fixture = new Fixture().business("mon-sun 09:00-23:00");
    fixture.specialPeriods.add(SpecialPeriod.closed(MONDAY.plusDays(1), MONDAY.plusDays(1), "祭"));
    assertThat(fixture.explain("2026-06-01 22:00", "2026-06-02 01:00").codes())
        .containsExactly(OUTSIDE_BUSINESS_HOURS, SPECIAL_PERIOD_CLOSED);
  }

  @Test
  void secondsAreNotAligned() {
    Fixture fixture = new Fixture();
    Instant start = fixture.at("2026-06-01 10:00").plusSeconds(1);
    Explanation explanation =
        Explanation.explain(
            Fixture.HOLIDAYS, fixture.truth(), start, start.plusSeconds(3600), fixture.now(MONDAY));
    assertThat(explanation.codes()).contains(NOT_ALIGNED);
  }

  @Test
  void impossiblyLongTimesAreOnlyMeasured() {
    Fixture fixture = new Fixture();
    Instant start = fixture.at("2026-06-01 10:00");
    Explanation explanation =
        Explanation.explain(
            Fixture.HOLIDAYS,
            fixture.truth(),
            start,
            start.plusSeconds(3600L * 24 * 365 * 100),
            fixture.now(MONDAY));
    assertThat(explanation.codes()).containsExactly(TOO_LONG);
  }

  @Test
  void timesOutsideTheCalendarsRangeAreRefused() {
    Fixture fixture = new Fixture();
    Instant early = Instant.parse("1969-12-31T00:00:00Z");
    assertThatThrownBy(() ->
            Explanation.explain(
                Fixture.HOLIDAYS, fixture.truth(), early, early.plusSeconds(3600), early))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be after 1970-01-01 and before 2999-12-31");
  }

  @Test
  void aBookingIsAcceptedWithUnitsAndOccupiedTimeOrRefusedWithReasons() {
    Fixture fixture = new Fixture().booked(1, "2026-06-01 09:00", "2026-06-01 12:00");
    fixture.unitsOfResources = new int[] {2, 1};
    fixture.rules.bufferBeforeMinutes(15).bufferAfterMinutes(30);
    Instant start = fixture.at("2026-06-01 10:00");
    Instant end = fixture.at("2026-06-01 11:00");
    BookingCheck check = new BookingCheck(Fixture.HOLIDAYS);
    assertThat(check.decide(fixture.truth(), start, end, fixture.now(MONDAY)))
        .isInstanceOfSatisfying(
            BookingCheck.Decision.Accepted.class,
            accepted -> {
              assertThat(accepted.unitIds()).containsExactly(2L, 3L);
              assertThat(accepted.occupiedFrom()).isEqualTo(fixture.at("2026-06-01 09:45"));
              assertThat(accepted.occupiedTo()).isEqualTo(fixture.at("2026-06-01 11:30"));
              assertThat(accepted.quote().total()).isEqualTo(1000);
            });
    fixture.booked(3, "2026-06-01 10:30", "2026-06-01 10:45");
    assertThat(check.decide(fixture.truth(), start, end, fixture.now(MONDAY)))
        .isInstanceOfSatisfying(
            BookingCheck.Decision.Refused.class,
            refused -> assertThat(refused.explanation().codes()).containsExactly(OCCUPIED));
  }
}
