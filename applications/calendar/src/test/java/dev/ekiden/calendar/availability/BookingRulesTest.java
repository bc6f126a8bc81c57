package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** T0-04 unit, length and alignment; T0-05 buffers; T0-06 notice and window; S0-27 boundaries. */
class BookingRulesTest {

  private static final LocalDate MONDAY = Fixture.MONDAY;

  @ParameterizedTest
  @CsvSource({
    "15, 0, 60, 09:00 09:15 09:30 09:45 10:00",
    "30, 0, 60, 09:00 09:30 10:00",
    "60, 0, 60, 09:00 10:00",
    "60, 30, 60, 09:00 09:30 10:00",
    "60, 120, 60, 10:00",
    "30, 45, 60, 09:00 09:45",
  })
  void startsFollowUnitAndAlignment(int unit, int alignment, int minutes, String starts) {
    Fixture room = new Fixture().business("mon 09:00-11:00").unit(unit);
    room.rules.startAlignmentMinutes(alignment);
    assertThat(room.starts(MONDAY, minutes)).containsExactly(starts.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "30, false, TOO_SHORT",
    "60, true, ",
    "90, true, ",
    "180, true, ",
    "210, false, TOO_LONG",
    "100, false, NOT_A_MULTIPLE_OF_UNIT",
    "0, false, TOO_SHORT",
    "-60, false, TOO_SHORT",
  })
  void lengthIsAMultipleOfTheUnitBetweenMinimumAndMaximum(
      int minutes, boolean bookable, Unavailable reason) {
    Fixture room = new Fixture().unit(30);
    room.rules.minimumMinutes(60).maximumMinutes(180);
    Instant start = room.at(MONDAY, "10:00");
    Instant end = start.plus(Duration.ofMinutes(minutes));
    Answer answer = room.availability(MONDAY, MONDAY).check(start, end, room.now(MONDAY));
    assertThat(answer instanceof Answer.Bookable).isEqualTo(bookable);
    assertThat(
            Explanation.explain(Fixture.HOLIDAYS, room.truth(), start, end, room.now(MONDAY))
                .codes())
        .isEqualTo(reason == null ? List.of() : List.of(reason));
  }

  @Test
  void buffersOfBothBookingsCount() {
    Fixture room = new Fixture().business("mon 09:00-18:00").unit(15);
    room.rules.bufferBeforeMinutes(15).bufferAfterMinutes(30).minimumMinutes(60);
    // Booked 12:00 to 13:00 by a plan with 15 minutes before and 30 after.
    room.occupations.add(
        new Occupation(
            1,
            room.at(MONDAY, "11:45"),
            room.at(MONDAY, "13:30"),
            room.at(MONDAY, "12:00"),
            room.at(MONDAY, "13:00")));
    assertThat(room.bookable("2026-06-01 10:15", "2026-06-01 11:15")).isTrue();
    assertThat(room.bookable("2026-06-01 10:30", "2026-06-01 11:30")).isFalse();
    assertThat(room.bookable("2026-06-01 13:45", "2026-06-01 14:45")).isTrue();
    assertThat(room.bookable("2026-06-01 13:30", "2026-06-01 14:30")).isFalse();
    assertThat(room.explain("2026-06-01 13:30", "2026-06-01 14:30").codes())
        .containsExactly(Unavailable.BUFFER);
    assertThat(room.explain("2026-06-01 12:30", "2026-06-01 13:30").codes())
        .containsExactly(Unavailable.OCCUPIED);
  }

  @Test
  void buffersMayLieOutsideTheOpeningHours() {
    Fixture room = new Fixture().business("mon 09:00-18:00");
    room.rules.bufferBeforeMinutes(120).bufferAfterMinutes(120);
    assertThat(room.free(MONDAY)).containsExactly("09:00-18:00");
  }

  @Test
  void aBufferReachesOverMidnight() {
    Fixture room = new Fixture();
    room.rules.bufferAfterMinutes(60);
    room.booked(1, "2026-06-02 00:00", "2026-06-02 03:00");
    assertThat(room.free(MONDAY)).containsExactly("00:00-23:00");
  }

  @Test
  void aBookingKeepsOneAndTheSameUnitAllTheTime() {
    Fixture desks = new Fixture().business("mon 09:00-12:00");
    desks.unitsOfResources = new int[] {2};
    desks.booked(1, "2026-06-01 09:00", "2026-06-01 10:00");
    desks.booked(2, "2026-06-01 10:00", "2026-06-01 11:00");
    assertThat(desks.free(MONDAY)).as("each hour has a free desk").containsExactly("09:00-12:00");
    assertThat(desks.starts(MONDAY, 120)).as("but 9 to 11 has none").containsExactly("10:00");
  }

