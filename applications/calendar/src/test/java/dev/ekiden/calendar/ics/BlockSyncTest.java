package dev.ekiden.calendar.ics;

import static dev.ekiden.calendar.ics.IcsReaderTest.calendar;
import static dev.ekiden.calendar.ics.IcsReaderTest.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Unavailable;
import dev.ekiden.calendar.booking.BookingService;
import dev.ekiden.calendar.booking.SlotUnavailableException;
import dev.ekiden.calendar.store.BlockTable;
import dev.ekiden.calendar.store.BlockTable.Target;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.testkit.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What blocks a space is what its sources say, no more and no less. */
class BlockSyncTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  private static final String TEN = event("ten", "DTSTART:20261122T010000Z", "DURATION:PT1H");
  private static final String NOON = event("noon", "DTSTART:20261122T030000Z", "DURATION:PT1H");
  private static final Instant TEN_AT = Instant.parse("2026-11-22T01:00:00Z");
  private static final Instant NOON_AT = Instant.parse("2026-11-22T03:00:00Z");

  private TestCalendar calendar;
  private BlockSync sync;
  private BookingService bookings;
  private long space;
  private long plan;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    sync = new BlockSync(calendar.writer);
    bookings =
        new BookingService(
            calendar.database, calendar.writer, new BookingCheck(new HolidayCalendars()), calendar);
    space = calendar.space(calendar.venue("Asia/Tokyo"));
    plan = calendar.plan(space);
    calendar.refreshes.clear();
  }

  @Test
  void anEventBlocksTheSpaceForTheCalendarAndForBookings() {
    long version = calendar.truth(plan).version();

    BlockSync.Report report = put("google", TEN);

    assertThat(report.added()).isEqualTo(1);
    assertThat(report.affectedPlans()).isEqualTo(1);
    assertThat(calendar.truth(plan).version()).isEqualTo(version + 1);
    assertThat(calendar.truth(plan).blocks())
        .singleElement()
        .satisfies(block -> assertThat(block.source()).isEqualTo("google"));
    assertThat(refusalAt(TEN_AT).codes()).containsExactly(Unavailable.BLOCKED);
    bookings.hold(plan, NOON_AT, NOON_AT.plusSeconds(3600));
  }

  @Test
  void importingItAgainChangesNothing() {
    put("google", TEN + NOON);
    long version = calendar.truth(plan).version();
    calendar.refreshes.clear();

    BlockSync.Report report = put("google", NOON + TEN);

    assertThat(report.unchanged()).isEqualTo(2);
    assertThat(report.affectedPlans()).isZero();
    assertThat(calendar.truth(plan).version()).isEqualTo(version);
    assertThat(calendar.refreshes.all()).isEmpty();
  }

  @Test
  void whatIsGoneFromTheSourceIsFreeAgainAndWhatMovedHasMoved() {
    put("google", TEN + NOON);

    BlockSync.Report report =
        put("google", event("noon", "DTSTART:20261122T040000Z", "DURATION:PT1H"));

    assertThat(report.removed()).isEqualTo(1);
    assertThat(report.changed()).isEqualTo(1);
    bookings.hold(plan, TEN_AT, TEN_AT.plusSeconds(3600));
    bookings.hold(plan, NOON_AT, NOON_AT.plusSeconds(3600));
    assertThat(refusalAt(NOON_AT.plusSeconds(3600)).codes()).containsExactly(Unavailable.BLOCKED);
  }

  @Test
  void sourcesDoNotTouchEachOther() {
    put("google", TEN);
    put("airbnb", TEN);
    put("airbnb", "");

    assertThat(refusalAt(TEN_AT).codes()).containsExactly(Unavailable.BLOCKED);
    assertThat(remove("google")).hasValue(1);
    bookings.hold(plan, TEN_AT, TEN_AT.plusSeconds(3600));
    assertThat(remove("google")).isEmpty();
  }

  @Test
  void anEventThatCannotBeReadKeepsWhatWasKnownOfIt() {
    put("google", TEN + NOON);

    BlockSync.Report report = put("google", event("ten", "DTSTART:tomorrow"));

    assertThat(report.refused()).isEqualTo(1);
    assertThat(report.removed()).isEqualTo(1);
    assertThat(report.problems()).hasSize(1);
    assertThat(refusalAt(TEN_AT).codes()).containsExactly(Unavailable.BLOCKED);
  }

  @Test
  void aSourceOfAResourceBlocksEverySpaceThatUsesIt() {
    long other = calendar.space(calendar.venue("Asia/Tokyo"));
    long otherPlan = calendar.plan(other);
    String hall = TestCalendar.code("hall");
    calendar.useResources(space, new ResourceUse(hall, 2));
    calendar.useResources(other, new ResourceUse(hall, 2));
    long resource = calendar.read(handle -> BlockTable.resourceId(handle, hall)).orElseThrow();
    calendar.refreshes.clear();

    BlockSync.Report report = put(Target.RESOURCE, resource, "google", TEN);

    assertThat(report.affectedPlans()).isEqualTo(2);
    assertThat(calendar.truth(plan).blocks()).hasSize(1);
    assertThat(calendar.truth(otherPlan).blocks()).hasSize(1);
    List<BlockTable.Source> sources =
        calendar.read(handle -> BlockTable.sources(handle, Target.SPACE, space));
    assertThat(sources)
        .singleElement()
        .satisfies(source -> assertThat(source.resource()).hasValue(hall));
  }

  @Test
  void asManySourcesAsAllowedAndNotOneMore() {
    for (int source = 0; source < BlockSync.MAXIMUM_SOURCES; source++) {
      put("source-" + source, TEN);
    }
    put("source-0", TEN);
    assertThatThrownBy(() -> put("more", TEN))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("at most 20 calendars");
    assertThatThrownBy(() -> put("with blanks", TEN)).isInstanceOf(InvalidValueException.class);
  }

  @Test
  void nothingButUidAndTimesIsStored() {
    put(
        "google",
        event(
            "1",
            "DTSTART:20261122T010000Z",
            "DURATION:PT1H",
            "SUMMARY:Secret dinner",
            "ORGANIZER;CN=Hanako:mailto:hanako@example.com"));
    String stored =
        calendar.read(handle ->
            handle
                .createQuery(
                    "SELECT string_agg(row_to_json(b)::text, ' ') FROM calendar.block AS b")
                .mapTo(String.class)
                .one());
    assertThat(stored).doesNotContainIgnoringCase("dinner").doesNotContainIgnoringCase("hanako");
  }

  private SlotUnavailableException refusalAt(Instant start) {
    return catchThrowableOfType(
        SlotUnavailableException.class, () -> bookings.hold(plan, start, start.plusSeconds(3600)));
  }

  private BlockSync.Report put(String source, String events) {
    return put(Target.SPACE, space, source, events);
  }

  private BlockSync.Report put(Target target, long id, String source, String events) {
    Instant through = TestCalendar.NOW.plus(IcsLimits.HORIZON);
    IcsContent content =
        IcsReader.read(
            source,
            calendar(events).getBytes(StandardCharsets.UTF_8),
            ZoneId.of("Asia/Tokyo"),
            TestCalendar.NOW,
            through);
    return calendar.database.inTransaction(
        handle -> sync.put(handle, target, id, source, content, TestCalendar.NOW, through));
  }

  private OptionalLong remove(String source) {
    return calendar.database.inTransaction(
        handle -> sync.remove(handle, Target.SPACE, space, source));
  }
}
