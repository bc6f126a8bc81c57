package dev.ekiden.calendar.availability;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.OptionalLong;

/**
 * How the sum of slot prices becomes the price of a booking: {@code dayPrice} caps the sum of each
 * local day, {@code minimumAmount} lifts the whole, then comes tax.
 *
 * <p>Amounts are whole minor units of the currency, 0 to {@link #MAXIMUM_AMOUNT}. {@code
 * taxPercent} is 0 to 100 with at most three decimals; {@code taxIncluded} says whether prices
 * already contain it. Immutable.
 */
public record PriceTerms(
    Currency currency,
    OptionalLong dayPrice,
    long minimumAmount,
    BigDecimal taxPercent,
    boolean taxIncluded) {

  /** The largest amount, in minor units. */
  public static final long MAXIMUM_AMOUNT = 1_000_000_000;

  /** The decimals that a tax rate may have: New York's is 8.875 %. */
  public static final int TAX_DECIMALS = 3;

  public static final Currency DEFAULT_CURRENCY = Currency.getInstance("JPY");

  /** Yen; no day price, no minimum; prices contain Japan's 10 % consumption tax. */
  public static final PriceTerms DEFAULT =
      new PriceTerms(DEFAULT_CURRENCY, OptionalLong.empty(), 0, BigDecimal.TEN, true);

  public PriceTerms {
    new Checks()
        .range("dayPrice", dayPrice.orElse(0), 0, MAXIMUM_AMOUNT)
        .range("minimumAmount", minimumAmount, 0, MAXIMUM_AMOUNT)
        .that(
            isTax(taxPercent),
            "taxPercent",
            taxPercent,
            "must be between 0 and 100 with at most " + TAX_DECIMALS + " decimals")
        .done();
    // One spelling of each rate, so that equal terms are equal records.
    taxPercent = taxPercent.setScale(TAX_DECIMALS);
  }

  /**
   * The currency of an ISO 4217 code.
   *
   * @throws InvalidValueException if there is none
   */
  public static Currency parseCurrency(String code) {
    try {
      return Currency.getInstance(code);
    } catch (IllegalArgumentException unknown) {
      throw new InvalidValueException("currency", code, "must be an ISO 4217 code such as JPY");
    }
  }

  /** The rate in thousandths of a percent: 10 % is 10,000. */
  int taxThousandths() {
    return taxPercent.movePointRight(TAX_DECIMALS).intValueExact();
  }

  private static boolean isTax(BigDecimal percent) {
    return percent.signum() >= 0
        && percent.compareTo(BigDecimal.valueOf(100)) <= 0
        && percent.stripTrailingZeros().scale() <= TAX_DECIMALS;
  }
}
