package dev.ekiden.calendar.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.testkit.TestDatabase;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TruthWriterTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  private TestCalendar calendar;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
  }

  @Test
  void everythingIsReadAsItWasWritten() {
    Venue venue = new Venue(0, "ny", "Loft \"7\", SoHo", ZoneId.of("America/New_York"), "us", 1);
    long venueId = calendar.save(TruthTables.VENUES, venue);
    WeeklyHours hours =
        WeeklyHours.parse(
            "mon-fri 09:00-12:00,13:00-18:00; sat 22:00-26:00; sun 10:00-20:00; hol 04:00-24:00");
    Space space =
        new Space(
            0,
            "loft",
            venueId,
            "屋根裏",
            hours,
            List.of(
                SpecialPeriod.closed(LocalDate.of(2026, 12, 29), LocalDate.of(2027, 1, 3), "年末年始"),
                new SpecialPeriod(
                    LocalDate.of(2026, 8, 13), LocalDate.of(2026, 8, 15), "お盆", hours)),
            List.of(
                new Closure(
                    LocalDateTime.of(2026, 3, 8, 2, 30), LocalDateTime.of(2026, 3, 8, 4, 0), "清掃"),
                Closure.ofDays(LocalDate.of(2026, 11, 1), LocalDate.of(2026, 11, 2), "")),
            1);
    long spaceId = calendar.save(TruthTables.SPACES, space);
    PriceTerms terms =
        new PriceTerms(
            Currency.getInstance("USD"),
            OptionalLong.of(90_000),
            500,
            new BigDecimal("8.875"),
            false);
    PriceList prices =
        new PriceList(
            terms,
            PriceList.parseRules(
                "special:年末年始 9000; hol 3000; mon-fri 09:00-18:00 2000;"
                    + " mon-sun,hol 22:00-26:00 2500; any 1000"));
    BookingRules rules = new BookingRules(30, 15, 60, 240, 10, 20, 90, 45);
    Plan plan =
        new Plan(
            0,
            "loft-hour",
            spaceId,
            "時間貸し",
            false,
            rules,
            WeeklyHours.parse("mon-sun 10:00-20:00"),
            prices,
            1);
    long planId = calendar.save(TruthTables.PLANS, plan);

    Truth truth = calendar.truth(planId);

    assertThat(truth.venue())
        .isEqualTo(new Venue(venueId, "ny", venue.name(), venue.zone(), "us", 1));
    assertThat(truth.space().businessHours()).isEqualTo(hours);
    assertThat(truth.space().specialPeriods()).isEqualTo(space.specialPeriods());
    assertThat(truth.space().closures()).isEqualTo(space.closures());
    assertThat(truth.plan().prices()).isEqualTo(prices);
    assertThat(truth.plan().rules()).isEqualTo(rules);
    assertThat(truth.plan().rentableHours()).isEqualTo(plan.rentableHours());
    assertThat(truth.plan().published()).isFalse();
    assertThat(truth.resources()).extracting(Resource::code).containsExactly("loft");
    assertThat(truth.version()).isEqualTo(3);
  }

  @Test
  void hoursThatTouchAreOneRange() {
    long spaceId =
        calendar.space(
            calendar.venue("Asia/Tokyo"), "mon 09:00-12:00,12:00-18:00; tue 00:00-48:00");

    assertThat(space(spaceId).businessHours().text()).isEqualTo("mon 09:00-18:00; tue 00:00-48:00");
  }

  @Test
  void everyChangeRaisesTheNarrowestVersionOnceAndNamesThePlansItAffects() {
    long venueId = calendar.venue("Asia/Tokyo");
    long spaceId = calendar.space(venueId);
    long plan = calendar.plan(spaceId);
    long sibling = calendar.plan(spaceId);
    long neighbour = calendar.plan(calendar.space(venueId));
    calendar.plan(calendar.space(calendar.venue("Asia/Tokyo")));
    TruthWriter writer = calendar.writer;
    Set<Long> ofPlan = Set.of(plan);
    Set<Long> ofSpace = Set.of(plan, sibling);
    Set<Long> ofVenue = Set.of(plan, sibling, neighbour);
    SpecialPeriod period =
        SpecialPeriod.closed(LocalDate.of(2026, 12, 29), LocalDate.of(2027, 1, 3), "年末年始");
    Closure closure = Closure.ofDays(LocalDate.of(2026, 12, 1), LocalDate.of(2026, 12, 1), "点検");

    changes(
        "zone",
        1,
        0,
        0,
        plan,
        ofVenue,
        (handle, id) -> writer.setVenueCalendar(handle, venueId, ZoneId.of("Asia/Seoul"), "none"));
    changes(
        "holidays",
        1,
        0,
        0,
        plan,
        ofVenue,
        (handle, id) -> writer.setVenueCalendar(handle, venueId, ZoneId.of("Asia/Seoul"), "jp"));
    changes(
        "business hours",
        0,
        1,
        0,
        plan,
        ofSpace,
        (handle, id) ->
            writer.setBusinessHours(handle, spaceId, WeeklyHours.parse("mon 09:00-18:00")));
    changes(
        "special period",
        0,
        1,
        0,
        plan,
        ofSpace,
        (handle, id) -> writer.putSpecialPeriod(handle, spaceId, period));
    changes(
        "special period gone",
        0,
        1,
        0,
        plan,
        ofSpace,
        (handle, id) -> writer.removeSpecialPeriod(handle, spaceId, period));
    changes(
        "closure",
        0,
        1,
        0,
        plan,
        ofSpace,
        (handle, id) -> writer.putClosure(handle, spaceId, closure));
    changes(
        "closure gone",
        0,
        1,
        0,
        plan,
        ofSpace,
        (handle, id) -> writer.removeClosure(handle, spaceId, closure));
    changes(
        "publish", 0, 0, 1, plan, ofPlan, (handle, id) -> writer.setPublished(handle, id, false));
    changes(
        "rules",
        0,
        0,
        1,
        plan,
        ofPlan,
        (handle, id) -> writer.setRules(handle, id, BookingRules.ofUnit(15)));
    changes(
        "rentable hours",
        0,
        0,
        1,
        plan,
        ofPlan,
        (handle, id) -> writer.setRentableHours(handle, id, WeeklyHours.parse("mon 10:00-12:00")));
    changes(
        "prices",
        0,
        0,
        1,
        plan,
        ofPlan,
        (handle, id) -> writer.setPrices(handle, id, prices(2000)));
    changes(
        "resources",
        0,
        1,
        0,
        plan,
        ofSpace,
        (handle, id) ->
            writer.useResources(
                handle, Map.of(spaceId, List.of(new ResourceUse("hall", 2))), "test"));
  }

  /** Runs the change twice: the second time there is nothing to change. */
  private void changes(
      String name,
      int venue,
      int space,
      int plan,
      long planId,
      Set<Long> affected,
      BiFunction<Handle, Long, Set<Long>> change) {
    Truth before = calendar.truth(planId);
    calendar.refreshes.clear();

    assertThat(calendar.write(handle -> change.apply(handle, planId))).as(name).isEqualTo(affected);

    Truth after = calendar.truth(planId);
    assertThat(after.venue().version() - before.venue().version()).as(name).isEqualTo(venue);
    assertThat(after.space().version() - before.space().version()).as(name).isEqualTo(space);
    assertThat(after.plan().version() - before.plan().version()).as(name).isEqualTo(plan);
    assertThat(calendar.refreshes.all()).as(name).hasSize(1);
    assertThat(calendar.refreshes.planIds()).as(name).isEqualTo(affected);

    assertThat(calendar.write(handle -> change.apply(handle, planId))).as(name).isEmpty();
    assertThat(calendar.truth(planId).version()).as(name).isEqualTo(after.version());
    assertThat(calendar.refreshes.all()).as(name).hasSize(1);
  }

  @Test
  void aChangeRolledBackLeavesNothing() {
    long plan = calendar.plan(calendar.space(calendar.venue("Asia/Tokyo")));
    long version = calendar.truth(plan).version();

    assertThatThrownBy(() ->
            calendar.write(handle -> {
              calendar.writer.setPublished(handle, plan, false);
              throw new IllegalStateException("the caller failed");
            }))
        .hasMessageContaining("the caller failed");

    assertThat(calendar.truth(plan).version()).isEqualTo(version);
    assertThat(calendar.truth(plan).plan().published()).isTrue();
  }

  @Test
  void whatDoesNotExistCannotBeChanged() {
    assertThatThrownBy(
            () -> calendar.write(handle -> calendar.writer.setPublished(handle, 999_999, true)))
        .isInstanceOf(UnknownEntityException.class)
        .hasMessage("There is no plan 999999");
  }

  @Test
  void overlappingSpecialPeriodsAreRefusedByTheModelAndByTheDatabase() {
    long spaceId = calendar.space(calendar.venue("Asia/Tokyo"));
    SpecialPeriod first =
        SpecialPeriod.closed(LocalDate.of(2026, 12, 29), LocalDate.of(2027, 1, 3), "年末年始");
    SpecialPeriod second =
        SpecialPeriod.closed(LocalDate.of(2027, 1, 3), LocalDate.of(2027, 1, 5), "点検");
    calendar.write(handle -> calendar.writer.putSpecialPeriod(handle, spaceId, first));

    assertThatThrownBy(() ->
            calendar.write(handle -> calendar.writer.putSpecialPeriod(handle, spaceId, second)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must not overlap 年末年始");
    assertThatThrownBy(() ->
            calendar.database.useTransaction(handle ->
                handle.execute(
                    """
                    INSERT INTO calendar.special_period
                    VALUES (?, DATE '2027-01-01', DATE '2027-01-09', 'x', '{}')
                    """,
                    spaceId)))
        .hasMessageContaining("special_period_no_overlap");
  }

  @Test
  void unitsGrowAndAreNeverTakenAway() {
    long venueId = calendar.venue("Asia/Tokyo");
    long whole = calendar.space(venueId);
    long part = calendar.space(venueId);
    long wholePlan = calendar.plan(whole);
    long partPlan = calendar.plan(part);
    String hall = TestCalendar.code("hall");
    calendar.useResources(whole, new ResourceUse(hall, 3));
    calendar.useResources(part, new ResourceUse(hall, 1));
    assertThat(calendar.truth(partPlan).resources().getFirst().units()).hasSize(3);
    calendar.refreshes.clear();
    long version = calendar.truth(wholePlan).version();

    calendar.useResources(part, new ResourceUse(hall, 5));

    assertThat(calendar.truth(wholePlan).resources().getFirst().units()).hasSize(5);
    assertThat(calendar.truth(wholePlan).version()).isEqualTo(version + 1);
    assertThat(calendar.refreshes.planIds()).containsExactlyInAnyOrder(wholePlan, partPlan);
    assertThatThrownBy(() -> calendar.useResources(part))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("a space uses 1 to 16 resources");
    assertThatThrownBy(() -> new ResourceUse(hall, 101))
        .hasMessageContaining("must be between 1 and 100");
  }

  @Test
  void ofTwoUpdatesOfOneEntityTheLaterStandsInAThousandInterleavings() throws Exception {
    long plan = calendar.plan(calendar.space(calendar.venue("Asia/Tokyo")));
    Random random = new Random(20261121);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 1_000; round++) {
        long before = plan(plan).version();
        CyclicBarrier start = new CyclicBarrier(2);
        List<Future<Long>> writes = new ArrayList<>();
        for (int writer = 0; writer < 2; writer++) {
          int spins = random.nextInt(20_000);
          long price = 10_000L + 2L * round + writer;
          writes.add(
              threads.submit(() -> {
                start.await();
                for (int spin = 0; spin < spins; spin++) {
                  Thread.onSpinWait();
                }
                return calendar.database.inTransaction(handle -> {
                  calendar.writer.setPrices(handle, plan, prices(price));
                  return plan(handle, plan).version();
                });
              }));
        }
        long first = writes.get(0).get();
        long second = writes.get(1).get();
        assertThat(Set.of(first, second)).isEqualTo(Set.of(before + 1, before + 2));
        long later = 10_000L + 2L * round + (first > second ? 0 : 1);
        assertThat(plan(plan).prices()).isEqualTo(prices(later));
      }
    }
  }

  @Test
  void theTruthOfHundredsOfPlansTakesAsFewStatementsAsThatOfOne() {
    long venueId = calendar.venue("Asia/Tokyo");
    List<Long> plans = new ArrayList<>();
    for (int space = 0; space < 10; space++) {
      long spaceId = calendar.space(venueId);
      for (int plan = 0; plan < 10; plan++) {
        plans.add(calendar.plan(spaceId));
      }
    }
    assertThat(statementsToRead(plans)).isEqualTo(statementsToRead(plans.subList(0, 1)));
    assertThat(statementsToRead(plans)).isEqualTo(9);
  }

  private int statementsToRead(List<Long> plans) {
    return calendar.database.inSnapshot(handle -> {
      List<String> statements = new ArrayList<>();
      handle
          .getConfig(SqlStatements.class)
          .setSqlLogger(
              new SqlLogger() {
                @Override
                public void logAfterExecution(StatementContext context) {
                  statements.add(context.getRawSql());
                }
              });
      assertThat(
              calendar.reader.read(
                  handle, plans, LocalDate.of(2026, 11, 1), LocalDate.of(2026, 12, 1)))
          .hasSize(plans.size());
      return statements.size();
    });
  }

  private static PriceList prices(long amountPerHour) {
    return new PriceList(
        PriceTerms.DEFAULT, PriceList.parseRules("any 00:00-24:00 " + amountPerHour));
  }

  private Plan plan(long planId) {
    return calendar.read(handle -> plan(handle, planId));
  }

  private static Plan plan(Handle handle, long planId) {
    return TruthTables.PLANS.read(handle, List.of(planId)).get(planId);
  }

  private Space space(long spaceId) {
    return calendar.read(handle -> TruthTables.SPACES.read(handle, List.of(spaceId)).get(spaceId));
  }
}
