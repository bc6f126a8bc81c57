package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.WeeklyHours;
import java.util.ArrayList;
import java.util.List;

/** Spaces and plans with one part replaced; all else, also id and version, stays. */
public final class Revised {

  private Revised() {}

  /** The space with the period in place of the one that starts on the same day, if there is one. */
  public static Space specialPeriod(Space space, SpecialPeriod period) {
    List<SpecialPeriod> periods = new ArrayList<>(space.specialPeriods());
    periods.removeIf(other -> other.from().equals(period.from()));
    periods.add(period);
    return lists(space, space.businessHours(), periods, space.closures());
  }

  /** The space with the closure in place of the one of the same times, if there is one. */
  public static Space closure(Space space, Closure closure) {
    List<Closure> closures = new ArrayList<>(space.closures());
    closures.removeIf(
        other -> other.from().equals(closure.from()) && other.to().equals(closure.to()));
    closures.add(closure);
    return lists(space, space.businessHours(), space.specialPeriods(), closures);
  }

  public static Space businessHours(Space space, WeeklyHours hours) {
    return lists(space, hours, space.specialPeriods(), space.closures());
  }

  public static Plan rentableHours(Plan plan, WeeklyHours hours) {
    return plan(plan, plan.published(), plan.rules(), hours, plan.prices());
  }

  public static Plan prices(Plan plan, PriceList prices) {
    return plan(plan, plan.published(), plan.rules(), plan.rentableHours(), prices);
  }

  public static Plan policy(Plan plan, BookingPolicy policy) {
    return new Plan(
        plan.id(),
        plan.code(),
        plan.spaceId(),
        plan.name(),
        plan.published(),
        plan.rules(),
        plan.rentableHours(),
        plan.prices(),
        policy,
        plan.version());
  }

  static Space lists(
      Space space,
      WeeklyHours businessHours,
      List<SpecialPeriod> specialPeriods,
      List<Closure> closures) {
    return new Space(
        space.id(),
        space.code(),
        space.venueId(),
        space.name(),
        businessHours,
        specialPeriods,
        closures,
        space.capacity(),
        space.version());
  }

  static Plan plan(
      Plan plan,
      boolean published,
      BookingRules rules,
      WeeklyHours rentableHours,
      PriceList prices) {
    return new Plan(
        plan.id(),
        plan.code(),
        plan.spaceId(),
        plan.name(),
        published,
        rules,
        rentableHours,
        prices,
        plan.policy(),
        plan.version());
  }
}
