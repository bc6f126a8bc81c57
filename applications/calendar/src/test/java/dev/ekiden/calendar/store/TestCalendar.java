package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * An empty calendar in a test database, with short ways to fill it and a clock that is set by hand.
 */
public final class TestCalendar implements InstantSource {

  /** Saturday, nine in the morning in Tokyo. */
  public static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

  private static final AtomicInteger NEXT = new AtomicInteger();

  public final Database database;
  public final RecordedRefreshes refreshes = new RecordedRefreshes();
  public final TruthWriter writer = new TruthWriter(refreshes);
  public final TruthReader reader = new TruthReader();
  public final CalendarStore store = new CalendarStore();
  private volatile Instant now = NOW;

  public TestCalendar(Database database) {
    this.database = database;
    database.useTransaction(handle ->
        handle.execute(
            """
            TRUNCATE calendar.venue, calendar.resource, calendar.calendar_day, calendar.sync_run
            CASCADE
            """));
  }

  /** A database with the calendar's tables. */
  public static TestDatabase testDatabase() {
    return TestDatabase.withMigrations(CalendarSchema::migrate, "calendar");
  }

  @Override
  public Instant instant() {
    return now;
  }

  public void setClock(Instant instant) {
    now = instant;
  }

  public static String code(String prefix) {
    return prefix + "-" + NEXT.incrementAndGet();
  }

  public long venue(String zone) {
    String code = code("venue");
    Venue venue = new Venue(0, code, "会場 " + code, ZoneId.of(zone), "none", 1);
    return save(TruthTables.VENUES, venue);
  }

  public long space(long venueId) {
    return space(venueId, "mon-sun 00:00-24:00");
  }

  public long space(long venueId, String hours) {
    String code = code("space");
    Space space =
        new Space(
            0, code, venueId, "部屋 " + code, WeeklyHours.parse(hours), List.of(), List.of(), 1);
    return save(TruthTables.SPACES, space);
  }

  public long plan(long spaceId) {
    return plan(spaceId, BookingRules.ofUnit(60));
  }

  public long plan(long spaceId, BookingRules rules) {
    String code = code("plan");
    PriceList prices =
        new PriceList(PriceTerms.DEFAULT, PriceList.parseRules("any 00:00-24:00 1000"));
    return save(
        TruthTables.PLANS,
        new Plan(0, code, spaceId, "プラン " + code, true, rules, WeeklyHours.NONE, prices, 1));
  }

  public <T> long save(TruthTable<T> table, T entity) {
    return database.inTransaction(handle -> {
      writer.save(handle, table, List.of(new Change<>(null, entity)), "test");
      return table.ids(handle, List.of(table.code(entity))).get(table.code(entity));
    });
  }

  public void useResources(long spaceId, ResourceUse... uses) {
    database.useTransaction(
        handle -> writer.useResources(handle, Map.of(spaceId, List.of(uses)), "test"));
  }

  public Set<Long> write(Function<Handle, Set<Long>> change) {
    return database.inTransaction(change::apply);
  }

  public <T> T read(Function<Handle, T> query) {
    return database.withHandle(query::apply);
  }

  public Truth truth(long planId) {
    return database.inSnapshot(handle ->
        reader
            .read(handle, List.of(planId), LocalDate.of(2026, 11, 1), LocalDate.of(2026, 12, 31))
            .get(planId));
  }

  public long count(String table) {
    return database.withHandle(handle ->
        handle.createQuery("SELECT count(*) FROM calendar." + table).mapTo(Long.class).one());
  }
}
