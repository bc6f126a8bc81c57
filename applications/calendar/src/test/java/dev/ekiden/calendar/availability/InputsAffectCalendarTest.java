package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** S0-06, S0-07: each type of input changes what is cached of the plan. */
class InputsAffectCalendarTest {

  static Stream<Arguments> inputs() {
    return Stream.of(
        days("business hours", f -> f.business("mon-fri 10:00-17:00")),
        days("rentable hours", f -> f.rentable("mon-sun 12:00-15:00")),
        days(
            "special period",
            f -> f.specialPeriods.add(SpecialPeriod.closed(Fixture.MONDAY, Fixture.MONDAY, "休み"))),
        days(
            "closure",
            f -> f.closures.add(Closure.ofDays(Fixture.MONDAY, Fixture.MONDAY, "paint"))),
        days("block", f -> f.blocked("2026-06-01 10:00", "2026-06-01 11:00")),
        days("price", f -> f.prices("any 1100")),
        days("missing price", f -> f.prices("any 09:00-12:00 1000")),
        days("booking", f -> f.booked(1, "2026-06-01 10:00", "2026-06-01 11:00")),
        days("units", f -> f.unitsOfResources = new int[] {2}),
        days("resources", f -> f.unitsOfResources = new int[] {1, 1}),
        days("publish state", f -> f.published = false),
        days("unit", f -> f.unit(30)),
        days("alignment", f -> f.rules.startAlignmentMinutes(30)),
        days("time zone", f -> f.zone("America/New_York", "jp")),
        days("holiday calendar", f -> f.holidayCalendar = "us"),
        days("buffer before", f -> f.rules.bufferBeforeMinutes(30)),
        days("buffer after", f -> f.rules.bufferAfterMinutes(30)),
        terms("minimum", f -> f.rules.minimumMinutes(120)),
        terms("maximum", f -> f.rules.maximumMinutes(600)),
        terms("notice", f -> f.rules.minimumNoticeMinutes(60)),
        terms("window", f -> f.rules.bookingWindowDays(30)),
        terms("day price", f -> f.terms = priceTerms(OptionalLong.of(8000), 0, "10")),
        terms("minimum amount", f -> f.terms = priceTerms(OptionalLong.empty(), 3000, "10")),
        terms("tax", f -> f.terms = priceTerms(OptionalLong.empty(), 0, "8")));
  }

  private static PriceTerms priceTerms(OptionalLong dayPrice, long minimum, String tax) {
    return new PriceTerms(
        PriceTerms.DEFAULT_CURRENCY, dayPrice, minimum, new BigDecimal(tax), true);
  }

  private static Arguments days(String input, Consumer<Fixture> change) {
    return Arguments.of(input, change, true);
  }

  private static Arguments terms(String input, Consumer<Fixture> change) {
    return Arguments.of(input, change, false);
  }

  /** Open on a Monday, booked for an hour; its week has a holiday in Japan, none in the US. */
  private static Fixture base() {
    Fixture fixture =
        new Fixture()
            .business("mon-fri 09:00-18:00; hol 09:00-20:00")
            .booked(1, "2026-06-01 13:00", "2026-06-01 14:00");
    return fixture;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("inputs")
  void aChangedInputChangesTheCachedCalendar(
      String input, Consumer<Fixture> change, boolean changesDays) {
    Fixture changed = base();
    change.accept(changed);
    assertThat(cachedDays(changed).equals(cachedDays(base()))).isEqualTo(!changesDays);
    assertThat(cached(changed)).isNotEqualTo(cached(base()));
  }

  @Test
  void thePriceOfEverySlotIsTheNewOne() {
    Fixture fixture = base().prices("any 1234");
    assertThat(
            fixture
                .availability(Fixture.MONDAY, Fixture.MONDAY)
                .slots(
                    fixture.at("2026-06-01 00:00"),
                    fixture.at("2026-06-02 00:00"),
                    fixture.now(Fixture.MONDAY)))
        .hasSize(8)
        .allSatisfy(slot -> assertThat(slot.amount()).isEqualTo(1234));
  }

  @Test
  void computingTwiceGivesTheSameBytes() {
    assertThat(cached(base())).isEqualTo(cached(base()));
  }

  @Test
  void theOrderOfInputsDoesNotMatter() {
    Fixture one = base();
    one.booked(1, "2026-06-02 10:00", "2026-06-02 11:00");
    Fixture other = base();
    other.occupations.addFirst(
        Occupation.of(1, other.at("2026-06-02 10:00"), other.at("2026-06-02 11:00")));
    assertThat(cached(one)).isEqualTo(cached(other));
  }

  private static List<String> cachedDays(Fixture fixture) {
    // July 20 is a holiday in Japan only.
    return fixture.days(Fixture.MONDAY, Fixture.MONDAY.plusDays(60)).stream()
        .map(CalendarDayCodec::encode)
        .map(Arrays::toString)
        .toList();
  }

  private static String cached(Fixture fixture) {
    byte[] terms = PlanTermsCodec.encode(PlanTerms.of(fixture.truth()));
    return Arrays.toString(terms) + cachedDays(fixture);
  }
}
