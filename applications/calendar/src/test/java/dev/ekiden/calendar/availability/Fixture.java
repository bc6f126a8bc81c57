package dev.ekiden.calendar.availability;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One plan's truth that a test changes step by step; by default always open at 1,000 yen an hour.
 */
final class Fixture {

  static final HolidayCalendars HOLIDAYS = new HolidayCalendars();

  /** A Monday without holidays nearby. */
  static final LocalDate MONDAY = LocalDate.of(2026, 6, 1);

  ZoneId zone = ZoneId.of("Asia/Tokyo");
  String holidayCalendar = "jp";
  WeeklyHours business = WeeklyHours.ALWAYS;
  WeeklyHours rentable = WeeklyHours.NONE;
  List<SpecialPeriod> specialPeriods = new ArrayList<>();
  List<Closure> closures = new ArrayList<>();
  List<Block> blocks = new ArrayList<>();
  boolean published = true;
  BookingRules.Builder rules = BookingRules.builder();
  PriceTerms terms = PriceTerms.DEFAULT;
  List<PriceRule> prices = PriceList.parseRules("any 1000");
  int[] unitsOfResources = {1};
  List<Occupation> occupations = new ArrayList<>();

  Fixture business(String hours) {
    business = WeeklyHours.parse(hours);
    return this;
  }

  Fixture rentable(String hours) {
    rentable = WeeklyHours.parse(hours);
    return this;
  }

  Fixture prices(String text) {
    prices = PriceList.parseRules(text);
    return this;
  }

  Fixture zone(String id, String holidays) {
    zone = ZoneId.of(id);
    holidayCalendar = holidays;
    return this;
  }

  Fixture unit(int minutes) {
    rules.unitMinutes(minutes);
    return this;
  }

  /** Takes a unit on the venue's clock: unit 1 is the first resource's first. */
  Fixture booked(long unitId, String from, String to) {
    occupations.add(Occupation.of(unitId, at(from), at(to)));
    return this;
  }

  /** Another calendar is busy, on the venue's clock. */
  Fixture blocked(String from, String to) {
    blocks.add(new Block(at(from), at(to), "google"));
    return this;
  }

  Instant at(String local) {
    return LocalDateTime.parse(local.replace(' ', 'T')).atZone(zone).toInstant();
  }

  Instant at(LocalDate date, String time) {
    return date.atTime(LocalTime.parse(time)).atZone(zone).toInstant();
  }

  Truth truth() {
    Venue venue = new Venue(1, "v", "Venue", zone, holidayCalendar, 1);
    Space space = new Space(1, "s", 1, "Space", business, specialPeriods, closures, 1);
    Plan plan =
        new Plan(
            1, "p", 1, "Plan", published, rules.build(), rentable, new PriceList(terms, prices), 1);
    List<Resource> resources = new ArrayList<>();
    int nextId = 1;
    for (int index = 0; index < unitsOfResources.length; index++) {
      int first = nextId;
      List<ResourceUnit> units =
          IntStream.range(0, unitsOfResources[index])
              .mapToObj(number -> new ResourceUnit(first + number, number + 1))
              .toList();
      resources.add(new Resource(index + 1, "r" + index, "Resource " + index, units));
      nextId += unitsOfResources[index];
    }
    return new Truth(venue, space, plan, resources, occupations, blocks);
  }

  List<CalendarDay> days(LocalDate from, LocalDate to) {
    return new CalendarCalculator(HOLIDAYS).compute(truth(), from, to);
  }

  Availability availability(LocalDate from, LocalDate to) {
    return new Availability(PlanTerms.of(truth()), days(from, to));
  }

  /** Long before every date of the tests, with a window that reaches all of them. */
  Instant now(LocalDate date) {
    return date.minusDays(30).atStartOfDay(zone).toInstant();
  }

  Answer check(String from, String to) {
    Instant start = at(from);
    LocalDate date = LocalDate.ofInstant(start, zone);
    return availability(date.minusDays(1), date.plusDays(9)).check(start, at(to), now(date));
  }

  boolean bookable(String from, String to) {
    return check(from, to) instanceof Answer.Bookable;
  }

  /** The local starts of all bookable times of a duration that start on a date. */
  List<String> starts(LocalDate date, int minutes) {
    Instant from = date.atStartOfDay(zone).toInstant();
    Instant to = date.plusDays(1).atStartOfDay(zone).toInstant();
    return availability(date.minusDays(1), date.plusDays(8))
        .offers(from, to, Duration.ofMinutes(minutes), now(date))
        .stream()
        .map(offer -> LocalTime.ofInstant(offer.start(), zone).toString())
        .toList();
  }

  /** The free slots of a date as local ranges, neighbours joined: {@code 09:00-18:00}. */
  List<String> free(LocalDate date) {
    Instant from = date.atStartOfDay(zone).toInstant();
    Instant to = date.plusDays(1).atStartOfDay(zone).toInstant();
    List<String> ranges = new ArrayList<>();
    Instant open = Instant.MIN;
    Instant end = Instant.MIN;
    for (FreeSlot slot : availability(date, date).slots(from, to, now(date))) {
      if (!slot.start().equals(end)) {
        if (end != Instant.MIN) {
          ranges.add(range(open, end));
        }
        open = slot.start();
      }
      end = slot.end();
    }
    if (end != Instant.MIN) {
      ranges.add(range(open, end));
    }
    return ranges;
  }

  private String range(Instant from, Instant to) {
    return LocalTime.ofInstant(from, zone) + "-" + LocalTime.ofInstant(to, zone);
  }

  Explanation explain(String from, String to) {
    Instant start = at(from);
    Instant now = now(LocalDate.ofInstant(start, zone));
    return Explanation.explain(HOLIDAYS, truth(), start, at(to), now);
  }
}
