package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit of the records, on both sides, and what is said beyond it. */
class ModelLimitsTest {

  private static final LocalDate DAY = LocalDate.of(2026, 6, 1);

  private static Venue venue(String code, String name, String holidays) {
    return new Venue(0, code, name, ZoneId.of("Asia/Tokyo"), holidays, 0);
  }

  @Test
  void codesAndNamesHaveALength() {
    assertThat(venue("a".repeat(64), "名".repeat(200), "jp")).isNotNull();
    assertThatThrownBy(() -> venue("a".repeat(65), "名".repeat(201), "jp"))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::field)
                    .containsExactly("code", "name"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\tb", "a\nb", "a　b"})
  void aCodeHasNoWhiteSpace(String code) {
    assertThatThrownBy(() -> venue(code, "x", "jp"))
        .hasMessageContaining("must be 1 to 64 characters without white space");
  }

  @Test
  void aNameIsNotBlankAndOnOneLine() {
    assertThatThrownBy(() -> venue("v", " ", "jp")).hasMessageContaining("must not be blank");
    assertThatThrownBy(() -> venue("v", "a\nb", "jp"))
        .hasMessageContaining("without control characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"JP", "japan", "", "jp-", "none-x"})
  void aHolidayCalendarIsACode(String code) {
    assertThatThrownBy(() -> venue("v", "x", code))
        .hasMessageContaining("holidayCalendar '" + code + "': must be a country code");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Asia/Tokio", "UTC+9", "+09:00", "", "JST+1"})
  void aZoneThatDoesNotExistIsRefused(String zone) {
    assertThatThrownBy(() -> Venue.parseZone(zone))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("zone '" + zone + "': must be an IANA time zone such as Asia/Tokyo");
  }

  @Test
  void aZoneThatExistsIsTaken() {
    assertThat(Venue.parseZone("Australia/Lord_Howe")).isEqualTo(ZoneId.of("Australia/Lord_Howe"));
  }

  @Test
  void periodsEndAfterTheyBegin() {
    assertThat(SpecialPeriod.closed(DAY, DAY, "x").covers(DAY)).isTrue();
    assertThatThrownBy(() -> SpecialPeriod.closed(DAY, DAY.minusDays(1), "x"))
        .hasMessageContaining("to '2026-05-31': must not be before the first day 2026-06-01");
    assertThatThrownBy(() -> new Closure(DAY.atTime(10, 0), DAY.atTime(10, 0), ""))
        .hasMessageContaining("must be after the start 2026-06-01T10:00");
    assertThatThrownBy(() -> new Closure(DAY.atTime(10, 0, 1), DAY.atTime(10, 5), ""))
        .hasMessageContaining("must be a whole minute");
    Instant noon = Instant.parse("2026-06-01T12:00:00Z");
    assertThatThrownBy(() -> Occupation.of(1, noon, noon)).hasMessageContaining("must be after");
    assertThatThrownBy(() ->
            new Occupation(
                1, noon, noon.plusSeconds(60), noon.minusSeconds(1), noon.plusSeconds(61)))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::field)
                    .containsExactly("bookedFrom", "bookedTo"));
  }

  @Test
  void aSpaceHasSoManySpecialPeriodsAndClosures() {
    assertThat(space(Space.MAXIMUM_SPECIAL_PERIODS, Space.MAXIMUM_CLOSURES)).isNotNull();
    assertThatThrownBy(() -> space(Space.MAXIMUM_SPECIAL_PERIODS + 1, Space.MAXIMUM_CLOSURES + 1))
        .hasMessageContaining("specialPeriods.size '401': must be between 0 and 400")
        .hasMessageContaining("closures.size '10001': must be between 0 and 10000");
  }

  private static Space space(int periods, int closures) {
    return new Space(
        1,
        "s",
        1,
        "Space",
        WeeklyHours.ALWAYS,
        IntStream.range(0, periods)
            .mapToObj(day -> SpecialPeriod.closed(DAY.plusDays(day), DAY.plusDays(day), "x"))
            .toList(),
        Collections.nCopies(closures, Closure.ofDays(DAY, DAY, "")),
        0);
  }

  @Test
  void resourcesHaveOneToAHundredUnitsAndATruthOneToSixteenResources() {
    assertThat(resource(1, 100).units()).hasSize(100);
    assertThatThrownBy(() -> resource(1, 0)).hasMessageContaining("units.size '0'");
    assertThatThrownBy(() -> resource(1, 101)).hasMessageContaining("must be between 1 and 100");
    assertThatThrownBy(() ->
            new Resource(1, "r", "R", List.of(new ResourceUnit(1, 1), new ResourceUnit(2, 1))))
        .hasMessageContaining("must have numbers of their own");
    assertThat(truth(16).resources()).hasSize(16);
    assertThatThrownBy(() -> truth(17)).hasMessageContaining("must be between 1 and 16");
    assertThatThrownBy(() -> truth(0)).hasMessageContaining("resources.size '0'");
  }

  private static Resource resource(int id, int units) {
    return new Resource(
        id,
        "r" + id,
        "R",
        IntStream.rangeClosed(1, units)
            .mapToObj(number -> new ResourceUnit(id * 1000L + number, number))
            .toList());
  }

  private static Truth truth(int resources) {
    Truth one = new Fixture().truth();
    return new Truth(
        one.venue(),
        one.space(),
        one.plan(),
        IntStream.rangeClosed(1, resources).mapToObj(id -> resource(id, 1)).toList(),
        List.of());
  }

  @Test
  void aTruthHoldsTogether() {
    Truth one = new Fixture().truth();
    Instant noon = Instant.parse("2026-06-01T12:00:00Z");
    Venue other = new Venue(9, "o", "Other", ZoneId.of("Asia/Tokyo"), "jp", 0);
    assertThat(one.version()).isEqualTo(3);
    assertThatThrownBy(() ->
            new Truth(
                other,
                one.space(),
                one.plan(),
                one.resources(),
                List.of(Occupation.of(99, noon, noon.plusSeconds(60)))))
        .hasMessageContaining("space.venueId '1': must be venue's id")
        .hasMessageContaining("occupations.unitId '99': must be a unit of the space");
  }

  @Test
  void aCalculationIsLimitedInDaysAndDates() {
    Fixture fixture = new Fixture();
    LocalDate last = DAY.plusDays(CalendarCalculator.MAXIMUM_DAYS - 1L);
    assertThat(fixture.days(DAY, last)).hasSize(CalendarCalculator.MAXIMUM_DAYS);
    assertThatThrownBy(() -> fixture.days(DAY, last.plusDays(1)))
        .hasMessageContaining("days '762': must be between 1 and 761");
    assertThatThrownBy(() -> fixture.days(DAY, DAY.minusDays(1))).hasMessageContaining("days '0'");
    LocalDate first = CalendarCalculator.EARLIEST_DATE;
    assertThat(fixture.days(first, first)).hasSize(1);
    assertThatThrownBy(() -> fixture.days(first.minusDays(1), first))
        .hasMessageContaining("must not be before 1970-01-01");
    LocalDate end = CalendarCalculator.LATEST_DATE;
    assertThat(fixture.days(end, end)).hasSize(1);
    assertThatThrownBy(() -> fixture.days(end, end.plusDays(1)))
        .hasMessageContaining("must not be after 2999-12-31");
  }

  @Test
  void aQuestionIsLimitedInDays() {
    Fixture fixture = new Fixture();
    Availability availability = fixture.availability(DAY, DAY);
    Instant from = fixture.at("2026-06-01 00:00");
    Instant to = from.plusSeconds(86_400L * Availability.MAXIMUM_QUESTION_DAYS);
    assertThat(availability.slots(from, to, fixture.now(DAY))).hasSize(24);
    assertThatThrownBy(() -> availability.slots(from, to.plusSeconds(60), fixture.now(DAY)))
        .hasMessageContaining("days '762': must be between 0 and 761");
    assertThatThrownBy(() -> availability.slots(to, from, fixture.now(DAY)))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void aLongValueIsQuotedInPart() {
    Problem problem = new Problem("hours", "x".repeat(81), "no").within("space");
    assertThat(problem).hasToString("space.hours '" + "x".repeat(80) + "…': no");
  }
}
