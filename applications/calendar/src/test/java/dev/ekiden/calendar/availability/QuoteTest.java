package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Currency;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T0-07: golden quotes, each computed by hand. */
class QuoteTest {

  private static final String RULES =
      "mon-fri 1000; mon-fri 18:00-24:00 1500; sat,sun,hol 2000; fri 22:00-26:00 900;"
          + " special:お盆 3000; any 500";

  @ParameterizedTest
  @CsvSource({
    // Listed order decides among weekday rules: the first matches all day.
    "2026-06-01 09:00, 2026-06-01 12:00, 3000",
    "2026-06-01 18:00, 2026-06-01 20:00, 2000",
    // Saturday, then Sunday.
    "2026-06-06 10:00, 2026-06-06 12:00, 4000",
    // A holiday on a Tuesday (2026-09-22): holiday beats weekday.
    "2026-09-22 10:00, 2026-09-22 11:00, 2000",
    // Friday's night rule on Saturday morning stands behind Saturday's own rule, listed earlier.
    "2026-06-06 00:00, 2026-06-06 01:00, 2000",
    // A special period beats the holiday of August 11.
    "2026-08-11 10:00, 2026-08-11 11:00, 3000",
    // Over midnight from Sunday to Monday.
    "2026-06-07 23:00, 2026-06-08 01:00, 3000",
  })
  void theMostSpecificRuleWinsThenTheFirstListed(String from, String to, long total) {
    Fixture hall = new Fixture().prices(RULES);
    hall.specialPeriods.add(
        new SpecialPeriod(
            LocalDate.of(2026, 8, 11), LocalDate.of(2026, 8, 16), "お盆", WeeklyHours.ALWAYS));
    assertThat(quote(hall, from, to).total()).isEqualTo(total);
  }

  @Test
  void hourPricesByTimeOfDay() {
    Fixture hall = new Fixture().prices("any 09:00-18:00 1000; any 18:00-26:00 1600").unit(30);
    assertThat(quote(hall, "2026-06-01 17:00", "2026-06-01 18:30").slotSum()).isEqualTo(1800);
    assertThat(quote(hall, "2026-06-01 23:00", "2026-06-02 02:00").slotSum()).isEqualTo(4800);
    assertThat(hall.bookable("2026-06-02 01:30", "2026-06-02 02:30")).isFalse();
    assertThat(hall.explain("2026-06-02 01:30", "2026-06-02 02:30").codes())
        .containsExactly(Unavailable.NO_PRICE);
  }

  @ParameterizedTest
  @CsvSource({
    // unit, amount per hour, four slots
    "15, 1000, 1000",
    "15, 1001, 1000", // 250.25 each
    "15, 1002, 1004", // 250.5 each, half up
    "30, 999, 2000", // 499.5 each, half up
    "60, 999, 3996",
    "15, 1, 0",
    "15, 2, 4", // 0.5 each, half up
  })
  void eachSlotIsRoundedHalfUp(int unit, long perHour, long sum) {
    Fixture hall = new Fixture().prices("any " + perHour).unit(unit);
    Instant start = hall.at("2026-06-01 10:00");
    Answer answer =
        hall.availability(Fixture.MONDAY, Fixture.MONDAY)
            .check(start, start.plusSeconds(4L * unit * 60), hall.now(Fixture.MONDAY));
    assertThat(((Answer.Bookable) answer).quote().slotSum()).isEqualTo(sum);
  }

  @Test
  void withFinerAlignmentTheAlignmentsSlotsAreRounded() {
    Fixture hall = new Fixture().prices("any 999");
    hall.rules.startAlignmentMinutes(30);
    // Two half hours of 499.5, each rounded half up.
    assertThat(quote(hall, "2026-06-01 10:30", "2026-06-01 11:30").slotSum()).isEqualTo(1000);
  }

  @Test
  void theDayPriceCapsEachLocalDay() {
    Fixture hall = terms("JPY", 5000, 0, "0", true);
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 14:00"))
        .isEqualTo(new Quote(yen(), 5000, 5000, 5000, 0, 5000));
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 20:00"))
        .isEqualTo(new Quote(yen(), 11000, 5000, 5000, 0, 5000));
    // Four hours before midnight, eight after: 4,000 and the capped 5,000.
    assertThat(quote(hall, "2026-06-01 20:00", "2026-06-02 08:00"))
        .isEqualTo(new Quote(yen(), 12000, 9000, 9000, 0, 9000));
  }

  @Test
  void theMinimumLiftsASmallSum() {
    Fixture hall = terms("JPY", -1, 2500, "0", true);
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 11:00"))
        .isEqualTo(new Quote(yen(), 2000, 2000, 2500, 0, 2500));
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 12:00").total()).isEqualTo(3000);
  }

