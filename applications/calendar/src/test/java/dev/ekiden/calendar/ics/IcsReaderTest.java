package dev.ekiden.calendar.ics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What calendars mean, as Google, Outlook and Apple write them and as nobody should. */
@Timeout(60)
class IcsReaderTest {

  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
  private static final Instant FROM = Instant.parse("2026-10-01T00:00:00Z");
  private static final Instant TO = FROM.plus(IcsLimits.HORIZON);

  @Test
  void googlesWeeklyMeetingStaysAtNineInNewYorkAndOneOfItIsMoved() throws IOException {
    IcsContent content = read(fixture("google.ics"));

    assertThat(content.problems()).isEmpty();
    assertThat(content.events()).isEqualTo(5);
    assertThat(content.blocks()).containsOnlyKeys("weekly0001@google.com", "holidays@google.com");
    assertThat(times(content, "weekly0001@google.com"))
        .containsExactly(
            // Summer time until November 1; the ninth is excluded, the sixteenth is moved.
            "2026-10-26T13:00:00Z/2026-10-26T14:30:00Z",
            "2026-11-02T14:00:00Z/2026-11-02T15:30:00Z",
            "2026-11-16T19:00:00Z/2026-11-16T20:00:00Z");
  }

  @Test
  void wholeDaysAreThoseOfTheVenue() throws IOException {
    assertThat(times(read(fixture("google.ics")), "holidays@google.com"))
        .containsExactly("2026-12-23T15:00:00Z/2026-12-25T15:00:00Z");
  }

  @Test
  void outlooksOwnNamesOfZonesMeanWhatItsDefinitionsSay() throws IOException {
    IcsContent content = read(fixture("outlook.ics"));

    assertThat(content.problems()).isEmpty();
    assertThat(times(content, "040000008200E00074C5B7101A82E00800000000A0B5C4"))
        .containsExactly(
            "2026-11-26T01:00:00Z/2026-11-26T03:00:00Z",
            "2026-12-24T01:00:00Z/2026-12-24T03:00:00Z",
            "2027-01-28T01:00:00Z/2027-01-28T03:00:00Z");
    assertThat(times(content, "040000008200E00074C5B7101A82E00800000000B1"))
        .as("the clocks change on March 14")
        .containsExactly(
            "2027-03-12T23:00:00Z/2027-03-13T00:00:00Z",
            "2027-03-13T23:00:00Z/2027-03-14T00:00:00Z",
            "2027-03-14T22:00:00Z/2027-03-14T23:00:00Z");
  }

