package dev.ekiden.calendar.availability;

import java.time.ZoneId;

/**
 * What the read path must know of a plan besides its days; stored with them as bytes by {@link
 * PlanTermsCodec}, so that reading touches no truth. Immutable.
 */
public record PlanTerms(boolean published, ZoneId zone, BookingRules rules, PriceTerms priceTerms) {

  public static PlanTerms of(Truth truth) {
    Plan plan = truth.plan();
    return new PlanTerms(
        plan.published(), truth.venue().zone(), plan.rules(), plan.prices().terms());
  }
}
