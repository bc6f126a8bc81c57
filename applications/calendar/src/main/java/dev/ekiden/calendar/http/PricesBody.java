package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.server.Required;
import java.math.BigDecimal;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Prices of a plan; what a request leaves out gets its default. */
record PricesBody(
    @Required String rules,
    @Nullable String currency,
    @Nullable Long dayPrice,
    @Nullable Long minimumAmount,
    @Nullable BigDecimal taxPercent,
    @Nullable Boolean taxIncluded) {

  static PricesBody of(PriceList prices) {
    PriceTerms terms = prices.terms();
    OptionalLong dayPrice = terms.dayPrice();
    BigDecimal tax = terms.taxPercent().stripTrailingZeros();
    return new PricesBody(
        prices.rulesText(),
        terms.currency().getCurrencyCode(),
        dayPrice.isPresent() ? dayPrice.getAsLong() : null,
        terms.minimumAmount(),
        tax.scale() < 0 ? tax.setScale(0) : tax,
        terms.taxIncluded());
  }

  PriceList priceList() {
    PriceTerms byDefault = PriceTerms.DEFAULT;
    return new PriceList(
        new PriceTerms(
            currency == null ? byDefault.currency() : PriceTerms.parseCurrency(currency),
            dayPrice == null ? OptionalLong.empty() : OptionalLong.of(dayPrice),
            minimumAmount == null ? 0 : minimumAmount,
            taxPercent == null ? byDefault.taxPercent() : taxPercent,
            taxIncluded == null || taxIncluded),
        PriceList.parseRules(rules));
  }
}
