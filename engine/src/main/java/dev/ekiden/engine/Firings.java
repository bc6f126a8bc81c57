package dev.ekiden.engine;

import dev.ekiden.engine.SchedulePolicy.DayRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a schedule fires: its timing in its zone on its business days. Immutable. */
final class Firings {
  /**
   * Due firings that are looked at in one go: each costs a calculation while the schedule is
   * locked. What is left is looked at next.
   */
  static final int MAX_STEPS = 10_000;

  /** Days off in a row after which a schedule is taken never to fire. */
  private static final int MAX_DAYS_OFF = 5_000;

  private interface Times {
    Optional<Instant> after(Instant instant);
  }

  /** Firings in a row that share their fate. */
  record Run(Instant first, Instant last, long count) {
    static Run of(Instant firing) {
      return new Run(firing, firing, 1);
    }

    Run with(Instant firing) {
      return new Run(first, firing, count + 1);
    }
  }

  /**
   * What is due.
   *
   * @param daysOff firings of days off, by day
   * @param earlier more firings than can be made up, before {@code latest}
   * @param latest the newest firings, oldest first, at most {@link SchedulePolicy#MAX_CATCH_UP};
   *     none as long as not all of the due ones have been looked at
   * @param next where to go on, empty at the end
   */
  record Due(
      List<Run> daysOff, @Nullable Run earlier, List<Instant> latest, Optional<Instant> next) {}

  private final Timing timing;
  private final ZoneId zone;
  private final Instant origin;
  private final @Nullable BusinessCalendar skipping;
  private final @Nullable MovedFirings moved;
  private final Times times;

  /**
   * @param origin when the schedule was made; a rate counts from there
   * @param calendar the calendar that the rule speaks of
   */
  Firings(
      Timing timing,
      ZoneId zone,
      Instant origin,
      @Nullable BusinessCalendar calendar,
      @Nullable DayRule rule) {
    this.timing = timing;
    this.zone = zone;
    this.origin = origin;
    this.skipping = rule == DayRule.SKIP ? calendar : null;
    this.moved =
        timing instanceof Timing.Cron cron
                && calendar != null
                && rule != null
                && rule != DayRule.SKIP
            ? new MovedFirings(cron, zone, calendar, rule)
            : null;
    this.times = moved == null ? plain(timing) : moved::after;
  }

  private Times plain(Timing some) {
    return switch (some) {
      case Timing.Cron cron -> {
        CronExpression expression = CronExpression.parse(cron.expression());
        yield instant -> expression.next(instant, zone);
      }
      case Timing.Rate rate -> {
        long period = rate.period().toMillis();
        yield instant -> {
          long passed = Math.max(0, instant.toEpochMilli() - origin.toEpochMilli());
          return Optional.of(origin.plusMillis((passed / period + 1) * period));
        };
      }
      case Timing.Once once ->
          instant -> once.time().isAfter(instant) ? Optional.of(once.time()) : Optional.empty();
    };
  }

  /** The first firing after an instant that enqueues a job. */
  Optional<Instant> next(Instant after) {
    Optional<Instant> next = times.after(after);
    for (int days = 0; next.isPresent() && isOff(next.get()); days++) {
      if (days == MAX_DAYS_OFF) {
        return Optional.empty();
      }
      LocalDate off = LocalDate.ofInstant(next.get(), zone);
      next = times.after(off.plusDays(1).atStartOfDay(zone).toInstant().minusNanos(1));
    }
    return next;
  }

  /** The first firing after an instant, also one of a day off, which is noted as skipped. */
  Optional<Instant> nextDue(Instant after) {
    return times.after(after);
  }

  /** Whether a firing is dropped because of its day. */
  boolean isOff(Instant firing) {
    return skipping != null && !skipping.isBusinessDay(LocalDate.ofInstant(firing, zone));
  }

  /** Why a firing happens on its day, when not only for itself. */
  @Nullable String movedFrom(Instant firing) {
    if (moved == null) {
      return null;
    }
    List<LocalDate> days = moved.movedTo(LocalDate.ofInstant(firing, zone));
    return switch (days.size()) {
      case 0 -> null;
      case 1 -> "moved from " + days.getFirst();
      default -> "moved from " + days.getFirst() + " and " + (days.size() - 1) + " other days";
    };
  }

  /** What is due from a firing on. */
  Due due(Instant first, Instant now) {
    return timing instanceof Timing.Rate rate
        ? dueByRate(first, now, rate.period())
        : dueByStep(first, now);
  }

  private Due dueByRate(Instant first, Instant now, Duration period) {
    long all = Math.max(0, Duration.between(first, now).toMillis()) / period.toMillis() + 1;
    long before = Math.max(0, all - SchedulePolicy.MAX_CATCH_UP);
    Run earlier =
        before == 0 ? null : new Run(first, first.plus(period.multipliedBy(before - 1)), before);
    List<Instant> latest = new ArrayList<>();
    for (long i = before; i < all; i++) {
      latest.add(first.plus(period.multipliedBy(i)));
    }
    return new Due(List.of(), earlier, latest, nextDue(now));
  }

  private Due dueByStep(Instant first, Instant now) {
    List<Run> daysOff = new ArrayList<>();
    Run earlier = null;
    Deque<Instant> latest = new ArrayDeque<>();
    Optional<Instant> next = Optional.of(first);
    for (int steps = 0; next.isPresent() && !next.get().isAfter(now); steps++) {
      Instant firing = next.get();
      if (steps == MAX_STEPS) {
        Instant goOn = latest.isEmpty() ? firing : latest.getFirst();
        return new Due(daysOff, earlier, List.of(), Optional.of(goOn));
      }
      if (isOff(firing)) {
        addDayOff(daysOff, firing);
      } else {
        latest.addLast(firing);
        if (latest.size() > SchedulePolicy.MAX_CATCH_UP) {
          Instant old = latest.removeFirst();
          earlier = earlier == null ? Run.of(old) : earlier.with(old);
        }
      }
      next = nextDue(firing);
    }
    return new Due(daysOff, earlier, List.copyOf(latest), next);
  }

  private void addDayOff(List<Run> daysOff, Instant firing) {
    LocalDate date = LocalDate.ofInstant(firing, zone);
    if (!daysOff.isEmpty() && LocalDate.ofInstant(daysOff.getLast().last(), zone).equals(date)) {
      daysOff.add(daysOff.removeLast().with(firing));
    } else {
      daysOff.add(Run.of(firing));
    }
  }
}
