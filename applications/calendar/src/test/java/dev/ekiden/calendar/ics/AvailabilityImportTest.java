package dev.ekiden.calendar.ics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What availabilities (RFC 7953) block: all but what they say is available. */
@Timeout(60)
class AvailabilityImportTest {

  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

  /** Sunday. */
  private static final Instant FROM = Instant.parse("2026-11-01T00:00:00Z");

  private static final Instant TO = FROM.plus(Duration.ofDays(8));

  @Test
  void aCalendarServersHoursAreOverriddenByAHigherPriorityForSomeDays() throws IOException {
    IcsContent content = read(IcsReaderTest.fixture("calendarserver.ics"));

    assertThat(content.problems()).isEmpty();
    assertThat(content.events()).isEqualTo(2);
    assertThat(IcsReaderTest.times(content, "hours@example.com"))
        .containsExactly(
            // From Friday's end, in summer time, until Monday's beginning.
            "2026-10-30T22:00:00Z/2026-11-02T14:00:00Z",
            // Tuesday is excluded, Wednesday is changed.
            "2026-11-02T23:00:00Z/2026-11-04T18:00:00Z",
            "2026-11-04T20:00:00Z/2026-11-05T14:00:00Z",
            "2026-11-05T23:00:00Z/2026-11-06T05:00:00Z");
    assertThat(IcsReaderTest.times(content, "holidays@example.com"))
        .containsExactly(
            "2026-11-06T05:00:00Z/2026-11-07T15:00:00Z",
            "2026-11-07T17:00:00Z/2026-11-09T00:00:00Z");
  }

  @Test
  void workingHoursWithoutAnyBoundsOrNames() throws IOException {
    IcsContent content = read(IcsReaderTest.fixture("nextcloud.ics"));

    assertThat(content.problems()).isEmpty();
    assertThat(IcsReaderTest.times(content, "VAVAILABILITY"))
        .containsExactly(
            "2026-10-30T17:00:00Z/2026-11-02T08:00:00Z",
            "2026-11-02T17:00:00Z/2026-11-03T08:00:00Z",
            "2026-11-03T17:00:00Z/2026-11-04T08:00:00Z",
            "2026-11-04T17:00:00Z/2026-11-05T08:00:00Z",
            "2026-11-05T17:00:00Z/2026-11-06T08:00:00Z",
            "2026-11-06T17:00:00Z/2026-11-09T00:00:00Z");
  }

  @Test
  void eventsBlockBesidesAndWithinAvailableTimes() {
    IcsContent content =
        read(
            IcsReaderTest.calendar(
                availability("a", "DTSTART:20261102T000000Z\nDTEND:20261103T000000Z", WHOLE_DAY)
                    + IcsReaderTest.event("e", "DTSTART:20261102T100000Z", "DURATION:PT1H")));
    assertThat(content.blocks()).containsOnlyKeys("e");
  }

