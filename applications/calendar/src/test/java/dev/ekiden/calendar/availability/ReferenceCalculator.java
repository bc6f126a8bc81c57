package dev.ekiden.calendar.availability;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The calendar by brute force: minute by minute with java.time, slow and obvious. It shares nothing
 * with the calculator but the records of the truth.
 */
final class ReferenceCalculator {

  private record Interval(Instant from, Instant to) {
    boolean has(Instant moment) {
      return !moment.isBefore(from) && moment.isBefore(to);
    }
  }

  private final Truth truth;
  private final Predicate<LocalDate> holidays;
  private final ZoneRules clock;
  private final Map<Instant, Boolean> usable = new HashMap<>();
  private final Map<LocalDate, List<Interval>> business = new HashMap<>();
  private final Map<LocalDate, List<Interval>> rentable = new HashMap<>();

  ReferenceCalculator(Truth truth, Predicate<LocalDate> holidays) {
    this.truth = truth;
    this.holidays = holidays;
    this.clock = truth.venue().zone().getRules();
  }

  /** What the booking costs, or nothing if it is not possible. */
  Optional<Quote> quote(Instant start, Instant end, Instant now) {
    BookingRules rules = truth.plan().rules();
    Duration length = Duration.between(start, end);
    LocalDate date = date(start);
    boolean shape =
        truth.plan().published()
            && length.toMinutes() > 0
            && length.toSeconds() % (rules.unitMinutes() * 60L) == 0
            && length.toMinutes() >= rules.minimumMinutes()
            && length.toMinutes() <= rules.maximumMinutes()
            && Duration.between(dayStart(date), start).toSeconds()
                    % (rules.startAlignmentMinutes() * 60L)
                == 0
            && !start.isBefore(now.plus(Duration.ofMinutes(rules.minimumNoticeMinutes())))
            && ChronoUnit.DAYS.between(date(now), date) <= rules.bookingWindowDays();
    if (!shape) {
      return Optional.empty();
    }
    for (Instant minute = start; minute.isBefore(end); minute = minute.plusSeconds(60)) {
      if (!usable.computeIfAbsent(minute, this::isUsable)) {
        return Optional.empty();
      }
    }
    for (Resource resource : truth.resources()) {
      if (resource.units().stream().noneMatch(unit -> isFree(unit, start, end))) {
        return Optional.empty();
      }
    }
    return price(start, end);
  }

  private boolean isUsable(Instant minute) {
    return isOpen(minute) && isRentable(minute) && !isClosed(minute) && !isBlocked(minute);
  }

  private boolean isBlocked(Instant minute) {
    return truth.blocks().stream()
        .anyMatch(
            block -> block.from().isBefore(minute.plusSeconds(60)) && minute.isBefore(block.to()));
  }

  private boolean isOpen(Instant minute) {
    LocalDate date = date(minute);
    for (int back = 0; back <= 3; back++) {
      List<Interval> ofDay =
          business.computeIfAbsent(date.minusDays(back), day -> intervals(day, hoursOf(day)));
      if (ofDay.stream().anyMatch(interval -> interval.has(minute))) {
        return true;
      }
    }
    return false;
  }

  private WeeklyHours hoursOf(LocalDate day) {
    for (SpecialPeriod period : truth.space().specialPeriods()) {
      if (!day.isBefore(period.from()) && !day.isAfter(period.to())) {
        return period.hours();
      }
    }
    return truth.space().businessHours();
  }

  private boolean isRentable(Instant minute) {
    WeeklyHours hours = truth.plan().rentableHours();
    if (hours.ranges().isEmpty()) {
      return true;
    }
    LocalDate date = date(minute);
    for (int back = 0; back <= 3; back++) {
      List<Interval> ofDay =
          rentable.computeIfAbsent(date.minusDays(back), day -> intervals(day, hours));
      if (ofDay.stream().anyMatch(interval -> interval.has(minute))) {
        return true;
      }
    }
    return false;
  }

  private List<Interval> intervals(LocalDate day, WeeklyHours hours) {
    boolean holidayHours =
        holidays.test(day)
            && hours.ranges().stream().anyMatch(range -> range.day() == DayKind.HOLIDAY);
    DayKind kind =
        holidayHours ? DayKind.HOLIDAY : DayKind.values()[day.getDayOfWeek().getValue() - 1];
    List<Interval> intervals = new ArrayList<>();
    if (dayStart(day).equals(dayStart(day.plusDays(1)))) {
      return intervals; // The zone skipped this day.
    }
    for (WeeklyHours.DayRange range : hours.ranges()) {
      if (range.day() == kind) {
        LocalDateTime from = day.atTime(0, 0).plusMinutes(range.time().startMinute());
        LocalDateTime to = day.atTime(0, 0).plusMinutes(range.time().endMinute());
        intervals.add(new Interval(first(from), last(to)));
      }
    }
    return intervals;
  }

  private boolean isClosed(Instant minute) {
    return truth.space().closures().stream()
        .anyMatch(c -> new Interval(first(c.from()), last(c.to())).has(minute));
  }

