package dev.ekiden.fleet.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.CapacityMix.StandIn;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Decision.Stop;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Demand.Waiting;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.Workers;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds whatever is asked of a fleet; a run is repeated by its seed. */
final class ScalingPropertiesTest {
  private static final List<CapacityClass> CLASSES =
      List.of(CapacityClass.ON_DEMAND, CapacityClass.SPOT, new CapacityClass("other"));
  private static final int FLEETS = 50;
  private static final int LOOKS = 60;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void neverAboveMaxNeverStopsABusyWorkerKeepsTheMinimumAndConverges(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int fleet = 0; fleet < FLEETS; fleet++) {
      FleetSettings settings = settings(random);
      RandomFleet run = new RandomFleet(settings, random);
      for (int look = 0; look < LOOKS; look++) {
        run.look(demand(random));
        run.happen();
      }
      Demand constant = demand(random);
      run.settle(constant);
    }
  }

  private static FleetSettings settings(RandomGenerator random) {
    int max = random.nextInt(1, 60);
    List<Share> shares = new ArrayList<>();
    for (CapacityClass capacityClass : CLASSES) {
      shares.add(new Share(capacityClass, random.nextInt(3), random.nextInt(1, 6)));
    }
    StandIn standIn = random.nextBoolean() ? StandIn.NEXT : StandIn.NONE;
    return new FleetSettings(
        random.nextInt(max + 1),
        max,
        random.nextInt(1, 10),
        policy(random),
        new CapacityMix(shares, standIn),
        Duration.ofSeconds(random.nextInt(120)),
        PlacementBackoff.DEFAULT,
        Duration.ofSeconds(1));
  }

  private static ScalingPolicy policy(RandomGenerator random) {
    return switch (random.nextInt(3)) {
      case 0 -> new Fixed(random.nextInt(70));
      case 1 -> Steps.CALENDAR;
      default ->
          new Goal(
              new BigDecimal(random.nextInt(1, 100)),
              Duration.ofMillis(random.nextLong(10, 100_000)));
    };
  }

  private static Demand demand(RandomGenerator random) {
    List<Waiting> waiting = new ArrayList<>();
    for (int level = random.nextInt(4); level > 0; level--) {
      long jobs = random.nextLong(random.nextBoolean() ? 10 : 100_000);
      waiting.add(
          new Waiting(
              level,
              jobs,
              Duration.ofMillis(random.nextLong(600_000)),
              jobs * random.nextDouble(10)));
    }
    return new Demand(
        waiting,
        random.nextInt(100),
        random.nextBoolean() ? null : (Long) random.nextLong(1_000),
        random.nextBoolean() ? 0 : random.nextDouble(1_000),
        random.nextDouble(10),
        random.nextDouble(20),
        Duration.ofMillis(random.nextLong(120_000)));
  }

  /** A fleet to which anything may happen between two looks. */
  private static final class RandomFleet {
    private final FleetSettings settings;
    private final RandomGenerator random;
    private final Map<CapacityClass, Workers> workers = new HashMap<>();
    private Instant now = Instant.EPOCH;
    private Memory memory = Memory.NONE;

    RandomFleet(FleetSettings settings, RandomGenerator random) {
      this.settings = settings;
      this.random = random;
      CLASSES.forEach(capacityClass -> workers.put(capacityClass, Workers.NONE));
    }

    Decision look(Demand demand) {
      Observed observed = new Observed(workers, demand);
      Decision decision = Scaling.decide(now, observed, settings, memory);
      check(observed, decision);
      memory = decision.memory();
      decision
          .launches()
          .forEach(placement ->
              set(
                  placement.capacityClass(),
                  w -> Workers.of(w.alive(), w.idle(), w.starting() + 1)));
      decision
          .stops()
          .forEach(stop ->
              set(
                  stop.capacityClass(),
                  w ->
                      Workers.of(
                          w.alive() - stop.workers(), w.idle() - stop.workers(), w.starting())));
      return decision;
    }

    private void check(Observed observed, Decision decision) {
      int after = observed.present() + decision.launches().size() - decision.stopping();
      assertThat(observed.present() + decision.launches().size())
          .as("never above max: %s", decision)
          .isLessThanOrEqualTo(Math.max(settings.max(), observed.present()));
      if (decision.stopping() > 0) {
        assertThat(after).as("minimum kept: %s", decision).isGreaterThanOrEqualTo(settings.min());
        assertThat(decision.launches()).isEmpty();
      }
      for (Stop stop : decision.stops()) {
        assertThat(stop.workers())
            .as("only idle ones: %s", decision)
            .isBetween(1, observed.of(stop.capacityClass()).idle());
      }
      if (observed.present() < settings.min() && memory.resting().isEmpty()) {
        boolean failed =
            observed.workers().values().stream().anyMatch(w -> w.failedPlacements() > 0);
        if (!failed) {
          assertThat(after).as("minimum: %s", decision).isGreaterThanOrEqualTo(settings.min());
        }
      }
      assertThat(decision.desired()).isBetween(settings.min(), settings.max());
      assertThat(decision.nextLook()).isAfter(now);
      assertThat(decision.reason()).doesNotContain("null", "NaN");
    }

    /** Some come up, some fail, some get work, some end it, some are lost. */
    void happen() {
      now = now.plusMillis(random.nextLong(1, 20_000));
      for (CapacityClass capacityClass : CLASSES) {
        set(
            capacityClass,
            w -> {
              int started = random.nextInt(w.starting() + 1);
              int failed = random.nextInt(4) == 0 ? random.nextInt(w.starting() - started + 1) : 0;
              int lost = random.nextInt(8) == 0 ? random.nextInt(w.alive() + 1) : 0;
              int alive = w.alive() + started - lost;
              return new Workers(
                  alive,
                  random.nextInt(alive + 1),
                  w.starting() - started - failed,
                  0,
                  started,
                  failed);
            });
      }
    }

    /** With all well and a demand that does not change, the fleet comes to rest. */
    void settle(Demand constant) {
      for (int look = 0; look < 30; look++) {
        now = now.plus(Duration.ofMinutes(16));
        CLASSES.forEach(capacityClass ->
            set(capacityClass, w -> new Workers(w.present(), w.present(), 0, 0, w.starting(), 0)));
        look(constant);
      }
      CLASSES.forEach(
          capacityClass -> set(capacityClass, w -> Workers.of(w.present(), w.present(), 0)));
      int rest = new Observed(workers, constant).present();
      now = now.plusSeconds(1);
      Decision decision = look(constant);
      assertThat(decision.launches()).as("at rest: %s", decision).isEmpty();
      assertThat(decision.stops()).as("at rest: %s", decision).isEmpty();
      assertThat(decision.desired()).as("%s after %s", decision, workers).isEqualTo(rest);
    }

    private void set(
        CapacityClass capacityClass, java.util.function.UnaryOperator<Workers> change) {
      workers.computeIfPresent(capacityClass, (key, value) -> change.apply(value));
    }
  }
}