  @Test
  void applesDurationsExtraDatesAndFloatingTimes() throws IOException {
    IcsContent content = read(fixture("apple.ics"));

    assertThat(content.problems()).isEmpty();
    assertThat(times(content, "5D1C2F70-1B3F-4C58-9B1D-0A3E1F6B9C11"))
        .containsExactly(
            "2026-12-01T10:00:00Z/2026-12-01T12:30:00Z",
            "2026-12-03T10:00:00Z/2026-12-03T12:30:00Z",
            "2026-12-05T11:00:00Z/2026-12-05T13:30:00Z");
    assertThat(times(content, "7AE0B7E1-5A7B-4D53-8A6C-1D24E7A1E001"))
        .containsExactly("2026-12-30T15:00:00Z/2026-12-31T15:00:00Z");
    assertThat(times(content, "7AE0B7E1-5A7B-4D53-8A6C-1D24E7A1E002"))
        .containsExactly("2026-12-10T01:00:00Z/2026-12-10T02:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Pacific/Auckland", "America/Sao_Paulo", "UTC"})
  void theClockOfThisMachineDoesNotMatter(String zone) throws IOException {
    IcsContent expected = read(fixture("apple.ics"));
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone(zone));
      assertThat(read(fixture("apple.ics"))).isEqualTo(expected);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RRULE:FREQ=DAILY;UNTIL=20261103T090000|3|floating, the last one included",
        "RRULE:FREQ=DAILY;UNTIL=20261103|3|a day means all of it",
        "RRULE:FREQ=DAILY;UNTIL=20261103T000000Z|3|UTC",
        "RRULE:FREQ=DAILY;UNTIL=20261102T235959Z|2|UTC, a second too early",
        "RRULE:FREQ=DAILY;COUNT=4|4|",
        "RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=5|5|",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2|3|the event itself counts, though no Friday",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30|1|never",
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30|1|never",
        "RRULE:FREQ=DAILY;INTERVAL=10000|1|too rarely",
        "RDATE:20261105T090000,20261106T090000|3|",
        "RDATE;VALUE=PERIOD:20261105T000000Z/PT3H|2|",
        "EXDATE:20261101T090000|0|",
        "X-NONE:1|1|"
      })
  void repetitions(String line, int times, String why) {
    String event = event("1", "DTSTART:20261101T090000", "DURATION:PT1H", line);
    assertThat(times(read(calendar(event)), "1")).as(why).hasSize(times);
  }

  @Test
  void aPeriodOfRdateHasALengthOfItsOwn() {
    String event =
        event(
            "1",
            "DTSTART:20261101T090000Z",
            "DURATION:PT1H",
            "RDATE;VALUE=PERIOD:20261105T090000Z/PT3H,20261106T090000Z/20261106T093000Z");
    assertThat(times(read(calendar(event)), "1"))
        .containsExactly(
            "2026-11-01T09:00:00Z/2026-11-01T10:00:00Z",
            "2026-11-05T09:00:00Z/2026-11-05T12:00:00Z",
            "2026-11-06T09:00:00Z/2026-11-06T09:30:00Z");
  }

  @Test
  void aTimeThatTheClockSkipsIsAsMuchLater() {
    String event =
        event(
            "1",
            "DTSTART;TZID=America/New_York:20270313T023000",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=3");
    assertThat(times(read(calendar(event)), "1"))
        .containsExactly(
            "2027-03-13T07:30:00Z/2027-03-13T08:30:00Z",
            "2027-03-14T07:30:00Z/2027-03-14T08:30:00Z",
            "2027-03-15T06:30:00Z/2027-03-15T07:30:00Z");
  }

  @Test
  void aDayOfADurationIsADayOnTheClock() {
    String event = event("1", "DTSTART;TZID=America/New_York:20270313T120000", "DURATION:P1DT1H");
    assertThat(times(read(calendar(event)), "1"))
        .as("23 hours and one")
        .containsExactly("2027-03-13T17:00:00Z/2027-03-14T17:00:00Z");
  }

  @Test
  void aZoneWithAPathBeforeItsNameIsUnderstood() {
    String event =
        event(
            "1",
            "DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20261101T090000",
            "DURATION:PT1H");
    assertThat(times(read(calendar(event)), "1"))
        .containsExactly("2026-11-01T00:00:00Z/2026-11-01T01:00:00Z");
  }

  @Test
  void aCanceledRepetitionIsFreeAndOneThatIsNowFreeToo() {
    String text =
        calendar(
            event("1", "DTSTART:20261101T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4")
                + event(
                    "1",
                    "RECURRENCE-ID:20261102T090000Z",
                    "DTSTART:20261102T090000Z",
                    "DURATION:PT1H",
                    "STATUS:CANCELLED")
                + event(
                    "1",
                    "RECURRENCE-ID:20261103T090000Z",
                    "DTSTART:20261103T090000Z",
                    "DURATION:PT1H",
                    "TRANSP:TRANSPARENT"));
    assertThat(times(read(text), "1"))
        .containsExactly(
            "2026-11-01T09:00:00Z/2026-11-01T10:00:00Z",
            "2026-11-04T09:00:00Z/2026-11-04T10:00:00Z");
  }

  @Test
  void thisAndAllFollowingOnesMoveTogether() {
    String text =
        calendar(
            event("1", "DTSTART:20261101T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4")
                + event(
                    "1",
                    "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T090000Z",
                    "DTSTART:20261103T120000Z",
                    "DURATION:PT2H"));
    assertThat(times(read(text), "1"))
        .containsExactly(
            "2026-11-01T09:00:00Z/2026-11-01T10:00:00Z",
            "2026-11-02T09:00:00Z/2026-11-02T10:00:00Z",
            "2026-11-03T12:00:00Z/2026-11-03T14:00:00Z",
            "2026-11-04T12:00:00Z/2026-11-04T14:00:00Z");
  }

  @Test
  void theVersionWithTheHighestSequenceHolds() {
    String text =
        calendar(
            event("1", "DTSTART:20261102T090000Z", "DURATION:PT1H", "SEQUENCE:2")
                + event("1", "DTSTART:20261101T090000Z", "DURATION:PT1H", "SEQUENCE:1"));
    assertThat(times(read(text), "1")).containsExactly("2026-11-02T09:00:00Z/2026-11-02T10:00:00Z");
  }

  @Test
  void busyTimesOfVfreebusyBlock() {
    String text =
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        BEGIN:VFREEBUSY
        UID:fb
        FREEBUSY:20261101T090000Z/20261101T100000Z,20261102T090000Z/PT30M
        FREEBUSY;FBTYPE=FREE:20261103T090000Z/20261103T100000Z
        FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261104T090000Z/20261104T100000Z
        END:VFREEBUSY
        END:VCALENDAR
        """;
    assertThat(times(read(text), "fb"))
        .containsExactly(
            "2026-11-01T09:00:00Z/2026-11-01T10:00:00Z",
            "2026-11-02T09:00:00Z/2026-11-02T09:30:00Z",
            "2026-11-04T09:00:00Z/2026-11-04T10:00:00Z");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "DTSTART:yesterday|DURATION:PT1H|5|DTSTART|Could not parse",
        "DTSTART:20261301T000000Z|DURATION:PT1H|3|DTSTART|is no date or time",
        "X-NONE:1|DURATION:PT1H|3|DTSTART|is required",
        "DTSTART:20261101T090000Z|DTEND:20261101T080000Z|3|DTEND|must not be before DTSTART",
        "DTSTART;VALUE=DATE:20261101|DTEND:20261101T080000Z|3|DTEND|must be a date iff",
        "DTSTART;VALUE=DATE:20261101|DURATION:PT1H|3|DURATION|must be whole days",
        "DTSTART:20261101T090000Z|DURATION:-PT1H|3|DURATION|must not be negative",
        "DTSTART:20261101T090000Z|RRULE:FREQ=SOMETIMES|6|RRULE|Invalid FREQ",
        "DTSTART:20261101T090000Z|RRULE:FREQ=DAILY;BYDAY=XX|6|RRULE|Invalid BYDAY",
        "DTSTART:20261101T090000Z|RRULE:FREQ=MINUTELY|3|RRULE|must repeat HOURLY",
        "DTSTART:20261101T090000Z|RRULE:FREQ=DAILY;INTERVAL=10001|3|RRULE|between 1 and 10000",
        "DTSTART:20261101T090000Z|EXDATE:foo|6|EXDATE|Could not parse",
        "DTSTART;TZID=Mars/Olympus:20261101T090000|DURATION:PT1H|3|TZID|is no IANA time zone",
        "DTSTART:00010101T090000Z|RRULE:FREQ=DAILY|3|RRULE|at most 100000 times"
      })
  void aBadEventIsToldWithLineAndPropertyAndTheOthersAreRead(
      String first, String second, long line, String property, String reason) {
    String text =
        calendar(
            event("bad", first, second)
                + event("good", "DTSTART:20261101T090000Z", "DURATION:PT1H"));

    IcsContent content = read(text);

    assertThat(content.refused()).containsExactly("bad");
    assertThat(content.blocks()).containsOnlyKeys("good");
    assertThat(content.problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.file()).isEqualTo("test");
          assertThat(problem.line()).isEqualTo(line);
          assertThat(problem.column()).isEqualTo(property);
          assertThat(problem.reason()).contains(reason);
        });
  }

  @Test
  void anEventWithoutAUidIsToldSinceItCouldNeverBeRemoved() {
    IcsContent content =
        read(calendar("BEGIN:VEVENT\nDTSTART:20261101T090000Z\nDURATION:PT1H\nEND:VEVENT\n"));
    assertThat(content.blocks()).isEmpty();
    assertThat(content.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.column()).isEqualTo("UID"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|is empty",
        "<html>|line 1 must be BEGIN:VCALENDAR",
        "BEGIN:VCALENDAR;VERSION:2.0|is cut off: after line 2",
        "BEGIN:VCALENDAR;BEGIN:VEVENT;UID:1;END:VCALENDAR|line 4 ends VCALENDAR",
        "BEGIN:VCALENDAR;BEGIN:VEVENT;UID:1|must be END:VEVENT"
      })
  void whatIsNoWholeCalendarIsRefused(String text, String reason) {
    assertThatThrownBy(() -> read(text.replace(';', '\n')))
        .isInstanceOf(MalformedIcsException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aByteOrderMarkAndSeveralCalendarsInOneFileAreFine() {
    String one = calendar(event("1", "DTSTART:20261101T090000Z", "DURATION:PT1H"));
    String two = calendar(event("2", "DTSTART:20261101T090000Z", "DURATION:PT1H"));
    assertThat(read("\uFEFF" + one + two).blocks()).containsOnlyKeys("1", "2");
  }

  // ---- limits ----

  @Test
  void asManyEventsAsAllowedAreReadAndOneMoreIsRefused() {
    String events =
        IntStream.range(0, IcsLimits.MAXIMUM_EVENTS)
            .mapToObj(id -> event("e" + id, "DTSTART:20261101T090000Z", "DURATION:PT1H"))
            .collect(Collectors.joining());
    assertThat(read(calendar(events)).blocks()).hasSize(IcsLimits.MAXIMUM_EVENTS);
    String one = event("more", "DTSTART:20261101T090000Z", "DURATION:PT1H");
    assertThatThrownBy(() -> read(calendar(events + one)))
        .isInstanceOf(MalformedIcsException.class)
        .hasMessageContaining("at most 10000 events, not 10001");
  }

  @Test
  void asManyBlocksAsAllowedAreReadAndOneMoreIsRefused() {
    String most =
        event(
            "1",
            "DTSTART:20261101T000000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=HOURLY;COUNT=" + IcsLimits.MAXIMUM_BLOCKS);
    assertThat(read(calendar(most)).blocks().get("1")).hasSize(IcsLimits.MAXIMUM_BLOCKS);
    String one = event("2", "DTSTART:20261101T000000Z", "DURATION:PT1H");
    assertThatThrownBy(() -> read(calendar(most + one)))
        .isInstanceOf(MalformedIcsException.class)
        .hasMessageContaining("at most 20000 times");
  }

  @Test
  void asManyRepetitionsAsAllowedAreFollowedAndOneMoreIsRefused() {
    // The horizon is so many days after the start.
    Instant start = TO.minus(Duration.ofDays(IcsLimits.MAXIMUM_REPETITIONS));
    assertThat(daily(start).problems()).isEmpty();
    assertThat(daily(start.minusSeconds(1)).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.reason()).contains("at most 100000 times"));
  }

  private static IcsContent daily(Instant start) {
    String time = start.toString().replaceAll("[-:]", "");
    return read(calendar(event("1", "DTSTART:" + time, "DURATION:PT1H", "RRULE:FREQ=DAILY")));
  }

  @Test
  void asManyBytesAsAllowedAreReadAndOneMoreIsRefused() {
    String calendar = calendar(event("1", "DTSTART:20261101T090000Z", "DURATION:PT1H"));
    String blank = "\n".repeat(IcsLimits.MAXIMUM_BYTES - calendar.length());
    assertThat(read(calendar + blank).blocks()).hasSize(1);
    assertThatThrownBy(() -> read(calendar + blank + "\n"))
        .isInstanceOf(MalformedIcsException.class)
        .hasMessageContaining("at most 10485760 bytes");
  }

  @Test
  void aUidMayBeLongButNotLonger() {
    String longest = "u".repeat(IcsLimits.MAXIMUM_UID_LENGTH);
    assertThat(read(calendar(event(longest, "DTSTART:20261101T090000Z", "DURATION:PT1H"))).blocks())
        .containsOnlyKeys(longest);
    assertThat(
            read(calendar(event(longest + "u", "DTSTART:20261101T090000Z", "DURATION:PT1H")))
                .problems())
        .hasSize(1);
  }

  @Test
  void whatIsPastOrBeyondTheHorizonIsLeftOut() {
    String text =
        calendar(
            event("past", "DTSTART:20260901T090000Z", "DURATION:PT1H")
                + event("running", "DTSTART:20260901T090000Z", "DURATION:P60D")
                + event("far", "DTSTART:20400901T090000Z", "DURATION:PT1H"));
    assertThat(read(text).blocks()).containsOnlyKeys("running");
  }

  // ---- helpers ----

  static String calendar(String events) {
    return "BEGIN:VCALENDAR\nVERSION:2.0\n" + events + "END:VCALENDAR\n";
  }

  static String event(String uid, String... lines) {
    return "BEGIN:VEVENT\nUID:" + uid + "\n" + String.join("\n", lines) + "\nEND:VEVENT\n";
  }

  static byte[] fixture(String name) throws IOException {
    try (InputStream in = IcsReaderTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private static IcsContent read(byte[] text) {
    return IcsReader.read("test", text, TOKYO, FROM, TO);
  }

  private static IcsContent read(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  static List<String> times(IcsContent content, String uid) {
    Collection<Period> periods = content.blocks().getOrDefault(uid, java.util.Set.of());
    return periods.stream().map(period -> period.from() + "/" + period.to()).sorted().toList();
  }
}
