package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After any history of changes the calendar says what brute force says. */
class RandomHistoryTest {

  private static final int HISTORIES = 1_000;
  private static final HolidayCalendars HOLIDAYS = Fixture.HOLIDAYS;

  /** Zones with the days on which something happens to their clocks, or nothing. */
  private record Place(String zone, String holidays, List<String> dates) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("Asia/Tokyo", "jp", List.of("2026-05-04", "2026-09-22", "2026-12-31")),
          new Place("America/New_York", "us", List.of("2026-03-08", "2026-11-01", "2026-07-03")),
          new Place("Australia/Sydney", "au-nsw", List.of("2026-04-05", "2026-10-04")),
          new Place("Australia/Lord_Howe", "none", List.of("2026-04-05", "2026-10-04")),
          new Place("Africa/Cairo", "none", List.of("2026-04-24", "2026-10-29")),
          new Place("America/Havana", "none", List.of("2026-03-08", "2026-11-01")),
          new Place("America/Nuuk", "none", List.of("2026-03-28", "2026-10-24")),
          new Place("Pacific/Apia", "none", List.of("2011-12-30")),
          new Place("Asia/Kathmandu", "none", List.of("2026-06-01")));

  @Test
  void thousandHistoriesGiveTheCalendarThatBruteForceGives() {
    int bookable = 0;
    for (long seed = 1; seed <= HISTORIES; seed++) {
      bookable += new History(seed).play();
    }
    // A generator whose plans are never bookable would prove nothing.
    assertThat(bookable).isGreaterThan(HISTORIES * 20);
    System.out.printf("%d histories, %,d bookable times compared%n", HISTORIES, bookable);
  }

  /** Seeds that once failed stay here. */
  @ParameterizedTest
  @ValueSource(longs = {85})
  void seedsThatOnceFailed(long seed) {
    new History(seed).play();
  }

  private static final class History {
    private final long seed;
    private final Random random;
    private final Fixture fixture = new Fixture();
    private final LocalDate date;
    private final List<String> trail = new ArrayList<>();
    private BookingRules rules;

    History(long seed) {
      this.seed = seed;
      this.random = new Random(seed * 0x9E3779B97F4A7C15L);
      Place place = PLACES.get(random.nextInt(PLACES.size()));
      fixture.zone(place.zone(), place.holidays());
      String around = place.dates().get(random.nextInt(place.dates().size()));
      date = LocalDate.parse(around).minusDays(random.nextInt(3));
      changeRules();
    }

    int play() {
      boolean busy = random.nextInt(3) == 0;
      if (busy) {
        changeUnits();
      }
      int changes = 4 + random.nextInt(12);
      for (int change = 0; change < changes; change++) {
        if (busy) {
          // Always open and often booked: which unit is free decides.
          book();
        } else {
          changeSomething();
        }
      }
      return compare();
    }

    private void changeSomething() {
      switch (random.nextInt(20)) {
        case 0 -> fixture.business = hours(true);
        case 1 -> fixture.rentable = random.nextInt(3) == 0 ? WeeklyHours.NONE : hours(true);
        case 2 -> addSpecialPeriod();
        case 3 -> fixture.specialPeriods.clear();
        case 4 -> addClosure();
        case 5 -> fixture.closures.clear();
        case 6 -> changePrices();
        case 7 -> fixture.published = random.nextInt(12) != 0;
        case 8 -> changeRules();
        case 9 -> changeUnits();
        case 10 -> cancel();
        case 18 -> addBlock();
        case 19 -> fixture.blocks.clear();
        case 11, 12, 13, 14, 15, 16, 17 -> book();
        default -> throw new AssertionError();
      }
    }

    private WeeklyHours hours(boolean retry) {
      StringBuilder text = new StringBuilder();
      String[] groups = {
        "mon-sun", "mon-fri", "sat,sun", "hol", "mon,wed,fri", "tue", "sun", "thu"
      };
      int entries = 1 + random.nextInt(3);
      for (int entry = 0; entry < entries; entry++) {
        int start = random.nextInt(24) * 60 + quarterMostly();
        int end = Math.min(2880, start + 60 + random.nextInt(random.nextBoolean() ? 600 : 1500));
        if (random.nextInt(3) == 0) {
          end = end / 60 * 60 <= start ? end : end / 60 * 60;
        }
        text.append(text.isEmpty() ? "" : "; ")
            .append(groups[random.nextInt(groups.length)])
            .append(' ')
            .append(TimeRange.clock(start) + "-" + TimeRange.clock(end));
      }
      try {
        WeeklyHours hours = WeeklyHours.parse(text.toString());
        trail.add("hours " + hours);
        return hours;
      } catch (InvalidValueException overlap) {
        return retry ? hours(random.nextInt(10) != 0) : WeeklyHours.ALWAYS;
      }
    }

    private int quarterMostly() {
      return random.nextInt(10) == 0 ? random.nextInt(60) : random.nextInt(4) * 15;
    }

    private void addSpecialPeriod() {
      LocalDate from = date.plusDays(random.nextInt(5) - 2);
      WeeklyHours own = random.nextInt(3) == 0 ? WeeklyHours.NONE : hours(true);
      String name = random.nextBoolean() ? "夏 休み" : "年末年始";
      SpecialPeriod added = new SpecialPeriod(from, from.plusDays(random.nextInt(2)), name, own);
      if (fixture.specialPeriods.stream().noneMatch(added::overlaps)) {
        fixture.specialPeriods.add(added);
        trail.add("special " + added);
      }
    }

    private void addClosure() {
      var from = date.plusDays(random.nextInt(4) - 1).atTime(random.nextInt(24), quarterMostly());
      var closure = new Closure(from, from.plusMinutes(1 + random.nextInt(400)), "");
      fixture.closures.add(closure);
      trail.add("closure " + closure);
    }

    private void addBlock() {
      Instant from =
          dayStart(date.plusDays(random.nextInt(4) - 1)).plusSeconds(random.nextInt(86_400));
      Block block = new Block(from, from.plusSeconds(1 + random.nextInt(24_000)), "other");
      fixture.blocks.add(block);
      trail.add("block " + block);
    }

    private void changePrices() {
      String[] days = {"any", "sat,sun,hol", "mon-fri", "hol", "special:年末年始", "special:\"夏 休み\""};
      StringBuilder text = new StringBuilder(random.nextInt(6) == 0 ? "" : "any 1000");
      for (int rule = random.nextInt(5); rule >= 0; rule--) {
        int start = random.nextInt(24) * 60 + quarterMostly();
        int end = Math.min(2880, start + 1 + random.nextInt(1200));
        String time = TimeRange.clock(start) + "-" + TimeRange.clock(end);
        text.append(text.isEmpty() ? "" : "; ")
            .append(days[random.nextInt(days.length)])
            .append(' ')
            .append(random.nextInt(3) == 0 ? "" : time + " ")
            .append(random.nextInt(5_000));
      }
      fixture.prices(text.toString());
      fixture.terms =
          new PriceTerms(
              Currency.getInstance(random.nextBoolean() ? "JPY" : "USD"),
              random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt(20_000)),
              random.nextInt(3_000),
              BigDecimal.valueOf(random.nextInt(12_000), 3),
              random.nextBoolean());
      trail.add("prices " + text + " " + fixture.terms);
    }

    private void changeRules() {
      int unit = List.of(15, 30, 60).get(random.nextInt(3));
      int minimum = unit * (1 + random.nextInt(3));
      rules =
          new BookingRules(
              unit,
              random.nextBoolean() ? unit : 15 * (1 + random.nextInt(8)),
              minimum,
              minimum + unit * random.nextInt(30),
              random.nextBoolean() ? 0 : random.nextInt(90),
              random.nextBoolean() ? 0 : random.nextInt(90),
              random.nextInt(4) == 0 ? random.nextInt(3_000) : 0,
              1 + random.nextInt(6));
      fixture.rules =
          BookingRules.builder()
              .unitMinutes(rules.unitMinutes())
              .startAlignmentMinutes(rules.startAlignmentMinutes())
              .minimumMinutes(rules.minimumMinutes())
              .maximumMinutes(rules.maximumMinutes())
              .bufferBeforeMinutes(rules.bufferBeforeMinutes())
              .bufferAfterMinutes(rules.bufferAfterMinutes())
              .minimumNoticeMinutes(rules.minimumNoticeMinutes())
              .bookingWindowDays(rules.bookingWindowDays());
      trail.add("rules " + rules);
    }

    private void changeUnits() {
      int resources = 1 + random.nextInt(2);
      fixture.unitsOfResources = new int[resources];
      int units = 0;
      for (int index = 0; index < resources; index++) {
        fixture.unitsOfResources[index] = 1 + random.nextInt(3);
        units += fixture.unitsOfResources[index];
      }
      int known = units;
      fixture.occupations.removeIf(occupation -> occupation.unitId() > known);
      trail.add("units " + Arrays.toString(fixture.unitsOfResources));
    }

    /** Books as a booking transaction would: what the truth accepts, on the units it names. */
    private void book() {
      Instant start = dayStart(date.plusDays(random.nextInt(4) - 1));
      int step = rules.startAlignmentMinutes();
      start = start.plus(Duration.ofMinutes((long) step * random.nextInt(1440 / step)));
      Instant end =
          start.plus(
              Duration.ofMinutes(rules.minimumMinutes() + rules.unitMinutes() * random.nextInt(6)));
      var decision = new BookingCheck(HOLIDAYS).decide(fixture.truth(), start, end, now());
      if (decision instanceof BookingCheck.Decision.Accepted accepted) {
        for (long unitId : accepted.unitIds()) {
          fixture.occupations.add(
              new Occupation(unitId, accepted.occupiedFrom(), accepted.occupiedTo(), start, end));
        }
        trail.add("booked " + accepted);
      } else if (random.nextInt(3) == 0) {
        // Another plan of the same space may take what this one does not allow.
        int unitId = 1 + random.nextInt(Arrays.stream(fixture.unitsOfResources).sum());
        fixture.occupations.add(Occupation.of(unitId, start, end));
        trail.add("taken " + unitId + " from " + start + " to " + end);
      }
    }

    private void cancel() {
      if (!fixture.occupations.isEmpty()) {
        var removed = fixture.occupations.remove(random.nextInt(fixture.occupations.size()));
        trail.add("freed " + removed);
      }
    }

    private Instant dayStart(LocalDate day) {
      return day.atStartOfDay(fixture.zone).toInstant();
    }

    private Instant now() {
      return dayStart(date.minusDays(2)).plus(Duration.ofMinutes(601));
    }

    private int compare() {
      Truth truth = fixture.truth();
      HolidayCalendar holidays = HOLIDAYS.get(fixture.holidayCalendar);
      var reference = new ReferenceCalculator(truth, holidays::isHoliday);
      LocalDate last = date.plusDays(2);
      List<CalendarDay> days =
          new CalendarCalculator(HOLIDAYS)
              .compute(truth, date, last.plusDays(3)).stream()
                  .map(CalendarDayCodec::encode)
                  .map(CalendarDayCodec::decode)
                  .toList();
      PlanTerms terms = PlanTermsCodec.decode(PlanTermsCodec.encode(PlanTerms.of(truth)));
      Availability availability = new Availability(terms, days);
      int bookable = 0;
      for (int minutes : durations()) {
        Duration duration = Duration.ofMinutes(minutes);
        List<Offer> expected = new ArrayList<>();
        Instant from = dayStart(date);
        Instant to = dayStart(last);
        for (Instant start = from; start.isBefore(to); start = start.plusSeconds(15 * 60)) {
          Instant end = start.plus(duration);
          Optional<Quote> quote = reference.quote(start, end, now());
          Answer answer = availability.check(start, end, now());
          Answer wanted = quote.<Answer>map(Answer.Bookable::new).orElse(new Answer.NotBookable());
          if (!answer.equals(wanted)) {
            assertThat(answer).as(describe(start, end)).isEqualTo(wanted);
          }
          if (random.nextInt(quote.isPresent() ? 4 : 12) == 0) {
            Explanation explanation = Explanation.explain(HOLIDAYS, truth, start, end, now());
            if (explanation.isBookable() != quote.isPresent()) {
              assertThat(explanation).as(describe(start, end)).isEqualTo(quote);
            }
          }
          if (quote.isPresent()) {
            assertThat(availability.unitsFree(start, end))
                .as(describe(start, end))
                .isEqualTo(ReferenceQuotes.unitsFree(truth, start, end));
          }
          Instant begin = start;
          quote.ifPresent(found -> expected.add(new Offer(begin, end, found)));
        }
        assertThat(availability.offers(from, to, duration, now()))
            .as("%s", describe(from, to))
            .isEqualTo(expected);
        bookable += expected.size();
      }
      return bookable;
    }

    private Iterable<Integer> durations() {
      return new TreeSet<>(
          List.of(
              rules.minimumMinutes(),
              rules.minimumMinutes() + rules.unitMinutes() * random.nextInt(12),
              rules.maximumMinutes() + rules.unitMinutes() * random.nextInt(2)));
    }

    private String describe(Instant start, Instant end) {
      return "seed %d, %s from %s, %s to %s (local %s), history:%n%s"
          .formatted(
              seed,
              fixture.zone,
              date,
              start,
              end,
              start.atZone(fixture.zone),
              String.join("\n", trail));
    }
  }
}
