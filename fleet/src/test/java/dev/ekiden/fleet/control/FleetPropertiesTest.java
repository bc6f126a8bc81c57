package dev.ekiden.fleet.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds whatever happens to a fleet that is really kept: jobs come, settings change, classes
 * cannot be placed, leaders are killed in the middle of a launch. A run is repeated by its seed.
 */
final class FleetPropertiesTest {
  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(
          source -> Fleets.migrate(dev.ekiden.postgres.Database.of(source)), "fleet");

  private static final String FLEET = "blue";
  private static final int EVENTS = 40;

  private FleetWorld world;

  @BeforeEach
  void begin() {
    world = new FleetWorld(jobs);
  }

  @AfterEach
  void end() throws InterruptedException {
    world.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void neverAboveMaxNeverStopsABusyWorkerAndConverges(long seed) {
    Random random = new Random(seed);
    List<Long> naps = new ArrayList<>();
    FleetController controller = world.controller();
    int max = put(random);
    for (int event = 0; event < EVENTS; event++) {
      switch (random.nextInt(8)) {
        case 0 -> max = put(random);
        case 1 -> toggle("spot");
        case 2 -> toggle("on-demand");
        case 3 -> {
          controller.close();
          controller = killedOnce(random);
        }
        default -> naps.addAll(world.naps(random.nextInt(8), random.nextInt(30)));
      }
      int before = counting();
      try {
        controller.turn();
      } catch (ThreadLauncher.Killed e) {
        controller.close(); // gives up the lease, as its end would in time
        controller = world.controller();
      }
      assertThat(counting())
          .as("after event %d of seed %d", event, seed)
          .isLessThanOrEqualTo(Math.max(max, before));
    }
    world.place.refused.clear();
    world.fleets.put(
        spec(
            FleetSettings.of(2, 4, new Fixed(2))
                .withScaleInAfter(Duration.ZERO)
                .withBackoff(new PlacementBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1)))));
    controller.close();
    FleetController last = world.controller();
    TestEngine.awaitUntil(
        "two idle workers are left",
        () -> {
          last.turn();
          return naps.stream().allMatch(id -> state(id) == JobState.SUCCEEDED)
              && counting() == 2
              && world.place.running().size() == 2;
        });
    int tasks = world.tasks(FLEET).size();
    last.turn();
    assertThat(world.tasks(FLEET)).as("at rest").hasSize(tasks);
    for (long id : naps) {
      Job job = world.engine.jobs().get(id);
      assertThat(job.attempt()).as("nobody was stopped under a job: %s", job).isEqualTo(1);
    }
    assertThat(world.place.begun).as("none began twice").doesNotHaveDuplicates();
    assertThat(world.tasks(FLEET))
        .filteredOn(FleetTask::hasEnded)
        .allMatch(
            task -> task.ending() == TaskEnding.RETIRED || task.ending() == TaskEnding.NOT_STARTED);
  }

  /** Tasks that count towards the size of the fleet. */
  private int counting() {
    return (int) world.present(FLEET).stream().filter(task -> !task.isAskedToGo()).count();
  }

  private JobState state(long id) {
    return world.engine.jobs().get(id).state();
  }

  private void toggle(String capacityClass) {
    if (!world.place.refused.remove(capacityClass)) {
      world.place.refused.add(capacityClass);
    }
  }

  /** A controller that dies before or after one of its next launches. */
  private FleetController killedOnce(Random random) {
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    int[] left = {random.nextInt(3)};
    boolean before = random.nextBoolean();
    launcher.beforeLaunch = task -> dieIf(before && left[0]-- == 0);
    launcher.afterLaunch = task -> dieIf(!before && left[0]-- == 0);
    return world.controller(launcher);
  }

  private static void dieIf(boolean now) {
    if (now) {
      throw new ThreadLauncher.Killed();
    }
  }

  private int put(Random random) {
    int max = random.nextInt(1, 9);
    ScalingPolicy policy =
        switch (random.nextInt(3)) {
          case 0 -> new Fixed(random.nextInt(10));
          case 1 -> new Steps(List.of(new Step(0, 0), new Step(1, 2), new Step(6, 9)));
          default -> Goal.parse("90% start within 1s");
        };
    world.fleets.put(
        spec(
            FleetSettings.of(random.nextInt(Math.min(3, max + 1)), max, policy)
                .withSlots(random.nextInt(1, 3))
                .withScaleInAfter(Duration.ofMillis(random.nextInt(50)))
                .withMix(CapacityMix.onDemandToSpot(1, random.nextInt(1, 5)))
                .withBackoff(new PlacementBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1)))));
    return max;
  }

  private static FleetSpec spec(FleetSettings settings) {
    return FleetSpec.of(FLEET, List.of(FleetWorld.QUEUE), settings);
  }
}