  @Test
  void aBookingNeedsAUnitOfEveryResource() {
    Fixture hall = new Fixture().business("mon 09:00-12:00");
    hall.unitsOfResources = new int[] {2, 1};
    hall.booked(3, "2026-06-01 10:00", "2026-06-01 11:00");
    assertThat(hall.free(MONDAY)).containsExactly("09:00-10:00", "11:00-12:00");
  }

  @Test
  void overMidnightTheUnitStaysTheSameToo() {
    Fixture desks = new Fixture();
    desks.unitsOfResources = new int[] {2};
    desks.booked(1, "2026-06-01 22:00", "2026-06-02 00:00");
    desks.booked(2, "2026-06-02 00:00", "2026-06-02 02:00");
    assertThat(desks.bookable("2026-06-01 22:00", "2026-06-02 00:00")).isTrue();
    assertThat(desks.bookable("2026-06-02 00:00", "2026-06-02 02:00")).isTrue();
    assertThat(desks.bookable("2026-06-01 23:00", "2026-06-02 01:00")).isFalse();
  }

  @Test
  void noticeIsKeptToTheSecond() {
    Fixture room = new Fixture();
    room.rules.minimumNoticeMinutes(120);
    Availability availability = room.availability(MONDAY, MONDAY);
    Instant start = room.at(MONDAY, "10:00");
    Instant end = start.plusSeconds(3600);
    Instant inTime = start.minusSeconds(7200);
    assertThat(availability.check(start, end, inTime)).isInstanceOf(Answer.Bookable.class);
    assertThat(availability.check(start, end, inTime.plusSeconds(1)))
        .isInstanceOf(Answer.NotBookable.class);
    assertThat(
            Explanation.explain(Fixture.HOLIDAYS, room.truth(), start, end, inTime.plusSeconds(1))
                .codes())
        .containsExactly(Unavailable.MINIMUM_NOTICE);
    assertThat(availability.slots(start, end, inTime)).hasSize(1);
    assertThat(availability.slots(start, end, inTime.plusSeconds(1))).isEmpty();
  }

  @Test
  void theWindowEndsWithItsLastLocalDate() {
    Fixture room = new Fixture();
    room.rules.bookingWindowDays(30);
    LocalDate last = MONDAY.plusDays(30);
    Availability availability = room.availability(last, last.plusDays(1));
    Instant lateInTheEvening = room.at(MONDAY, "23:59");
    Instant start = room.at(last, "23:00");
    assertThat(availability.check(start, start.plusSeconds(3600), lateInTheEvening))
        .isInstanceOf(Answer.Bookable.class);
    Instant next = start.plusSeconds(3600);
    assertThat(availability.check(next, next.plusSeconds(3600), lateInTheEvening))
        .isInstanceOf(Answer.NotBookable.class);
    assertThat(
            availability.check(next, next.plusSeconds(3600), room.at(MONDAY.plusDays(1), "00:00")))
        .isInstanceOf(Answer.Bookable.class);
    assertThat(
            Explanation.explain(
                    Fixture.HOLIDAYS, room.truth(), next, next.plusSeconds(3600), lateInTheEvening)
                .codes())
        .containsExactly(Unavailable.BEYOND_BOOKING_WINDOW);
  }

  @ParameterizedTest
  @CsvSource({
    "15, 23:45, 15, true",
    "15, 23:45, 30, true",
    "60, 23:00, 60, true",
    "60, 23:00, 120, true",
    "60, 23:15, 60, false",
  })
  void bookingsUpToAndOverMidnight(int unit, String start, int minutes, boolean bookable) {
    Fixture room = new Fixture().unit(unit);
    assertThat(room.starts(MONDAY, minutes).contains(start)).isEqualTo(bookable);
  }

  @ParameterizedTest
  @CsvSource({"15, 17:45", "60, 17:00"})
  void theLastSlotEndsWithTheHoursAndWithThePeriod(int unit, String last) {
    Fixture room = new Fixture().business("mon-sun 09:00-18:00").unit(unit);
    assertThat(room.starts(MONDAY, unit).getLast()).isEqualTo(last);
    room.specialPeriods.add(SpecialPeriod.closed(MONDAY.plusDays(1), MONDAY.plusDays(1), "休み"));
    assertThat(room.starts(MONDAY, unit).getLast()).isEqualTo(last);
    assertThat(room.starts(MONDAY.plusDays(1), unit)).isEmpty();
    assertThat(room.starts(MONDAY.plusDays(2), unit).getFirst()).isEqualTo("09:00");
  }

