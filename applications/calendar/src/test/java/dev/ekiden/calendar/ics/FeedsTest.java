package dev.ekiden.calendar.ics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.booking.BookingService;
import dev.ekiden.calendar.store.BlockTable.Target;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.testkit.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What others may read of a space: when it is busy. */
class FeedsTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
  private static final Instant TEN = Instant.parse("2026-11-22T01:00:00Z");

  private TestCalendar calendar;
  private BookingService bookings;
  private final Feeds feeds = new Feeds();
  private long venue;
  private long space;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    bookings =
        new BookingService(
            calendar.database, calendar.writer, new BookingCheck(new HolidayCalendars()), calendar);
    venue = calendar.venue("Asia/Tokyo");
    space = calendar.space(venue);
    plan = calendar.plan(space);
  }

  @Test
  void bookingsAndClosuresAreBusyAndThoseThatTouchAreOne() {
    FeedToken token = create();
    book(TEN);
    book(TEN.plusSeconds(3600));
    calendar.write(handle ->
        calendar.writer.putClosure(
            handle,
            space,
            new Closure(
                LocalDateTime.parse("2026-11-23T10:00"),
                LocalDateTime.parse("2026-11-23T12:00"),
                "Visit of Mr Tanaka")));

    String text = read(token, Feeds.Form.EVENTS).text();

    assertThat(text).containsOnlyOnce("DTSTART:20261122T010000Z\r\nDTEND:20261122T030000Z\r\n");
    assertThat(text).containsOnlyOnce("DTSTART:20261123T010000Z\r\nDTEND:20261123T030000Z\r\n");
    assertThat(read(token, Feeds.Form.FREE_BUSY).text())
        .contains("FREEBUSY:20261122T010000Z/20261122T030000Z\r\n")
        .contains("FREEBUSY:20261123T010000Z/20261123T030000Z\r\n");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(75));
  }

  /** The grep: whatever is in the database besides times, none of it is in the feed. */
  @Test
  void aFeedTellsTimesAndNothingElse() {
    FeedToken token = create();
    book(TEN);
    calendar.write(handle ->
        calendar.writer.putClosure(
            handle,
            space,
            new Closure(
                LocalDateTime.parse("2026-11-23T10:00"),
                LocalDateTime.parse("2026-11-23T12:00"),
                "Visit of Mr Tanaka")));
    for (Feeds.Form form : Feeds.Form.values()) {
      String left =
          read(token, form)
              .text()
              .replaceAll(
                  "(?m)^(BEGIN|END):(VCALENDAR|VEVENT|VFREEBUSY|VAVAILABILITY|AVAILABLE)\\R", "")
              .replaceAll("(?m)^(DTSTAMP|DTSTART|DTEND):\\d{8}T\\d{6}Z\\R", "")
              .replaceAll("(?m)^FREEBUSY:\\d{8}T\\d{6}Z/\\d{8}T\\d{6}Z\\R", "")
              .replaceAll(
                  "(?m)^UID:((free-)?\\d{8}T\\d{6}Z|freebusy|availability)-\\d+@ekiden\\R", "")
              .replaceAll(
                  "(?m)^(SUMMARY:Busy|BUSYTYPE:BUSY|TRANSP:OPAQUE|VERSION:2.0|METHOD:PUBLISH)\\R",
                  "")
              .replaceAll("(?m)^(PRODID:-//Ekiden//Calendar//EN)\\R", "")
              .replaceAll("(?m)^(REFRESH-INTERVAL;VALUE=DURATION|X-PUBLISHED-TTL):PT15M\\R", "");
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aSpaceIsBusyWhenAResourceHasNoUnitLeft() {
    calendar.useResources(
        space,
        new ResourceUse(TestCalendar.code("desk"), 2),
        new ResourceUse(TestCalendar.code("projector"), 3));
    FeedToken token = create();
    bookings.hold(plan, TEN, TEN.plusSeconds(7200));
    assertThat(read(token, Feeds.Form.EVENTS).text()).doesNotContain("VEVENT");
    bookings.hold(plan, TEN.plusSeconds(3600), TEN.plusSeconds(10_800));
    assertThat(read(token, Feeds.Form.FREE_BUSY).text())
        .containsOnlyOnce("FREEBUSY:")
        .contains("FREEBUSY:20261122T020000Z/20261122T030000Z");
  }

  @Test
  void aBookingOfAPartMakesTheWholeBusy() {
    long whole = calendar.space(venue);
    String part = TestCalendar.code("part");
    calendar.useResources(space, new ResourceUse(part, 1));
    calendar.useResources(
        whole, new ResourceUse(part, 1), new ResourceUse(TestCalendar.code("part"), 1));
    FeedToken token = create(whole);
    book(TEN);
    assertThat(read(token, Feeds.Form.FREE_BUSY).text())
        .contains("FREEBUSY:20261122T010000Z/20261122T020000Z");
  }

  @Test
  void buffersAreBusyToo() {
    long buffered = calendar.plan(space, BookingRules.builder().bufferAfterMinutes(30).build());
    FeedToken token = create();
    bookings.hold(buffered, TEN, TEN.plusSeconds(3600));
    assertThat(read(token, Feeds.Form.FREE_BUSY).text())
        .contains("FREEBUSY:20261122T010000Z/20261122T023000Z");
  }

  @Test
  void tagAndTimeChangeWhenTheContentDoesAndOnlyThen() {
    FeedToken token = create();
    Feeds.Content first = read(token, Feeds.Form.EVENTS);
    calendar.setClock(TestCalendar.NOW.plus(Duration.ofHours(1)));
    Feeds.Content second = read(token, Feeds.Form.EVENTS);
    assertThat(second).isEqualTo(first);
    assertThat(read(token, Feeds.Form.FREE_BUSY).tag()).isNotEqualTo(first.tag());

    book(TEN);
    Feeds.Content third = read(token, Feeds.Form.EVENTS);

    assertThat(third.tag()).isNotEqualTo(first.tag());
    assertThat(third.changedAt()).isEqualTo(TestCalendar.NOW.plus(Duration.ofHours(1)));
  }

  @Test
  void aRevokedAddressAnswersNoMoreAndTheTokenIsNotStored() {
    Feeds.Created created =
        calendar.database.inTransaction(
            handle -> feeds.create(handle, space, "google", TestCalendar.NOW));
    String stored =
        calendar.read(handle ->
            handle
                .createQuery("SELECT row_to_json(f)::text FROM calendar.feed AS f")
                .mapTo(String.class)
                .one());
    assertThat(stored).doesNotContain(created.token().secret());
    assertThat(created.token().toString()).doesNotContain(created.token().secret());
    long other = calendar.space(venue);
    assertThat(revoke(other, created.feed().id())).as("not its feed").isFalse();

    assertThat(revoke(space, created.feed().id())).isTrue();

    assertThat(
            calendar.database.<Boolean>inTransaction(handle ->
                feeds
                    .read(handle, created.token(), Feeds.Form.EVENTS, TestCalendar.NOW)
                    .isPresent()))
        .isFalse();
  }

  @Test
  void asManyFeedsAsAllowedAndNotOneMore() {
    for (int feed = 0; feed < Feeds.MAXIMUM_FEEDS; feed++) {
      create();
    }
    assertThatThrownBy(this::create)
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("at most 20");
    assertThatThrownBy(() -> create(" ")).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> create("n".repeat(Feeds.MAXIMUM_NAME_LENGTH + 1)))
        .isInstanceOf(InvalidValueException.class);
  }

  /** What one calendar tells, another can read: both are busy at the same times. */
  @Test
  void whatIsExportedAndImportedAgainIsTheSame() {
    Random random = new Random(11);
    for (int count = 0; count < 60; count++) {
      Instant start = TEN.plus(Duration.ofHours(random.nextInt(24 * 60)));
      try {
        bookings.hold(plan, start, start.plus(Duration.ofHours(1 + random.nextInt(5))));
      } catch (dev.ekiden.calendar.booking.SlotUnavailableException e) {
        // Taken already: the others suffice.
      }
    }
    FeedToken token = create();
    Set<String> expected = new TreeSet<>(periods(read(token, Feeds.Form.FREE_BUSY).text()));
    assertThat(expected).hasSizeGreaterThan(20);
    for (Feeds.Form form : Feeds.Form.values()) {
      long copy = calendar.space(venue);
      long copyPlan = calendar.plan(copy);
      Instant through = TestCalendar.NOW.plus(IcsLimits.HORIZON);
      IcsContent content =
          IcsReader.read(
              "feed",
              read(token, form).text().getBytes(StandardCharsets.UTF_8),
              TOKYO,
              TestCalendar.NOW,
              through);
      assertThat(content.problems()).isEmpty();
      BlockSync sync = new BlockSync(calendar.writer);
      calendar.database.inTransaction(handle ->
          sync.put(handle, Target.SPACE, copy, "feed", content, TestCalendar.NOW, through));
      Set<String> imported =
          calendar.database.inSnapshot(handle ->
              calendar
                  .reader
                  .read(
                      handle,
                      java.util.List.of(copyPlan),
                      java.time.LocalDate.of(2026, 11, 1),
                      java.time.LocalDate.of(2027, 12, 31))
                  .get(copyPlan)
                  .blocks()
                  .stream()
                  .map(block -> compact(block.from()) + "/" + compact(block.to()))
                  .collect(Collectors.toCollection(TreeSet::new)));
      assertThat(imported).isEqualTo(expected);
    }
  }

  private static Set<String> periods(String text) {
    return text.lines()
        .filter(line -> line.startsWith("FREEBUSY:"))
        .map(line -> line.substring("FREEBUSY:".length()))
        .collect(Collectors.toSet());
  }

  private static String compact(Instant instant) {
    return instant.toString().replaceAll("[-:]", "");
  }

  private void book(Instant start) {
    bookings.confirm(bookings.hold(plan, start, start.plusSeconds(3600)).token());
  }

  private FeedToken create() {
    return create(space);
  }

  private FeedToken create(String name) {
    return calendar
        .database
        .inTransaction(handle -> feeds.create(handle, space, name, TestCalendar.NOW))
        .token();
  }

  private FeedToken create(long of) {
    return calendar
        .database
        .inTransaction(handle -> feeds.create(handle, of, "google", TestCalendar.NOW))
        .token();
  }

  private boolean revoke(long of, long feed) {
    return calendar.database.inTransaction(handle -> feeds.revoke(handle, of, feed));
  }

  private Feeds.Content read(FeedToken token, Feeds.Form form) {
    return calendar
        .database
        .inTransaction(handle -> feeds.read(handle, token, form, calendar.instant()))
        .orElseThrow();
  }
}
