package dev.ekiden.fleet.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobState;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.account.Accounts.AttemptCost;
import dev.ekiden.fleet.account.CostReport.By;
import dev.ekiden.fleet.account.CostReport.Row;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.store.FleetTable;
import dev.ekiden.fleet.cost.Mode;
import dev.ekiden.fleet.cost.ModeComparison;
import dev.ekiden.fleet.cost.ModeComparison.ModeCost;
import dev.ekiden.fleet.cost.Money;
import dev.ekiden.fleet.cost.Price;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.cost.StartUp;
import dev.ekiden.fleet.simulate.History;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bills reckoned by hand, and sums that are the same whatever they are grouped by. */
final class AccountsTest {
  record Work(int number) {}

  private static final String SPOT = "fargate-tokyo-spot";
  private static final PriceList PRICES = PriceList.shipped();

  /** A Saturday in Tokyo, half an hour before midnight. */
  private static final Instant EVENING = Instant.parse("2026-11-21T14:30:00Z");

  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(
          source -> Fleets.migrate(Database.of(source)), "fleets whose costs are told");

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((work, context) -> null);
  private final JobDefinition<Work> other =
      JobDefinition.named("other", Work.class).handler((work, context) -> null);
  private final Engine engine = jobs.engine(work, other);
  private final Accounts accounts = new Accounts(jobs.database(), engine, Capacity.ofDefault());
  private long nextJob = 1;

  @BeforeEach
  void fleet() {
    engine.clock().set(EVENING.plus(Duration.ofHours(5)));
    FleetSettings settings =
        FleetSettings.of(0, 5, new Fixed(1)).withMix(CapacityMix.onDemandToSpot(1, 5));
    FleetSpec plain = FleetSpec.of("boats", List.of("work"), settings);
    FleetSpec priced =
        new FleetSpec(
            plain.name(),
            true,
            plain.queues(),
            plain.launcher(),
            null,
            settings,
            Size.of(2, 4_096),
            plain.grace(),
            plain.startTimeout(),
            new TreeMap<>(Map.of(CapacityClass.SPOT, SPOT)),
            null);
    jobs.database().useTransaction(handle -> FleetTable.put(handle, priced));
  }

  /** A worker of two slots; all times are minutes after the evening began. */
  private void worker(long id, String name, double start, double end) {
    update(
        """
        INSERT INTO ekiden.usage_worker (id, name, slots, started_at, ended_at)
        VALUES (%d, '%s', 2, %s, %s)
        """
            .formatted(id, name, at(start), at(end)));
  }

  /** Its task, whose image began to download so long before. */
  private void task(
      String id, String capacityClass, double asked, @Nullable Double launched, double end) {
    update(
        """
        INSERT INTO ekiden.fleet_task
          (id, number, fleet, revision, class, launcher, place, asked_at, launched_at, ended_at, ending)
        SELECT '%s', nextval('ekiden.fleet_task_number'), 'boats', 1, '%s', 'process', 'here',
               %s - o, %s - o, %s - o, 'RETIRED'
        FROM (SELECT "offset" AS o FROM ekiden.clock) AS clock
        """
            .formatted(
                id,
                capacityClass,
                at(asked),
                launched == null ? "CAST(NULL AS timestamptz)" : at(launched),
                at(end)));
  }

  private long ran(
      String definition, long worker, @Nullable String group, double start, double end) {
    long id = nextJob++;
    update(
        """
        INSERT INTO ekiden.finished
          (id, state, queue_id, definition_id, priority, payload, created_at, attempt, failures,
           losses, worker_id, claimed_at, started_at, finished_at, group_id, group_name)
        SELECT %d, '%s', queue_id, id, 5, '{}', %3$s, 1, 0, 0, %4$d, %3$s, %3$s, %5$s, %6$d, %7$s
        FROM ekiden.definition WHERE name = '%8$s'
        """
            .formatted(
                id,
                JobState.SUCCEEDED,
                at(start),
                worker,
                at(end),
                group == null ? 0 : group.hashCode(),
                group == null ? "NULL" : "'" + group + "'",
                definition));
    return id;
  }

  private static String at(double minutes) {
    return "TIMESTAMPTZ '" + EVENING.plusMillis(Math.round(minutes * 60_000)) + "'";
  }

  private void update(String statement) {
    jobs.database().useTransaction(handle -> handle.execute(statement));
  }