  @Test
  void equalPrioritiesAreFreeOnlyWhereAllAre() {
    String first = "DTSTART:20261102T000000Z\nDURATION:P1D\nPRIORITY:5";
    IcsContent content =
        read(
            IcsReaderTest.calendar(
                availability("a", first, "DTSTART:20261102T080000Z\nDTEND:20261102T120000Z")
                    + availability(
                        "b", first, "DTSTART:20261102T100000Z\nDTEND:20261102T140000Z")));
    assertThat(IcsReaderTest.times(content, "a"))
        .containsExactly(
            "2026-11-02T00:00:00Z/2026-11-02T08:00:00Z",
            "2026-11-02T12:00:00Z/2026-11-03T00:00:00Z");
    assertThat(IcsReaderTest.times(content, "b"))
        .containsExactly("2026-11-02T08:00:00Z/2026-11-02T10:00:00Z");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DTSTART:yesterday|DTSTART",
        "PRIORITY:10|PRIORITY",
        "PRIORITY:high|PRIORITY",
        "DTSTART:20261102T000000Z;DTEND:20261102T000000Z|DTEND",
        "DTSTART:20261102T000000Z;DTEND:20261101T000000Z|DTEND",
        "DTSTART;TZID=Mars/Olympus:20261101T090000|DTSTART",
      })
  void aBadOneIsToldWithItsLineAndTheOthersAreRead(String lines, String property) {
    String bounds =
        lines.contains("TZID")
            ? lines.replace("DTSTART;TZID", "DTSTART;TZID")
            : lines.replace(";", "\n");
    IcsContent content =
        read(
            IcsReaderTest.calendar(
                availability("bad", bounds, WHOLE_DAY)
                    + availability(
                        "good", "DTSTART:20261103T000000Z\nDTEND:20261104T000000Z", WHOLE_DAY)));
    assertThat(content.refused()).containsExactly("bad");
    assertThat(content.blocks()).containsOnlyKeys("good");
    assertThat(content.problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.line()).isBetween(3L, 6L);
          assertThat(problem.column()).isIn(property, "TZID");
        });
  }

  @Test
  void aBadPartRefusesItsAvailability() {
    IcsContent content =
        read(
            IcsReaderTest.calendar(
                availability(
                    "a",
                    "DTSTART:20261103T000000Z",
                    "DTSTART:20261103T100000Z\nRRULE:FREQ=SECONDLY")));
    assertThat(content.refused()).containsExactly("a");
    assertThat(content.problems().getFirst().column()).isEqualTo("RRULE");
  }

  @Test
  void asManyAsAllowedAreReadAndOneMoreIsRefused() {
    String one = availability("a", "DTSTART:20261103T000000Z\nDURATION:P1D", WHOLE_DAY);
    String most = one.repeat(IcsLimits.MAXIMUM_AVAILABILITIES);
    assertThat(read(IcsReaderTest.calendar(most)).problems()).isEmpty();
    assertThatThrownBy(() -> read(IcsReaderTest.calendar(most + one)))
        .isInstanceOf(MalformedIcsException.class)
        .hasMessageContaining("at most 100 VAVAILABILITY, not 101");
  }

  @Test
  void asManyAvailableTimesAsAllowedAndNotOneMore() {
    int half = IcsLimits.MAXIMUM_AVAILABLE_TIMES / 2;
    String hourly = "DTSTART:20150101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY;COUNT=";
    String more = "DTSTART:20150101T003000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY;COUNT=";
    assertThat(read(twoParts(hourly + half, more + half)).problems()).isEmpty();
    assertThat(read(twoParts(hourly + half, more + (half + 1))).problems().getFirst().reason())
        .contains("at most 100000 times");
  }

  private static String twoParts(String first, String second) {
    return IcsReaderTest.calendar(
        "BEGIN:VAVAILABILITY\nUID:a\nBEGIN:AVAILABLE\nUID:1\n"
            + first
            + "\nEND:AVAILABLE\nBEGIN:AVAILABLE\nUID:2\n"
            + second
            + "\nEND:AVAILABLE\nEND:VAVAILABILITY\n");
  }

  /** The sweep says of every hour what a look at all of them says. */
  @Test
  void manyOverlappingOnesSayWhatBruteForceSays() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      List<SaidAvailability> said = new ArrayList<>();
      for (int number = random.nextInt(5); number >= 0; number--) {
        Instant from = random.nextInt(4) == 0 ? Instant.MIN : hour(random.nextInt(40) - 8);
        Instant to = random.nextInt(4) == 0 ? hour(48) : hour(8 + random.nextInt(41));
        if (from.isBefore(to)) {
          said.add(
              new SaidAvailability(
                  "uid" + number, 1 + random.nextInt(3), from, to, someHours(random)));
        }
      }
      Map<String, Set<Period>> blocks = AvailabilityBlocks.of(said, hour(0), hour(48));
      for (int at = 0; at < 48; at++) {
        Instant moment = hour(at);
        assertThat(
                blocks.values().stream()
                    .flatMap(Set::stream)
                    .filter(period -> covers(period, moment))
                    .count())
            .as("round %d, hour %d, %s: %s", round, at, said, blocks)
            .isEqualTo(isBusy(said, moment) ? 1 : 0);
      }
    }
  }

  private static List<Period> someHours(Random random) {
    List<Period> periods = new ArrayList<>();
    int at = random.nextInt(12) - 10;
    while (at < 47) {
      int end = at + 1 + random.nextInt(6);
      periods.add(new Period(hour(at), hour(Math.min(end, 48))));
      at = end + 1 + random.nextInt(8);
    }
    return periods;
  }

  private static boolean isBusy(List<SaidAvailability> said, Instant at) {
    List<SaidAvailability> covering =
        said.stream().filter(one -> !at.isBefore(one.from()) && at.isBefore(one.to())).toList();
    int best = covering.stream().mapToInt(SaidAvailability::rank).min().orElse(0);
    return covering.stream()
        .filter(one -> one.rank() == best)
        .anyMatch(one -> one.available().stream().noneMatch(period -> covers(period, at)));
  }

  private static boolean covers(Period period, Instant at) {
    return !at.isBefore(period.from()) && at.isBefore(period.to());
  }

  private static Instant hour(int number) {
    return FROM.plus(Duration.ofHours(number));
  }

  // ---- helpers ----

  private static final String WHOLE_DAY = "DTSTART:20261102T000000Z\nDTEND:20261103T000000Z";

  private static String availability(String uid, String bounds, String available) {
    return "BEGIN:VAVAILABILITY\nUID:%s\n%s\nBEGIN:AVAILABLE\nUID:%s-1\n%s\nEND:AVAILABLE\n"
            .formatted(uid, bounds, uid, available)
        + "END:VAVAILABILITY\n";
  }

  private static IcsContent read(byte[] text) {
    return IcsReader.read("test", text, TOKYO, FROM, TO);
  }

  private static IcsContent read(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }
}
