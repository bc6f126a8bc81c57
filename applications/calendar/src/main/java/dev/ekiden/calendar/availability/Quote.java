package dev.ekiden.calendar.availability;

import java.util.Currency;

/**
 * What a booking costs, step by step, in whole minor units of the currency. Immutable.
 *
 * <ul>
 *   <li>{@code slotSum}: the sum of the slot prices.
 *   <li>{@code afterDayPrice}: the same with each local day's part capped by the day price.
 *   <li>{@code afterMinimum}: the same, at least the minimum amount.
 *   <li>{@code tax}: the tax contained in that, or due on top of it; fractions of a minor unit are
 *       dropped.
 *   <li>{@code total}: what the guest pays, tax included.
 * </ul>
 */
public record Quote(
    Currency currency, long slotSum, long afterDayPrice, long afterMinimum, long tax, long total) {

  private static final long WHOLE = 100_000;

  /** Applies minimum and tax to sums of which the day price has already been taken. */
  static Quote of(PriceTerms terms, long slotSum, long afterDayPrice) {
    long afterMinimum = Math.max(afterDayPrice, terms.minimumAmount());
    long rate = terms.taxThousandths();
    long tax =
        terms.taxIncluded() ? afterMinimum * rate / (WHOLE + rate) : afterMinimum * rate / WHOLE;
    long total = terms.taxIncluded() ? afterMinimum : afterMinimum + tax;
    return new Quote(terms.currency(), slotSum, afterDayPrice, afterMinimum, tax, total);
  }
}
