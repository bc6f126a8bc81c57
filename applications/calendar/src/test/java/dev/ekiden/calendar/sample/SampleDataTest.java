package dev.ekiden.calendar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.CalendarDay;
import dev.ekiden.calendar.availability.CalendarDayCodec;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The sample is the same for the same seed, as large as asked, and valid by the model's rules. */
class SampleDataTest {

  private static final LocalDate DAY = LocalDate.of(2026, 11, 21);
  private static final HolidayCalendars HOLIDAYS = new HolidayCalendars();

  /** Keeps every line as text and the objects beside it. */
  private static final class Recorder implements SampleSink {
    final StringBuilder text = new StringBuilder();
    final List<Venue> venues = new ArrayList<>();
    final List<Space> spaces = new ArrayList<>();
    final List<Plan> plans = new ArrayList<>();
    final List<Truth> truths = new ArrayList<>();
    int reservations;

    @Override
    public void venue(Venue venue) {
      venues.add(venue);
      text.append(venue).append('\n');
    }

    @Override
    public void space(Venue venue, Space space, int units) {
      assertThat(space.venueId()).isEqualTo(venue.id());
      spaces.add(space);
      text.append(space).append(' ').append(units).append('\n');
    }

    @Override
    public void plan(Space space, Plan plan) {
      assertThat(plan.spaceId()).isEqualTo(space.id());
      plans.add(plan);
      Resource resource = new Resource(1, "r", "R", List.of(new ResourceUnit(1, 1)));
      List<Occupation> none = List.of();
      truths.add(new Truth(venues.getLast(), space, plan, List.of(resource), none));
      text.append(plan).append('\n');
    }

    @Override
    public void reservation(Plan plan, SampleReservation reservation) {
      assertThat(plan.spaceId()).isEqualTo(spaces.getLast().id());
      reservations++;
      text.append(plan.code()).append(' ').append(reservation).append('\n');
    }
  }

  private static Recorder generate(long seed, SampleSize size) {
    Recorder recorder = new Recorder();
    SampleData.generate(seed, size, DAY, HOLIDAYS, recorder);
    return recorder;
  }

  @Test
  void theSameSeedGivesTheSameDataAndAnotherSeedGivesOther() throws NoSuchAlgorithmException {
    String first = generate(1, SampleSize.SMALL).text.toString();
    assertThat(generate(1, SampleSize.SMALL).text.toString()).isEqualTo(first);
    assertThat(generate(2, SampleSize.SMALL).text.toString()).isNotEqualTo(first);
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(first.getBytes(StandardCharsets.UTF_8));
    assertThat(HexFormat.of().formatHex(digest))
        .as("a changed generator changes published figures; change this line knowingly")
        .startsWith("81cbf280befd7152");
  }

  @Test
  void theSizesAreThoseAskedFor() {
    Recorder small = generate(SampleData.DEFAULT_SEED, SampleSize.SMALL);
    assertThat(small.venues).hasSize(20);
    assertThat(small.spaces).hasSize(100);
    assertThat(small.plans).hasSize(1_000);
    Recorder full = generate(SampleData.DEFAULT_SEED, SampleSize.FULL);
    assertThat(full.venues).hasSize(200);
    assertThat(full.spaces).hasSize(1_000);
    assertThat(full.plans).hasSize(10_000);
    assertThat(full.reservations).isGreaterThan(5_000);
    System.out.printf(
        "full sample: %,d reservations, %,d characters%n", full.reservations, full.text.length());
  }

  @Test
  void codesAreUniqueAndPlacesAndKindsVary() {
    Recorder full = generate(SampleData.DEFAULT_SEED, SampleSize.FULL);
    Set<String> codes = new HashSet<>();
    full.venues.forEach(venue -> assertThat(codes.add(venue.code())).isTrue());
    full.spaces.forEach(space -> assertThat(codes.add(space.code())).isTrue());
    full.plans.forEach(plan -> assertThat(codes.add(plan.code())).isTrue());
    assertThat(full.venues.stream().map(venue -> venue.zone().getId()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("Asia/Tokyo", "America/New_York", "Australia/Sydney");
    assertThat(full.plans.stream().map(p -> p.rules().unitMinutes()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(15, 30, 60);
    assertThat(full.plans.stream().map(Plan::published).collect(Collectors.toSet())).hasSize(2);
    assertThat(full.plans.stream().collect(Collectors.groupingBy(Plan::spaceId)).values())
        .allSatisfy(plans -> assertThat(plans.size()).isBetween(5, 15));
  }

  @Test
  void mostPublishedPlansCanBeBookedAndADayTakesFewBytes() {
    Recorder small = generate(SampleData.DEFAULT_SEED, SampleSize.SMALL);
    CalendarCalculator calculator = new CalendarCalculator(HOLIDAYS);
    long bytes = 0;
    long days = 0;
    int open = 0;
    for (Truth truth : small.truths) {
      List<CalendarDay> computed = calculator.compute(truth, DAY, DAY.plusDays(89));
      boolean anyFree =
          computed.stream()
              .flatMap(day -> day.resources().getFirst().units().stream())
              .anyMatch(bits -> bits.low() != 0 || bits.high() != 0);
      open += anyFree ? 1 : 0;
      bytes += computed.stream().mapToLong(day -> CalendarDayCodec.encode(day).length).sum();
      days += computed.size();
    }
    assertThat(open).isGreaterThan(900);
    System.out.printf(
        "small sample: %d of 1000 plans open, %.1f bytes a day%n", open, 1.0 * bytes / days);
  }

  @Test
  void sizesHaveLimits() {
    assertThat(new SampleSize(1, 1, 1, 0)).isNotNull();
    assertThat(new SampleSize(1, 1, 1_000_000, 1_000)).isNotNull();
    assertThatThrownBy(() -> new SampleSize(0, 1, 1, 0)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new SampleSize(2, 1, 1, 0)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new SampleSize(1, 2, 1, 0)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new SampleSize(1, 1, 1_000_001, 0))
        .hasMessageContaining("at most 1000000");
    assertThatThrownBy(() -> new SampleSize(1, 1, 1, 1_001))
        .hasMessageContaining("must be between 0 and 1000");
    assertThatThrownBy(() -> new SampleSize(1, 1, 1, -1)).isInstanceOf(InvalidValueException.class);
    assertThat(generate(1, new SampleSize(1, 1, 1, 0)).plans).hasSize(1);
    assertThat(generate(1, new SampleSize(3, 7, 8, 1)).plans).hasSize(8);
  }
}
