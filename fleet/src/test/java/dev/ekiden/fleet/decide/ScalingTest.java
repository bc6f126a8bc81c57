package dev.ekiden.fleet.decide;

import static dev.ekiden.fleet.CapacityClass.ON_DEMAND;
import static dev.ekiden.fleet.CapacityClass.SPOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Decision.Stop;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Demand.Waiting;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** One decision, and a few in a row. */
final class ScalingTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final FleetSettings STEPS =
      FleetSettings.of(1, 5, Steps.CALENDAR).withMix(CapacityMix.onDemandToSpot(1, 5));
  private static final FleetSettings GOAL =
      FleetSettings.of(0, 100, Goal.parse("95% start within 5s"));

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "99, 1",
    "100, 2",
    "999, 2",
    "1000, 3",
    "2100, 3",
    "2101, 4",
    "4200, 4",
    "4201, 5",
    "1000000, 5"
  })
  void theTableOfTheCalendarHoldsOnBothSidesOfEachStep(long waiting, int workers) {
    Decision decision = decide(STEPS, Workers.NONE, waiting(waiting));
    assertThat(decision.desired()).isEqualTo(workers);
    assertThat(decision.launches()).hasSize(workers);
    assertThat(decision.launches().getFirst()).isEqualTo(new Placement(ON_DEMAND, null));
  }

  @Test
  void theReasonHasTheFigures() {
    assertThat(decide(STEPS, Workers.of(1, 0, 1), waiting(2_101)).reason())
        .isEqualTo(
            "steps to 5: 4 workers from 2,101 waiting jobs on, and 2,101 wait; 1 alive, 1 starting: start 2 spot");
    assertThat(decide(STEPS.withMax(2), Workers.NONE, waiting(2_101)).reason())
        .isEqualTo(
            "steps to 5: 4 workers from 2,101 waiting jobs on, and 2,101 wait, but at most 2; 0 alive, 0 starting: start 1 on-demand and 1 spot");
    assertThat(decide(STEPS.withMin(2), Workers.of(2, 2, 0), waiting(0)).reason())
        .isEqualTo(
            "steps to 5: 1 worker from 0 waiting jobs on, and 0 wait, but at least 2; 2 alive, 0 starting: enough");
  }

  @Test
  void startingWorkersAreNotStartedAgain() {
    assertThat(decide(STEPS, Workers.of(1, 0, 2), waiting(1_000)).launches()).isEmpty();
    assertThat(decide(STEPS, Workers.of(1, 0, 1), waiting(1_000)).launches()).hasSize(1);
  }

  @Test
  void drainingWorkersDoNotCount() {
    assertThat(decide(STEPS, Workers.of(4, 0, 0).withDraining(1), waiting(5_000)).launches())
        .hasSize(1);
  }

  @Test
  void aLimitThatLetsTwentyRunStartsTwenty() {
    Demand queued = Demand.waiting(500, Duration.ZERO, 60).withRoom(20);
    Decision decision = decide(GOAL, Workers.NONE, queued);
    assertThat(decision.launches()).hasSize(20);
    assertThat(decision.reason()).contains("(480 jobs held back by limits)");
    Demand running = Demand.waiting(480, Duration.ofSeconds(30), 60).withRunning(20).withRoom(0);
    assertThat(decide(GOAL, Workers.of(20, 0, 0), running).launches()).isEmpty();
    Demand raised = running.withRoom(1);
    assertThat(decide(GOAL, Workers.of(20, 0, 0), raised).launches()).hasSize(1);
    assertThat(decide(STEPS, Workers.NONE, queued).desired()).as("20 wait").isEqualTo(1);
  }

  @Test
  void aFleetBeginsFromZeroAndGoesBackToIt() {
    Demand one = Demand.waiting(1, Duration.ZERO, 1);
    assertThat(decide(GOAL, Workers.NONE, Demand.NONE).launches()).isEmpty();
    assertThat(decide(GOAL, Workers.NONE, one).launches()).hasSize(1);
    Walk walk = new Walk(GOAL, Workers.of(1, 1, 0));
    assertThat(walk.at(0, Demand.NONE).stopping()).isZero();
    assertThat(walk.at(59, Demand.NONE).stopping()).isZero();
    assertThat(walk.at(60, Demand.NONE).stops()).containsExactly(new Stop(ON_DEMAND, 1));
    assertThat(walk.present()).isZero();
  }

  @Test
  void theLargerTermOfAGoalWinsAndTheOtherIsTold() {
    // 6 s of work in 5 s: two slots; 40/s · 0.1 s is a load of 4
    Demand demand = Demand.waiting(60, Duration.ZERO, 0.1).withArrivals(40, 0.1, 1);
    Decision decision = decide(GOAL, Workers.NONE, demand);
    assertThat(decision.desired()).isEqualTo(5);
    assertThat(decision.reason())
        .isEqualTo(
            "95% start within 5s: 5 workers for 5 steady slots at 40.0 arrivals/s of 0.100 s (load 4.0); 0 alive, 0 starting: start 5 on-demand");
    assertThat(decision.rejected())
        .containsExactly("2 slots for 6.0 s of waiting work in 5.0 s of slack");
    Decision burst = decide(GOAL, Workers.NONE, Demand.waiting(600, Duration.ofSeconds(2), 0.1));
    assertThat(burst.desired()).as("60 s of work in 3 s").isEqualTo(20);
    assertThat(burst.rejected())
        .containsExactly("0 steady slots at 0 arrivals/s of 0.100 s (load 0)");
  }

  @Test
  void aLostGoalAsksForFourTimesTheWorkersAndNoMore() {
    Demand late = Demand.waiting(600, Duration.ofHours(1), 0.1).withStartUp(Duration.ofMinutes(1));
    Decision decision = decide(GOAL, Workers.NONE, late);
    assertThat(decision.desired()).as("60 s of work in 1.25 s").isEqualTo(48);
    assertThat(decision.reason())
        .contains("(a quarter of the goal: a worker started now comes too late for the oldest)");
  }

  @Test
  void aBusyWorkerHelpsOnlyWhenItIsFreeInTime() {
    Demand behindLong = Demand.waiting(1, Duration.ZERO, 600).withRunning(3);
    assertThat(decide(GOAL, Workers.of(3, 0, 0), behindLong).launches()).hasSize(1);
    Demand behindShort = Demand.waiting(1, Duration.ZERO, 0.01).withRunning(3);
    assertThat(decide(GOAL, Workers.of(3, 0, 0), behindShort).launches()).isEmpty();
  }

  @Test
  void urgentJobsDoNotPayForTheSlackOfLowOnes() {
    FleetSettings minute = GOAL.withPolicy(Goal.parse("95% start within 1m"));
    Demand low = Demand.waiting(600, Duration.ZERO, 1);
    assertThat(decide(minute, Workers.NONE, low).desired()).as("600 s in 60 s").isEqualTo(10);
    Demand both =
        new Demand(
            List.of(
                new Waiting(9, 60, Duration.ofSeconds(50), 60),
                new Waiting(1, 600, Duration.ZERO, 600)),
            0,
            null,
            0,
            1,
            1,
            Duration.ZERO);
    assertThat(decide(minute, Workers.NONE, both).desired())
        .as("660 s in 60 s, or 60 s in 15 s")
        .isEqualTo(11);
  }

  @Test
  void slotsShareAWorker() {
    assertThat(
            decide(GOAL.withSlots(8), Workers.NONE, Demand.waiting(600, Duration.ofSeconds(2), 0.1))
                .desired())
        .isEqualTo(3);
  }

  @Test
  void arrivalsFarApartKeepAWorkerOnlyWhereBeginningFromNothingIsTooSlow() {
    Demand quiet = Demand.NONE.withArrivals(0.01, 1, 1);
    assertThat(decide(GOAL, Workers.NONE, quiet).desired()).isZero();
    Demand slow = quiet.withStartUp(Duration.ofMinutes(1));
    assertThat(decide(GOAL, Workers.NONE, slow).desired()).isEqualTo(1);
    Demand rare = slow.withArrivals(0.0002, 1, 1);
    assertThat(decide(GOAL, Workers.NONE, rare).desired()).isZero();
  }

  @Test
  void idleWorkersStayWhileHalfTheGoalNeedsThem() {
    Demand demand = Demand.NONE.withArrivals(1, 10, 1);
    int most = decide(GOAL, Workers.NONE, demand).desired();
    Walk walk = new Walk(GOAL, Workers.of(40, 40, 0));
    walk.at(0, demand);
    walk.at(60, demand);
    assertThat(walk.present()).isGreaterThan(most).isLessThan(40);
    assertThat(walk.at(600, demand).reason()).endsWith("enough");
  }

  @Test
  void aClassThatCannotPlaceRestsLongerEachTime() {
    FleetSettings settings =
        STEPS.withMix(
            CapacityMix.of(
                new CapacityMix.Share(SPOT, 0, 1), new CapacityMix.Share(ON_DEMAND, 0, 0)));
    Walk walk = new Walk(settings, Workers.NONE);
    Demand demand = waiting(0);
    assertThat(walk.at(0, demand).launches()).containsExactly(new Placement(SPOT, null));
    Decision first = walk.failedAt(1, SPOT, demand);
    assertThat(first.launches()).containsExactly(new Placement(ON_DEMAND, SPOT));
    assertThat(first.reason())
        .endsWith("start 1 on-demand in place of spot, spot rests for 15s after 1 failure");
    walk.lose(ON_DEMAND);
    assertThat(walk.at(15, demand).launches()).containsExactly(new Placement(ON_DEMAND, SPOT));
    walk.lose(ON_DEMAND);
    assertThat(walk.at(16, demand).launches()).containsExactly(new Placement(SPOT, null));
    assertThat(walk.failedAt(17, SPOT, demand).reason())
        .contains("spot rests for 30s after 2 failures");
    assertThat(walk.memory().resting().get(SPOT))
        .isEqualTo(new Memory.Rest(2, NOW.plusSeconds(47)));
    walk.startedAt(20, SPOT, demand);
    assertThat(walk.memory().resting()).isEmpty();
  }

  @Test
  void aDemandThatFlapsLeavesTheFleetAlone() {
    Walk walk = new Walk(STEPS, Workers.NONE);
    walk.at(0, waiting(1_000));
    for (int second = 1; second < 1_000; second++) {
      Decision decision = walk.at(second, waiting(second % 2 == 0 ? 1_000 : 0));
      assertThat(decision.launches()).isEmpty();
      assertThat(decision.stops()).isEmpty();
    }
    assertThat(walk.present()).isEqualTo(3);
  }

  @Test
  void scaleInGoesOnlyToTheMostThatWasNeeded() {
    Walk walk = new Walk(STEPS, Workers.NONE);
    walk.at(0, waiting(5_000));
    walk.idle();
    walk.at(1, waiting(0));
    walk.at(30, waiting(100));
    walk.at(31, waiting(0));
    assertThat(walk.at(61, waiting(0)).stopping()).isEqualTo(3);
    assertThat(walk.at(120, waiting(0)).stopping()).isZero();
    assertThat(walk.at(121, waiting(0)).stopping()).isEqualTo(1);
    assertThat(walk.at(999, waiting(0)).desired()).isEqualTo(1);
    assertThat(walk.workers().get(ON_DEMAND).alive()).isEqualTo(1);
  }

  @Test
  void aLoweredMaximumStopsIdleWorkersAtOnce() {
    Decision decision =
        Scaling.decide(
            NOW,
            new Observed(
                Map.of(ON_DEMAND, Workers.of(1, 0, 0), SPOT, Workers.of(4, 2, 0)), waiting(9_999)),
            STEPS.withMax(2),
            Memory.NONE);
    assertThat(decision.stops()).containsExactly(new Stop(SPOT, 2));
    assertThat(decision.launches()).isEmpty();
  }

  @Test
  void aFixedFleetIsRefilled() {
    FleetSettings fixed = STEPS.withPolicy(new Fixed(4));
    assertThat(decide(fixed, Workers.of(1, 1, 0), waiting(0)).launches())
        .hasSize(3)
        .containsOnly(new Placement(SPOT, null));
  }

  @Test
  void theNextLookIsWhenSomethingCanChange() {
    FleetSettings seldom = STEPS.withLookEvery(Duration.ofMinutes(5));
    Walk walk = new Walk(seldom, Workers.of(3, 3, 0));
    assertThat(walk.at(0, waiting(0)).nextLook()).isEqualTo(NOW.plusSeconds(60));
    assertThat(decide(seldom, Workers.of(1, 1, 0), waiting(0)).nextLook())
        .isEqualTo(NOW.plusSeconds(300));
  }

  @Test
  void theMemoryIsPlainData() {
    Memory memory = new Memory(NOW, 3, Map.of(SPOT, new Memory.Rest(2, NOW.plusSeconds(47))));
    JsonMapper mapper = JsonMapper.builder().build();
    assertThat(mapper.readValue(mapper.writeValueAsString(memory), Memory.class)).isEqualTo(memory);
    assertThat(mapper.readValue(mapper.writeValueAsString(Memory.NONE), Memory.class))
        .isEqualTo(Memory.NONE);
  }

  private static Decision decide(FleetSettings settings, Workers onDemand, Demand demand) {
    return Scaling.decide(
        NOW, new Observed(Map.of(ON_DEMAND, onDemand), demand), settings, Memory.NONE);
  }

  private static Demand waiting(long jobs) {
    return Demand.waiting(jobs, Duration.ZERO, 0.1);
  }

  /** A fleet that does at once what is decided. */
  private static final class Walk {
    private final FleetSettings settings;
    private final java.util.Map<CapacityClass, Workers> workers = new java.util.HashMap<>();
    private Memory memory = Memory.NONE;

    Walk(FleetSettings settings, Workers onDemand) {
      this.settings = settings;
      workers.put(ON_DEMAND, onDemand);
      workers.put(SPOT, Workers.NONE);
    }

    Decision at(int second, Demand demand) {
      Decision decision =
          Scaling.decide(NOW.plusSeconds(second), new Observed(workers, demand), settings, memory);
      memory = decision.memory();
      for (Placement placement : decision.launches()) {
        change(placement.capacityClass(), 1);
      }
      for (Stop stop : decision.stops()) {
        change(stop.capacityClass(), -stop.workers());
      }
      return decision;
    }

    Decision failedAt(int second, CapacityClass capacityClass, Demand demand) {
      change(capacityClass, -1);
      workers.computeIfPresent(capacityClass, (key, value) -> value.withFailedPlacements(1));
      Decision decision = at(second, demand);
      workers.computeIfPresent(capacityClass, (key, value) -> value.withFailedPlacements(0));
      return decision;
    }

    void startedAt(int second, CapacityClass capacityClass, Demand demand) {
      workers.computeIfPresent(capacityClass, (key, value) -> value.withStarted(1));
      at(second, demand);
    }

    void lose(CapacityClass capacityClass) {
      change(capacityClass, -1);
    }

    void idle() {
      workers.replaceAll((key, value) -> Workers.of(value.alive(), value.alive(), 0));
    }

    Map<CapacityClass, Workers> workers() {
      return workers;
    }

    Memory memory() {
      return memory;
    }

    int present() {
      return workers.values().stream().mapToInt(Workers::present).sum();
    }

    private void change(CapacityClass capacityClass, int by) {
      workers.computeIfPresent(
          capacityClass,
          (key, value) ->
              new Workers(
                  value.alive() + by,
                  Math.max(0, value.idle() + Math.min(0, by)),
                  0,
                  0,
                  0,
                  value.failedPlacements()));
    }
  }
}