  private boolean isFree(ResourceUnit unit, Instant start, Instant end) {
    Instant from = start.minusSeconds(truth.plan().rules().bufferBeforeMinutes() * 60L);
    Instant to = end.plusSeconds(truth.plan().rules().bufferAfterMinutes() * 60L);
    return truth.occupations().stream()
        .filter(occupation -> occupation.unitId() == unit.id())
        .noneMatch(other -> other.from().isBefore(to) && from.isBefore(other.to()));
  }

  private Optional<Quote> price(Instant start, Instant end) {
    int slotMinutes = slotMinutes();
    Map<LocalDate, Long> sums = new LinkedHashMap<>();
    for (Instant slot = start; slot.isBefore(end); slot = slot.plusSeconds(slotMinutes * 60L)) {
      LocalDate date = date(slot);
      boolean whole =
          !slot.plusSeconds(slotMinutes * 60L).isAfter(dayStart(date.plusDays(1)))
              && Duration.between(dayStart(date), slot).toMinutes() % slotMinutes == 0;
      Optional<PriceRule> rule = ruleFor(slot);
      if (!whole || rule.isEmpty()) {
        return Optional.empty();
      }
      long exact = rule.get().amountPerHour() * slotMinutes;
      long amount = exact % 60 * 2 >= 60 ? exact / 60 + 1 : exact / 60;
      sums.merge(date, amount, Long::sum);
    }
    PriceTerms terms = truth.plan().prices().terms();
    long slotSum = 0;
    long afterDayPrice = 0;
    for (long sum : sums.values()) {
      slotSum += sum;
      boolean capped = terms.dayPrice().isPresent() && sum > terms.dayPrice().getAsLong();
      afterDayPrice += capped ? terms.dayPrice().getAsLong() : sum;
    }
    long afterMinimum =
        afterDayPrice < terms.minimumAmount() ? terms.minimumAmount() : afterDayPrice;
    BigDecimal amount = BigDecimal.valueOf(afterMinimum);
    BigDecimal divisor = terms.taxIncluded() ? terms.taxPercent().add(hundred()) : hundred();
    long tax =
        amount.multiply(terms.taxPercent()).divide(divisor, 0, RoundingMode.DOWN).longValueExact();
    long total = terms.taxIncluded() ? afterMinimum : afterMinimum + tax;
    return Optional.of(
        new Quote(terms.currency(), slotSum, afterDayPrice, afterMinimum, tax, total));
  }

  private static BigDecimal hundred() {
    return BigDecimal.valueOf(100);
  }

  private int slotMinutes() {
    BookingRules rules = truth.plan().rules();
    return BigInteger.valueOf(rules.unitMinutes())
        .gcd(BigInteger.valueOf(rules.startAlignmentMinutes()))
        .intValueExact();
  }

  private Optional<PriceRule> ruleFor(Instant slot) {
    LocalDateTime local = LocalDateTime.ofInstant(slot, truth.venue().zone());
    int minute = local.getHour() * 60 + local.getMinute();
    PriceRule best = null;
    int bestRank = 0;
    for (PriceRule rule : truth.plan().prices().rules()) {
      int rank = 0;
      if (rule.time().startMinute() <= minute && minute < rule.time().endMinute()) {
        rank = rank(rule.days(), local.toLocalDate());
      }
      if (minute + 1440 < rule.time().endMinute()) {
        rank = Math.max(rank, rank(rule.days(), local.toLocalDate().minusDays(1)));
      }
      if (rank > bestRank) {
        best = rule;
        bestRank = rank;
      }
    }
    return Optional.ofNullable(best);
  }

  private int rank(PriceDays days, LocalDate date) {
    if (days instanceof PriceDays.InSpecialPeriod special) {
      boolean inside =
          truth.space().specialPeriods().stream()
              .filter(period -> period.name().equals(special.name()))
              .anyMatch(p -> !date.isBefore(p.from()) && !date.isAfter(p.to()));
      return inside ? 4 : 0;
    }
    if (days instanceof PriceDays.OnDays named) {
      if (named.kinds().contains(DayKind.HOLIDAY) && holidays.test(date)) {
        return 3;
      }
      DayKind weekday = DayKind.values()[date.getDayOfWeek().getValue() - 1];
      return named.kinds().contains(weekday) ? 2 : 0;
    }
    return 1;
  }

  private LocalDate date(Instant instant) {
    return LocalDateTime.ofInstant(instant, truth.venue().zone()).toLocalDate();
  }

  private Instant dayStart(LocalDate date) {
    LocalDateTime midnight = date.atTime(0, 0);
    List<ZoneOffset> offsets = clock.getValidOffsets(midnight);
    return offsets.isEmpty()
        ? clock.getTransition(midnight).getInstant()
        : midnight.toInstant(offsets.getFirst());
  }

  private Instant first(LocalDateTime local) {
    List<ZoneOffset> offsets = clock.getValidOffsets(local);
    return local.toInstant(offsets.isEmpty() ? beforeGap(local) : offsets.getFirst());
  }

  private Instant last(LocalDateTime local) {
    List<ZoneOffset> offsets = clock.getValidOffsets(local);
    return local.toInstant(offsets.isEmpty() ? beforeGap(local) : offsets.getLast());
  }

  private ZoneOffset beforeGap(LocalDateTime local) {
    return clock.getTransition(local).getOffsetBefore();
  }
}