  private CostReport report(By by) {
    return accounts.report(
        EVENING.minusSeconds(3_600), EVENING.plus(Duration.ofHours(3)), TOKYO, by);
  }

  private static Money hours(String price, Size size, double hours) {
    return PRICES.named(price).cost(size, Math.round(hours * 3_600_000), 0);
  }

  @Test
  void aWorkerOfNoFleetIsBilledForItsTimeAndAnAttemptForItsSlot() {
    worker(1, "inline", 0, 60);
    long half = ran("work", 1, "acme", 0, 30);
    ran("other", 1, null, 30, 45);
    CostReport report = report(By.DEFINITION);
    Size size = Capacity.DEFAULT_SIZE;
    assertThat(report.total().total().dollars())
        .isEqualByComparingTo(hours("fargate-tokyo", size, 1).dollars());
    assertThat(report.rows()).extracting(Row::name).containsExactly("work", "other");
    assertThat(report.rows().getFirst().cost().work())
        .isEqualTo(hours("fargate-tokyo", size, 0.25));
    assertThat(report.apart().idle()).isEqualTo(hours("fargate-tokyo", size, 0.625));
    assertThat(accounts.ofJob(half))
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.cost()).isEqualTo(hours("fargate-tokyo", size, 0.25));
          assertThat(attempt.workerTime()).hasMinutes(15);
          assertThat(attempt.fleet()).isNull();
        });
  }

  @Test
  void aTaskOfAFleetIsBilledAsItsProviderDoesFromTheDownloadOn() {
    task("boats-1", "spot", 0, 1.0, 11.5);
    worker(1, "boats-1", 2, 11);
    long id = ran("work", 1, null, 2, 11);
    CostReport report = report(By.FLEET);
    Size size = Size.of(2, 4_096);
    Money bill = PRICES.named(SPOT).cost(size, Duration.ofSeconds(630));
    assertThat(report.total().total()).isEqualTo(bill);
    assertThat(report.rows()).extracting(Row::name).containsExactly("boats");
    Cost cost = report.rows().getFirst().cost();
    assertThat(cost.work()).isEqualTo(hours(SPOT, size, 4.5 / 60));
    assertThat(cost.idle()).isEqualTo(hours(SPOT, size, 4.5 / 60));
    assertThat(cost.startUp()).isEqualTo(hours(SPOT, size, 1.5 / 60));
    assertThat(report.prices()).extracting(Price::name).containsExactly(SPOT);
    AttemptCost attempt = accounts.ofJob(id).getFirst();
    assertThat(attempt.fleet()).isEqualTo("boats");
    assertThat(attempt.capacityClass()).isEqualTo("spot");
    assertThat(attempt.cost()).isEqualTo(cost.work());
  }

  @Test
  void aMinuteIsBilledAtLeastAndWhatNeverBecameAWorkerToo() {
    task("boats-1", "spot", 0, 0.5, 0.6);
    task("boats-2", "spot", 0, null, 0.6);
    task("boats-3", "on-demand", 0, 0.5, 30);
    CostReport report = report(By.CLASS);
    assertThat(report.total().startUp()).isEqualTo(hours(SPOT, Size.of(2, 4_096), 1 / 60.0));
    assertThat(report.rows())
        .as("on-demand has no price: it is there anyway")
        .extracting(row -> row.name() + " " + row.cost().total())
        .containsExactly("spot $0.000805", "on-demand $0.00");
  }

  @Test
  void aLostWorkerIsBilledToTheEndOfItsTask() {
    task("boats-1", "spot", 0, 0.0, 10);
    worker(1, "boats-1", 0, 12.5);
    ran("work", 1, null, 0, 12.5);
    CostReport report = report(By.FLEET);
    assertThat(report.total().total()).isEqualTo(hours(SPOT, Size.of(2, 4_096), 1 / 6.0));
    assertThat(report.total().startUp()).isEqualTo(Money.ZERO);
  }

  @Test
  void everyGroupingAddsUpToTheSameAndDaysBeginAtMidnightInTheZone() {
    task("boats-1", "spot", 20, 21.0, 61);
    worker(1, "boats-1", 22, 60);
    worker(2, "inline", 0, 100);
    ran("work", 1, "acme", 25, 55);
    ran("work", 2, null, 28, 32);
    ran("other", 2, "acme", 1, 99);
    for (int i = 0; i < 50; i++) {
      ran(
          i % 3 == 0 ? "work" : "other",
          1 + i % 2,
          i % 5 == 0 ? "acme" : null,
          25 + i * 0.37,
          26 + i * 0.61);
    }
    Money total = report(By.DEFINITION).total().total();
    for (By by : By.values()) {
      CostReport report = report(by);
      assertThat(report.total().total()).as("%s", by).isEqualTo(total);
      Cost sum =
          report.rows().stream().map(Row::cost).reduce(Cost.ZERO, Cost::plus).plus(report.apart());
      assertThat(sum).isEqualTo(report.total());
      assertThat(sum.attempts()).isEqualTo(53);
      assertThat(sum.idle().dollars()).isNotNegative();
    }
    List<Row> days = report(By.DAY).rows();
    assertThat(days).extracting(Row::name).containsExactly("2026-11-21", "2026-11-22");
    assertThat(days.getFirst().cost().workerNanos())
        .isEqualTo(Duration.ofMinutes(30 + 8).toNanos());
    assertThat(days.getLast().cost().workerNanos())
        .isEqualTo(Duration.ofMinutes(70 + 30).toNanos());
    assertThat(days.getLast().cost().startUp()).as("begun the day before").isEqualTo(Money.ZERO);
  }

  @Test
  void recordedRunsAreComparedUnderEachMode() {
    worker(1, "inline", 0, 60);
    for (int i = 0; i < 10; i++) {
      ran("work", 1, null, i, i + 0.5);
    }
    ran("other", 1, null, 0, 59);
    Size size = Size.of(1, 2_048);
    ModeComparison modes =
        new ModeComparison(
            size,
            Size.of(4, 8_192),
            PRICES.named("fargate-tokyo"),
            PRICES.named("lambda"),
            StartUp.ofFargate(413),
            ModeComparison.FUNCTION_MIB_PER_VCPU,
            Duration.ofSeconds(1),
            1);
    Comparison comparison =
        Comparison.of(engine, EVENING, EVENING.plus(Duration.ofHours(1)), null, "work", modes);
    assertThat(comparison.runs()).isEqualTo(10);
    assertThat(comparison.complete()).isTrue();
    assertThat(comparison.modes()).extracting(ModeCost::mode).containsExactly(Mode.values());
    assertThat(comparison.modes().getFirst().workers()).isEqualTo(1);
    assertThat(comparison.modes().getFirst().cost()).isEqualTo(hours("fargate-tokyo", size, 1));
    assertThat(comparison.modes().get(1).cost())
        .isEqualTo(
            modes
                .compare(
                    java.util.stream.IntStream.range(0, 10)
                        .mapToObj(i ->
                            new dev.ekiden.fleet.cost.Run(
                                Duration.ofMinutes(i), Duration.ofSeconds(30)))
                        .toList(),
                    Duration.ofHours(1))
                .get(1)
                .cost());
  }

  @Test
  void aRecordingTellsWhatRunsTookOfASlotAndRunsOnceWhatWentBack() {
    worker(1, "boats-1", 0, 60);
    for (int i = 0; i < 4; i++) {
      ran("work", 1, null, 10, 11); // four at once where two have a place
    }
    long moved = ran("other", 1, null, 30, 31);
    update(
        "UPDATE ekiden.finished SET attempt = 2, created_at = %s WHERE id = %d"
            .formatted(at(20), moved));
    update(
        """
        INSERT INTO ekiden.attempt
          (job_id, number, outcome, worker_id, claimed_at, started_at, ended_at)
        VALUES (%d, 1, 'RETURNED', 1, %s, %s, %s)
        """
            .formatted(moved, at(21), at(21), at(22)));

    Recording recording =
        accounts.recording(EVENING, EVENING.plus(Duration.ofHours(1)), null, null);

    assertThat(recording.history().entries())
        .extracting(
            entry -> entry.at().toMinutes(), History.Entry::runSeconds, History.Entry::definition)
        .containsExactly(
            tuple(0L, 30.0, "work"),
            tuple(0L, 30.0, "work"),
            tuple(0L, 30.0, "work"),
            tuple(0L, 30.0, "work"),
            tuple(10L, 60.0, "other"));
    assertThat(recording.with(recording.history()).operations()).hasSize(1);
  }
}