  @Test
  void includedTaxIsPartOfTheTotalAndFractionsAreDropped() {
    Fixture hall = terms("JPY", -1, 0, "10", true);
    // 2,000 × 10 ÷ 110 = 181.8
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 11:00"))
        .isEqualTo(new Quote(yen(), 2000, 2000, 2000, 181, 2000));
  }

  @Test
  void addedTaxComesOnTopAfterTheMinimum() {
    Fixture hall = terms("USD", -1, 3333, "8.875", false);
    // 3,333 × 8.875 % = 295.8
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 11:00"))
        .isEqualTo(new Quote(Currency.getInstance("USD"), 2000, 2000, 3333, 295, 3628));
  }

  @Test
  void aPriceOfZeroIsAPrice() {
    Fixture hall = new Fixture().prices("any 0");
    assertThat(quote(hall, "2026-06-01 09:00", "2026-06-01 11:00").total()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "any 1000|any 1000",
        "ANY 00:00-24:00 1000|any 1000",
        "sat,sun,HOL 18:00-26:00 3000|sat,sun,hol 18:00-26:00 3000",
        "special:年末年始 5000; any 1000|special:年末年始 5000; any 1000",
        "special:\"夏 休み\" 09:00-10:00 1|special:\"夏 休み\" 09:00-10:00 1",
        "special:\"a\"\"b;\" 1|special:\"a\"\"b;\" 1",
        "any 1000;|any 1000",
        "''|''",
      })
  void pricesAreReadAndWrittenInOneNotation(String text, String canonical) {
    var rules = PriceList.parseRules(text);
    assertThat(new PriceList(PriceTerms.DEFAULT, rules).rulesText()).isEqualTo(canonical);
    assertThat(PriceList.parseRules(canonical)).isEqualTo(rules);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "any abc|character 5, at 'abc': expected an amount per hour in whole minor units",
        "any 1,000|character 5, at '1': expected an amount per hour",
        "any 10.5|character 5, at '10.5': expected an amount per hour",
        "any -5|character 5, at '-5': expected an amount per hour",
        "any ２０００|character 5, at '２０００': expected an amount per hour",
        "any|character 4, at the end: expected an amount per hour",
        "any 1000 any 500|character 10, at 'any': expected ';' before the next rule",
        "some 1000|character 1, at 'some': expected one of mon",
        "any 18:00 1000|character 11, at '1000': expected '-' and the end of the range",
        "special: 1000|character 9, at ' ': expected the name of a special period",
        "special:\"お盆 1000|character 9, at '\"お盆': the quoted name has no closing quote",
        "any 1000000001|character 5, at '1000000001': must be at most 1000000000",
      })
  void aMistakeInAPriceIsToldWithItsPosition(String text, String message) {
    assertThatThrownBy(() -> PriceList.parseRules(text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message);
  }

  @Test
  void amountsAndTaxesHaveLimits() {
    assertThat(PriceList.parseRules("any 1000000000")).hasSize(1);
    assertThat(terms("JPY", 1_000_000_000, 1_000_000_000, "100", true).truth()).isNotNull();
    assertThatThrownBy(() -> terms("JPY", 1_000_000_001, 1_000_000_001, "100.001", true))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::field)
                    .containsExactly("dayPrice", "minimumAmount", "taxPercent"));
    assertThatThrownBy(() -> terms("JPY", -1, -1, "-1", true))
        .hasMessageContaining("minimumAmount");
    assertThatThrownBy(() -> terms("JPY", -1, 0, "8.8755", true))
        .hasMessageContaining(
            "taxPercent '8.8755': must be between 0 and 100 with at most 3 decimals");
    assertThatThrownBy(() -> PriceTerms.parseCurrency("YEN"))
        .hasMessageContaining("currency 'YEN': must be an ISO 4217 code such as JPY");
  }

  @Test
  void aPlanHasAtMostTwoHundredRules() {
    assertThat(PriceList.parseRules("any 1;".repeat(200))).hasSize(200);
    assertThat(new PriceList(PriceTerms.DEFAULT, PriceList.parseRules("any 1;".repeat(200))))
        .isNotNull();
    assertThatThrownBy(
            () -> new PriceList(PriceTerms.DEFAULT, PriceList.parseRules("any 1;".repeat(201))))
        .hasMessageContaining("rules.size '201': must be between 0 and 200");
  }

  private static Fixture terms(
      String currency, long dayPrice, long minimum, String tax, boolean included) {
    Fixture fixture = new Fixture();
    fixture.terms =
        new PriceTerms(
            Currency.getInstance(currency),
            dayPrice < 0 ? OptionalLong.empty() : OptionalLong.of(dayPrice),
            minimum,
            new BigDecimal(tax),
            included);
    return fixture;
  }

  private static Currency yen() {
    return Currency.getInstance("JPY");
  }

  private static Quote quote(Fixture fixture, String from, String to) {
    return ((Answer.Bookable) fixture.check(from, to)).quote();
  }
}
