package dev.ekiden.calendar.sample;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.availability.WeeklyHours;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Generates rental-space data as an operator in Japan would have it: venues in Tokyo, Osaka and
 * other cities, one in twenty in New York or Sydney; spaces of several kinds with their weekly
 * hours, New Year and Obon periods and maintenance closures; some ten plans a space with prices by
 * weekday, evening, holiday and New Year; reservations for the next {@value #RESERVATION_DAYS} days
 * that the plans' own rules allow.
 *
 * <p>The same seed, size and first day give the same data, character by character: all chance comes
 * from {@link Random}, whose sequence is specified. Special periods cover a year from the first
 * day. Confined to one call; thread-safe.
 */
public final class SampleData {

  /** The seed of the demonstration. */
  public static final long DEFAULT_SEED = 20_210_825;

  static final int RESERVATION_DAYS = 60;

  private static final int ABROAD_ONE_IN = 20;
  private static final int CLOSED_AT_NEW_YEAR_PERCENT = 40;
  private static final int OBON_PERCENT = 30;
  private static final int UNPUBLISHED_PERCENT = 3;
  private static final int PRICE_STEP_YEN = 100;
  private static final List<PlanKind> PLAN_KINDS = List.of(PlanKind.values());
  private static final String NEW_YEAR = "年末年始";
  private static final String OBON = "お盆";

  private final Random random;
  private final LocalDate firstDay;
  private final SampleSink sink;
  private final BookingCheck bookingCheck;
  private long nextReservation = 1;

  private SampleData(long seed, LocalDate firstDay, HolidayCalendars holidays, SampleSink sink) {
    this.random = new Random(seed);
    this.firstDay = firstDay;
    this.sink = sink;
    this.bookingCheck = new BookingCheck(holidays);
  }

  /** Hands everything to the sink, in its documented order, on the calling thread. */
  public static void generate(
      long seed, SampleSize size, LocalDate firstDay, HolidayCalendars holidays, SampleSink sink) {
    new SampleData(seed, firstDay, holidays, sink).run(size);
  }

  private void run(SampleSize size) {
    int spaceId = 0;
    int planId = 0;
    for (int venueId = 1; venueId <= size.venues(); venueId++) {
      Region region = region(venueId);
      Venue venue = venue(venueId, region);
      sink.venue(venue);
      int lastSpace = share(size.spaces(), venueId, size.venues());
      while (spaceId < lastSpace) {
        spaceId++;
        int lastPlan = lastPlan(size, spaceId);
        space(venue, region, spaceId, planId, lastPlan, size.reservationsPerSpace());
        planId = lastPlan;
      }
    }
  }

  /**
   * Of a total dealt to owners 1 to n as evenly as possible, how many owner i and those before get.
   */
  private static int share(int total, int owner, int owners) {
    return (int) ((long) total * owner / owners);
  }

  /** Even shares, but every other space gives up to a third of its plans to the one before it. */
  private int lastPlan(SampleSize size, int spaceId) {
    int last = share(size.plans(), spaceId, size.spaces());
    int next = share(size.plans(), Math.min(spaceId + 1, size.spaces()), size.spaces());
    boolean lender = spaceId % 2 == 1 && spaceId < size.spaces();
    return lender ? last + random.nextInt((next - last) / 3 + 1) : last;
  }

  private Region region(int venueId) {
    if (venueId % ABROAD_ONE_IN != 0) {
      return Region.JAPAN;
    }
    return venueId / ABROAD_ONE_IN % 2 == 1 ? Region.NEW_YORK : Region.SYDNEY;
  }

  private Venue venue(int id, Region region) {
    String name = pick(region.areas()) + pick(region.kinds()) + " " + id;
    return new Venue(id, "V%04d".formatted(id), name, region.zone(), region.holidayCalendar(), 1);
  }

  private void space(
      Venue venue, Region region, int id, int planId, int lastPlan, int reservations) {
    SpaceKind kind = pick(List.of(SpaceKind.values()));
    Space space =
        new Space(
            id,
            "S%05d".formatted(id),
            venue.id(),
            kind.title() + " " + id,
            WeeklyHours.parse(kind.hours()),
            specialPeriods(),
            closures(),
            capacity(kind, id),
            1);
    int units = 1 + random.nextInt(kind.mostUnits());
    sink.space(venue, space, units);
    List<Plan> plans = new ArrayList<>();
    int yenPerHour = kind.yenPerHour() * (70 + random.nextInt(80)) / 100;
    for (int plan = planId + 1; plan <= lastPlan; plan++) {
      plans.add(plan(space, region, plan, plan - planId - 1, yenPerHour));
    }
    plans.forEach(plan -> sink.plan(space, plan));
    reserve(venue, space, units, plans, reservations);
  }

  /** Half to half as many again, by the number: chance is kept for what was there before. */
  private static int capacity(SpaceKind kind, int spaceId) {
    return Math.max(1, kind.people() * (50 + spaceId * 37 % 101) / 100);
  }

  private List<SpecialPeriod> specialPeriods() {
    List<SpecialPeriod> periods = new ArrayList<>();
    boolean closedAtNewYear = chance(CLOSED_AT_NEW_YEAR_PERCENT);
    boolean keepsObon = chance(OBON_PERCENT);
    WeeklyHours newYearHours =
        closedAtNewYear ? WeeklyHours.NONE : WeeklyHours.parse("mon-sun,hol 11:00-19:00");
    LocalDate lastDay = firstDay.plusYears(1);
    for (int year = firstDay.getYear() - 1; year <= lastDay.getYear(); year++) {
      LocalDate eve = LocalDate.of(year, Month.DECEMBER, 29);
      addIfNear(periods, new SpecialPeriod(eve, eve.plusDays(5), NEW_YEAR, newYearHours));
      LocalDate obon = LocalDate.of(year, Month.AUGUST, 13);
      if (keepsObon) {
        addIfNear(
            periods,
            new SpecialPeriod(
                obon, obon.plusDays(3), OBON, WeeklyHours.parse("mon-sun,hol 10:00-20:00")));
      }
    }
    return periods;
  }

  private void addIfNear(List<SpecialPeriod> periods, SpecialPeriod period) {
    if (!period.to().isBefore(firstDay) && !period.from().isAfter(firstDay.plusYears(1))) {
      periods.add(period);
    }
  }

  private List<Closure> closures() {
    List<Closure> closures = new ArrayList<>();
    for (int count = random.nextInt(3); count > 0; count--) {
      LocalDate day = firstDay.plusDays(random.nextInt(90));
      Closure closure;
      if (random.nextBoolean()) {
        closure = Closure.ofDays(day, day, "設備点検");
      } else {
        LocalDateTime from = day.atTime(9 + random.nextInt(8), 0);
        closure = new Closure(from, from.plusHours(2), "清掃");
      }
      // A file that closes a space twice at the same time is refused.
      if (!closures.contains(closure)) {
        closures.add(closure);
      }
    }
    return closures;
  }

  private Plan plan(Space space, Region region, int id, int number, int yenPerHour) {
    PlanKind kind = PLAN_KINDS.get(number % PLAN_KINDS.size());
    String title =
        number < PLAN_KINDS.size() ? kind.title() : kind.title() + (number / PLAN_KINDS.size() + 1);
    BookingRules rules =
        BookingRules.builder()
            .unitMinutes(kind.unitMinutes())
            .startAlignmentMinutes(kind.alignmentMinutes())
            .minimumMinutes(kind.minimumMinutes())
            .maximumMinutes(kind.maximumMinutes())
            .bufferBeforeMinutes(pick(List.of(0, 0, 0, 15)))
            .bufferAfterMinutes(pick(List.of(0, 15, 30, 30)))
            .minimumNoticeMinutes(pick(List.of(0, 60, 180, 1_440)))
            .bookingWindowDays(pick(List.of(60, 90, 90, 180)))
            .build();
    int yen = Math.max(PRICE_STEP_YEN, yenPerHour * kind.percent() / 100);
    return new Plan(
        id,
        "P%06d".formatted(id),
        space.id(),
        title,
        !chance(UNPUBLISHED_PERCENT),
        rules,
        WeeklyHours.parse(kind.rentableHours()),
        prices(region, space, yen),
        1);
  }

  private PriceList prices(Region region, Space space, int yen) {
    StringBuilder rules = new StringBuilder();
    boolean opensAtNewYear =
        space.specialPeriods().stream()
            .anyMatch(period -> period.name().equals(NEW_YEAR) && !period.hours().isEmpty());
    if (opensAtNewYear) {
      rules.append("special:" + NEW_YEAR + " ").append(price(region, yen, 150)).append("; ");
    }
    rules.append("hol ").append(price(region, yen, 130)).append("; ");
    rules.append("sat,sun ").append(price(region, yen, 120)).append("; ");
    if (chance(50)) {
      rules.append("mon-fri 18:00-24:00 ").append(price(region, yen, 110)).append("; ");
    }
    rules.append("any ").append(price(region, yen, 100));
    OptionalLong dayPrice = chance(40) ? OptionalLong.of(yen * 8L) : OptionalLong.empty();
    long minimum = chance(30) ? yen * 2L : 0;
    return new PriceList(region.terms(dayPrice, minimum), PriceList.parseRules(rules.toString()));
  }

  private static long price(Region region, int yen, int percent) {
    long exact = (long) yen * percent / 100;
    return region.amount(Math.max(PRICE_STEP_YEN, exact / PRICE_STEP_YEN * PRICE_STEP_YEN));
  }

  /**
   * Tries so many bookings of the space's plans, one after the other, and keeps what is allowed.
   */
  private void reserve(Venue venue, Space space, int units, List<Plan> plans, int reservations) {
    Resource resource =
        new Resource(
            space.id(),
            space.code(),
            space.name(),
            IntStream.rangeClosed(1, units)
                .mapToObj(number -> new ResourceUnit(number, number))
                .toList());
    ZoneId zone = venue.zone();
    Instant now = firstDay.minusDays(1).atStartOfDay(zone).toInstant();
    List<Occupation> occupations = new ArrayList<>();
    for (int attempt = 0; attempt < reservations; attempt++) {
      Plan plan = pick(plans);
      BookingRules rules = plan.rules();
      int step = rules.startAlignmentMinutes();
      Instant start =
          firstDay
              .plusDays(random.nextInt(RESERVATION_DAYS))
              .atStartOfDay(zone)
              .plusMinutes((long) step * random.nextInt(1_440 / step))
              .toInstant();
      int minutes =
          Math.min(
              rules.maximumMinutes(),
              rules.minimumMinutes() + rules.unitMinutes() * random.nextInt(4));
      Instant end = start.plusSeconds(minutes * 60L);
      Truth truth = new Truth(venue, space, plan, List.of(resource), occupations);
      if (bookingCheck.decide(truth, start, end, now)
          instanceof BookingCheck.Decision.Accepted accepted) {
        long unit = accepted.unitIds().getFirst();
        occupations.add(
            new Occupation(unit, accepted.occupiedFrom(), accepted.occupiedTo(), start, end));
        String code = "R%07d".formatted(nextReservation++);
        sink.reservation(plan, new SampleReservation(code, start, end));
      }
    }
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
