package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.Quote;
import dev.ekiden.calendar.read.ListedPlan;
import dev.ekiden.calendar.read.ListedSpace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What answers of several routes are made of. */
final class Views {

  private Views() {}

  record VenueView(String id, String code, String name, String zone) {}

  record SpaceView(
      String id, String code, String name, @Nullable Integer capacity, VenueView venue) {
    static SpaceView of(ListedSpace space) {
      var venue = space.venue();
      return new SpaceView(
          Long.toString(space.id()),
          space.code(),
          space.name(),
          space.capacity() == 0 ? null : space.capacity(),
          new VenueView(
              Long.toString(venue.id()), venue.code(), venue.name(), venue.zone().getId()));
    }
  }

  record PlanView(String id, String code, String name, boolean published) {
    static PlanView of(ListedPlan plan) {
      return new PlanView(Long.toString(plan.id()), plan.code(), plan.name(), plan.published());
    }
  }

  /** The price of a booking, step by step, as {@link Quote} explains. */
  record PriceView(
      String currency, long slotSum, long afterDayPrice, long afterMinimum, long tax, long total) {
    static PriceView of(Quote quote) {
      return new PriceView(
          quote.currency().getCurrencyCode(),
          quote.slotSum(),
          quote.afterDayPrice(),
          quote.afterMinimum(),
          quote.tax(),
          quote.total());
    }
  }

  /** A listing; {@code next} begins the next page, null on the last. */
  record Items<T>(List<T> items, @Nullable String next) {}
}
