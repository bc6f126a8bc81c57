package dev.ekiden.calendar.availability;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.LongSupplier;

/** Prints how fast calendars are computed, encoded and read on one thread; asserts nothing. */
final class CalculatorSpeed {

  private static final int DAYS = 90;
  private static final int ROUNDS = 6;
  private static final long NANOS_PER_ROUND = 2_000_000_000L;

  private CalculatorSpeed() {}

  public static void main(String[] arguments) {
    for (int unit : new int[] {60, 15}) {
      Fixture fixture = typical(unit);
      Truth truth = fixture.truth();
      CalendarCalculator calculator = new CalendarCalculator(Fixture.HOLIDAYS);
      LocalDate from = LocalDate.of(2026, 11, 21);
      LocalDate to = from.plusDays(DAYS - 1);
      List<byte[]> bytes =
          calculator.compute(truth, from, to).stream().map(CalendarDayCodec::encode).toList();
      System.out.printf(
          "unit %d: %.1f bytes a day%n",
          unit, bytes.stream().mapToInt(day -> day.length).average().orElseThrow());
      measure("compute + encode, plan-days/s", DAYS, () -> computeAll(calculator, truth, from, to));
      Instant now = from.atStartOfDay(fixture.zone).toInstant();
      Instant start = fixture.at(from.plusDays(20), "10:00");
      Instant end = start.plus(Duration.ofHours(2));
      List<byte[]> two = bytes.subList(20, 22);
      byte[] terms = PlanTermsCodec.encode(PlanTerms.of(truth));
      measure("decode 2 days + check, plans/s", 1, () -> checkOne(terms, two, start, end, now));
      Instant until = now.plus(Duration.ofDays(DAYS));
      measure(
          "decode 90 days + all free times, plans/s", 1, () -> readAll(terms, bytes, now, until));
    }
  }

  private static Fixture typical(int unit) {
    Fixture fixture =
        new Fixture()
            .business("mon-fri 09:00-22:00; sat,sun,hol 10:00-26:00")
            .rentable("mon-sun 08:00-24:00")
            .prices("mon-fri 09:00-18:00 1200; mon-fri 18:00-24:00 1800; sat,sun,hol 2400")
            .unit(unit);
    fixture.rules.bufferAfterMinutes(30);
    fixture.specialPeriods.add(
        SpecialPeriod.closed(LocalDate.of(2026, 12, 30), LocalDate.of(2027, 1, 3), "年末年始"));
    for (int day = 0; day < DAYS; day++) {
      LocalDate date = LocalDate.of(2026, 11, 21).plusDays(day);
      fixture
          .booked(1, date + " 11:00", date + " 13:30")
          .booked(1, date + " 19:00", date + " 21:00");
    }
    return fixture;
  }

  private static long computeAll(
      CalendarCalculator calculator, Truth truth, LocalDate from, LocalDate to) {
    long sum = 0;
    for (CalendarDay day : calculator.compute(truth, from, to)) {
      sum += CalendarDayCodec.encode(day).length;
    }
    return sum;
  }

  private static long checkOne(
      byte[] terms, List<byte[]> days, Instant start, Instant end, Instant now) {
    Answer answer = availability(terms, days).check(start, end, now);
    return answer instanceof Answer.Bookable ? 1 : 0;
  }

  private static long readAll(byte[] terms, List<byte[]> days, Instant from, Instant to) {
    return availability(terms, days).offers(from, to, Duration.ofHours(2), from).size();
  }

  private static Availability availability(byte[] terms, List<byte[]> days) {
    return new Availability(
        PlanTermsCodec.decode(terms), days.stream().map(CalendarDayCodec::decode).toList());
  }

  private static void measure(String what, int perCall, LongSupplier work) {
    long best = 0;
    long check = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      long calls = 0;
      while (System.nanoTime() - begin < NANOS_PER_ROUND) {
        check += work.getAsLong();
        calls++;
      }
      best = Math.max(best, calls * perCall * 1_000_000_000L / (System.nanoTime() - begin));
    }
    System.out.printf("  %-42s %,d (check %d)%n", what, best, check % 10);
  }
}
