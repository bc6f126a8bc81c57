package dev.ekiden.engine;

import dev.ekiden.engine.SchedulePolicy.DayRule;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The firings of a cron expression, those of days off moved to a business day.
 *
 * <p>Every day a cron expression matches has the same times. So it is enough to know which business
 * days are hit, by themselves or by the days off beside them, and to fire there at those times.
 * Immutable.
 */
final class MovedFirings {
  private final CronExpression days;
  private final CronExpression times;
  private final ZoneId zone;
  private final BusinessCalendar calendar;
  private final DayRule rule;

  MovedFirings(Timing.Cron cron, ZoneId zone, BusinessCalendar calendar, DayRule rule) {
    String[] fields = cron.expression().strip().split("\\s+", -1);
    this.times = CronExpression.parse(fields[0] + " " + fields[1] + " * * *");
    this.days = CronExpression.parse("0 0 " + fields[2] + " " + fields[3] + " " + fields[4]);
    this.zone = zone;
    this.calendar = calendar;
    this.rule = rule;
  }

  /** The first firing after an instant. */
  Optional<Instant> after(Instant instant) {
    Instant from = instant;
    Optional<LocalDate> day = firstHit(LocalDate.ofInstant(from, zone));
    while (day.isPresent()) {
      Instant before = day.get().atStartOfDay(zone).toInstant().minusNanos(1);
      from = from.isAfter(before) ? from : before;
      Optional<Instant> firing = times.next(from, zone);
      if (firing.isEmpty() || LocalDate.ofInstant(firing.get(), zone).equals(day.get())) {
        return firing;
      }
      day = firstHit(day.get().plusDays(1));
    }
    return Optional.empty();
  }

  /** The days off whose firings happen on a business day. */
  List<LocalDate> movedTo(LocalDate businessDay) {
    LocalDate day =
        rule == DayRule.NEXT ? calendar.before(businessDay).plusDays(1) : businessDay.plusDays(1);
    LocalDate end = rule == DayRule.NEXT ? businessDay : calendar.after(businessDay);
    List<LocalDate> moved = new ArrayList<>();
    Optional<LocalDate> matched = firstMatched(day);
    while (matched.isPresent() && matched.get().isBefore(end)) {
      moved.add(matched.get());
      matched = firstMatched(matched.get().plusDays(1));
    }
    return moved;
  }

  /** The first business day from a date on that has firings of its own or of days off. */
  private Optional<LocalDate> firstHit(LocalDate from) {
    LocalDate start = rule == DayRule.NEXT ? calendar.before(from).plusDays(1) : from;
    Optional<LocalDate> matched = firstMatched(start);
    while (matched.isPresent()) {
      LocalDate day = target(matched.get());
      if (!day.isBefore(from)) {
        return Optional.of(day);
      }
      matched = firstMatched(matched.get().plusDays(1));
    }
    return Optional.empty();
  }

  private LocalDate target(LocalDate date) {
    if (calendar.isBusinessDay(date)) {
      return date;
    }
    return rule == DayRule.NEXT ? calendar.after(date) : calendar.before(date);
  }

  /** The first date the expression matches; dates have no clock changes, so UTC stands for them. */
  private Optional<LocalDate> firstMatched(LocalDate from) {
    Instant before = from.atStartOfDay(ZoneOffset.UTC).toInstant().minusNanos(1);
    return days.next(before, ZoneOffset.UTC)
        .map(firing -> LocalDate.ofInstant(firing, ZoneOffset.UTC));
  }
}
