package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceRule;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.demo.DemoStore.Entity;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** The kinds of change that a demonstration makes, and how many of a hundred are of that kind. */
enum ChangeKind {
  PRICES(Entity.PLAN, 36),
  RENTABLE_HOURS(Entity.PLAN, 18),
  RULES(Entity.PLAN, 18),
  PUBLISHED(Entity.PLAN, 10),
  BUSINESS_HOURS(Entity.SPACE, 6),
  SPECIAL_PERIOD(Entity.SPACE, 5),
  CLOSURE(Entity.SPACE, 6),
  VENUE_CALENDAR(Entity.VENUE, 1);

  private static final WeeklyHours NINE_TO_NINE = WeeklyHours.parse("mon-sun,hol 09:00-21:00");
  private static final WeeklyHours EIGHT_TO_TEN = WeeklyHours.parse("mon-sun,hol 08:00-22:00");
  private static final String EXTRAORDINARY = "臨時";
  private static final int PRICE_STEP = 10;
  private static final int DAYS_AHEAD = 85;

  private final Entity entity;
  private final int percent;

  ChangeKind(Entity entity, int percent) {
    this.entity = entity;
    this.percent = percent;
  }

  Entity entity() {
    return entity;
  }

  static ChangeKind random(Random random) {
    int left = random.nextInt(100);
    for (ChangeKind kind : values()) {
      left -= kind.percent;
      if (left < 0) {
        return kind;
      }
    }
    return PRICES;
  }

  /** Changes one entity; answers the ids of the affected plans. */
  Set<Long> apply(Handle handle, TruthWriter writer, long id, LocalDate today, Random random) {
    LocalDate day = today.plusDays(random.nextInt(DAYS_AHEAD));
    return switch (this) {
      case PRICES ->
          writer.change(handle, TruthTables.PLANS, id, plan -> Revised.prices(plan, dearer(plan)));
      case RENTABLE_HOURS ->
          writer.change(
              handle,
              TruthTables.PLANS,
              id,
              plan ->
                  Revised.rentableHours(
                      plan, plan.rentableHours().isEmpty() ? EIGHT_TO_TEN : WeeklyHours.NONE));
      case RULES ->
          writer.setRules(handle, id, otherBuffer(read(handle, TruthTables.PLANS, id).rules()));
      case PUBLISHED ->
          writer.setPublished(handle, id, !read(handle, TruthTables.PLANS, id).published());
      case BUSINESS_HOURS ->
          writer.change(
              handle,
              TruthTables.SPACES,
              id,
              space ->
                  Revised.businessHours(
                      space,
                      space.businessHours().equals(NINE_TO_NINE) ? EIGHT_TO_TEN : NINE_TO_NINE));
      case SPECIAL_PERIOD -> specialPeriod(handle, writer, id, day);
      case CLOSURE -> {
        LocalDateTime from = day.atTime(10 + random.nextInt(8), 0);
        yield writer.putClosure(handle, id, new Closure(from, from.plusHours(2), EXTRAORDINARY));
      }
      case VENUE_CALENDAR -> {
        Venue venue = read(handle, TruthTables.VENUES, id);
        boolean keepsHolidays = !venue.holidayCalendar().equals(HolidayCalendars.NONE);
        yield writer.setVenueCalendar(
            handle,
            id,
            venue.zone(),
            keepsHolidays ? HolidayCalendars.NONE : HolidayCalendars.JAPAN);
      }
    };
  }

  /** Closes a day that has no special period yet; where one was closed so before, opens it. */
  private static Set<Long> specialPeriod(
      Handle handle, TruthWriter writer, long id, LocalDate day) {
    Space space = read(handle, TruthTables.SPACES, id);
    for (SpecialPeriod period : space.specialPeriods()) {
      if (period.name().equals(EXTRAORDINARY)) {
        return writer.removeSpecialPeriod(handle, id, period);
      }
      if (period.covers(day)) {
        return Set.of();
      }
    }
    return writer.putSpecialPeriod(handle, id, SpecialPeriod.closed(day, day, EXTRAORDINARY));
  }

  private static PriceList dearer(Plan plan) {
    List<PriceRule> rules =
        plan.prices().rules().stream()
            .map(rule ->
                new PriceRule(
                    rule.days(),
                    rule.time(),
                    Math.min(PriceTerms.MAXIMUM_AMOUNT, rule.amountPerHour() + PRICE_STEP)))
            .toList();
    return new PriceList(plan.prices().terms(), rules);
  }

  private static BookingRules otherBuffer(BookingRules rules) {
    return new BookingRules(
        rules.unitMinutes(),
        rules.startAlignmentMinutes(),
        rules.minimumMinutes(),
        rules.maximumMinutes(),
        rules.bufferBeforeMinutes(),
        rules.bufferAfterMinutes() == 0 ? 15 : 0,
        rules.minimumNoticeMinutes(),
        rules.bookingWindowDays());
  }

  private static <T> T read(Handle handle, TruthTable<T> table, long id) {
    return table.read(handle, List.of(id)).values().iterator().next();
  }
}