  @ParameterizedTest
  @CsvSource({"15, 23:45", "60, 23:00"})
  void anOpenPeriodEndsAtMidnightOfItsLastDay(int unit, String last) {
    Fixture room = new Fixture().business("").unit(unit);
    room.specialPeriods.add(new SpecialPeriod(MONDAY, MONDAY, "祭", WeeklyHours.ALWAYS));
    assertThat(room.starts(MONDAY, unit).getFirst()).isEqualTo("00:00");
    assertThat(room.starts(MONDAY, unit).getLast()).isEqualTo(last);
    assertThat(room.bookable("2026-06-01 23:00", "2026-06-02 01:00")).isFalse();
  }

  @Test
  void daysThatAreNotThereAreNotReady() {
    Fixture room = new Fixture();
    Availability oneDay = room.availability(MONDAY, MONDAY);
    Instant late = room.at(MONDAY, "23:00");
    Instant now = room.now(MONDAY);
    assertThat(oneDay.check(late, late.plusSeconds(3600), now)).isInstanceOf(Answer.Bookable.class);
    assertThat(oneDay.check(late, late.plusSeconds(7200), now)).isInstanceOf(Answer.NotReady.class);
    assertThat(oneDay.check(late.plusSeconds(3600), late.plusSeconds(7200), now))
        .isInstanceOf(Answer.NotReady.class);
    Instant before = room.at(MONDAY.minusDays(1), "10:00");
    assertThat(oneDay.check(before, before.plusSeconds(3600), now))
        .isInstanceOf(Answer.NotReady.class);
    assertThat(oneDay.isReady(room.at(MONDAY, "00:00"), late.plusSeconds(3600))).isTrue();
    assertThat(oneDay.isReady(room.at(MONDAY, "00:00"), late.plusSeconds(3601))).isFalse();
    assertThat(oneDay.isReady(before, late)).isFalse();
  }

  static Stream<Arguments> limits() {
    return Stream.of(
        limit("unitMinutes", 15, 14, r -> v -> r.unitMinutes(v).maximumMinutes(1680)),
        limit("unitMinutes", 60, 45, r -> v -> r.unitMinutes(v).maximumMinutes(2160)),
        limit("startAlignmentMinutes", 15, 14, r -> r::startAlignmentMinutes),
        limit("startAlignmentMinutes", 1440, 1455, r -> r::startAlignmentMinutes),
        limit("minimumMinutes", 60, 30, r -> r::minimumMinutes),
        limit(
            "minimumMinutes",
            1440,
            1500,
            r -> v -> r.minimumMinutes(v).maximumMinutes(v - v % 1440)),
        limit("maximumMinutes", 10_080, 10_140, r -> r::maximumMinutes),
        limit("bufferBeforeMinutes", 0, -1, r -> r::bufferBeforeMinutes),
        limit("bufferBeforeMinutes", 1440, 1441, r -> r::bufferBeforeMinutes),
        limit("bufferAfterMinutes", 0, -1, r -> r::bufferAfterMinutes),
        limit("bufferAfterMinutes", 1440, 1441, r -> r::bufferAfterMinutes),
        limit("minimumNoticeMinutes", 0, -1, r -> r::minimumNoticeMinutes),
        limit("minimumNoticeMinutes", 527_040, 527_041, r -> r::minimumNoticeMinutes),
        limit("bookingWindowDays", 0, -1, r -> r::bookingWindowDays),
        limit("bookingWindowDays", 730, 731, r -> r::bookingWindowDays));
  }

  private interface Setter {
    BookingRules.Builder set(int value);
  }

  private static Arguments limit(
      String field, int allowed, int refused, Function<BookingRules.Builder, Setter> setter) {
    return Arguments.of(field, allowed, refused, setter);
  }

  @ParameterizedTest
  @MethodSource("limits")
  void eachRuleHasALimitThatIsAllowedAndANextValueThatIsNot(
      String field, int allowed, int refused, Function<BookingRules.Builder, Setter> setter) {
    assertThat(setter.apply(BookingRules.builder()).set(allowed).build()).isNotNull();
    BookingRules.Builder bad = setter.apply(BookingRules.builder()).set(refused);
    assertThatThrownBy(bad::build)
        .isInstanceOf(InvalidValueException.class)
        .message()
        .satisfiesAnyOf(
            message -> assertThat(message).contains(field + " '" + refused + "': must be"),
            message -> assertThat(message).contains("must not be less than the minimum"));
  }

  @Test
  void allBadRulesAreToldTogether() {
    assertThatThrownBy(() -> new BookingRules(20, 7, 0, 0, -1, 9999, -1, 9999))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::field)
                    .containsExactly(
                        "unitMinutes",
                        "startAlignmentMinutes",
                        "minimumMinutes",
                        "maximumMinutes",
                        "bufferBeforeMinutes",
                        "bufferAfterMinutes",
                        "minimumNoticeMinutes",
                        "bookingWindowDays"));
  }
}
