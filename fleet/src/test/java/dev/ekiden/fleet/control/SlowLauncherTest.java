package dev.ekiden.fleet.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Task;
import dev.ekiden.postgres.LeadershipLostException;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A launcher that takes its time: each of the interleavings that {@link Launches} lists. */
final class SlowLauncherTest {
  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(
          source -> Fleets.migrate(dev.ekiden.postgres.Database.of(source)), "fleet");

  private static final Executor BESIDE = Thread::startVirtualThread;
  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final Duration SHORT_LEASE = Duration.ofSeconds(1);
  private static final Duration FOR_HOURS = Duration.ofHours(1);

  private FleetWorld world;
  private ThreadLauncher launcher;
  private FleetController controller;

  /** Launches that have begun, and what they wait for. */
  private final AtomicInteger begun = new AtomicInteger();

  private final CountDownLatch pulled = new CountDownLatch(1);

  @BeforeEach
  void begin() {
    world = new FleetWorld(jobs);
    launcher = new ThreadLauncher(world.place);
    controller = beside(launcher, LEASE);
  }

  @AfterEach
  void end() throws InterruptedException {
    pulled.countDown();
    world.close();
  }

  private FleetController beside(ThreadLauncher launcher, Duration lease) {
    return world.controller(FleetWorld.launchers(launcher), lease, Duration.ZERO, BESIDE);
  }

  @Test
  void aPullKeepsNoOtherFleetWaitingAndIsNeitherRepeatedNorTakenForLost() {
    launcher.beforeLaunch = this::pullForBlue;
    put("blue", 2);
    put("green", 1);
    controller.turn();
    turnsUntil("the other fleet has its worker", () -> launched("green") == 1);
    awaitBegun(1);
    for (int turn = 0; turn < 3; turn++) {
      controller.turn();
    }
    assertThat(world.tasks("blue")).hasSize(2).noneMatch(FleetTask::hasEnded);
    assertThat(launched("blue")).isZero();
    assertThat(begun).as("one after the other, and once each").hasValue(1);
    pulled.countDown();
    turnsUntil("they are launched", () -> launched("blue") == 2);
    assertThat(begun).hasValue(2);
    world.awaitWorkers(3);
    controller.turn();
    assertThat(world.tasks("blue")).hasSize(2).noneMatch(FleetTask::hasEnded);
    assertThat(world.place.begun).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void oneThatTakesTooLongIsAFailedPlacementAndLaunchedAfterAllItIsStopped() {
    launcher.beforeLaunch =
        task -> {
          if (task.capacityClass().equals("spot")) {
            pullForBlue(task);
          }
        };
    world.fleets.put(
        FleetSpec.of(
                "blue",
                List.of(FleetWorld.QUEUE),
                settings(2)
                    .withMix(CapacityMix.onDemandToSpot(1, 5))
                    .withBackoff(new PlacementBackoff(FOR_HOURS, FOR_HOURS)))
            .withStartTimeout(Duration.ofSeconds(30)));
    controller.turn();
    turnsUntil("the first one is launched", () -> launched("blue") == 1);
    awaitBegun(1);
    world.awaitWorkers(1);
    jobs.database()
        .useTransaction(handle ->
            handle.execute("UPDATE ekiden.fleet_task SET asked_at = asked_at - interval '40 s'"));
    controller.turn();
    FleetTask slow = world.tasks("blue").get(1);
    assertThat(slow.ending()).isEqualTo(TaskEnding.NOT_STARTED);
    assertThat(slow.detail()).isEqualTo("the launcher process had not launched it in 30s");
    assertThat(world.classes("blue")).as("the next class stands in").isEqualTo("DSD");
    assertThat(begun).hasValue(1);
    pulled.countDown();
    turnsUntil("the one that stands in is launched", () -> launched("blue") == 2);
    turnsUntil("the late one is over", () -> launcher.find(slow.id()).isEmpty());
    world.awaitWorkers(2);
    assertThat(world.place.begun).as("it never became a worker").doesNotContain(slow.id());
  }

  @Test
  void whatIsNotWantedAnyMoreIsNotLaunched() {
    launcher.beforeLaunch = this::pullForBlue;
    put("blue", 3);
    controller.turn();
    awaitBegun(1);
    world.fleets.remove("blue");
    controller.turn();
    assertThat(world.tasks("blue"))
        .hasSize(3)
        .allMatch(task -> task.ending() == TaskEnding.RETIRED)
        .allMatch(task -> String.valueOf(task.detail()).contains("before it was launched"));
    pulled.countDown();
    turnsUntil(
        "the one that was being launched is over",
        () -> world.place.classes.size() == 1 && launcher.list().isEmpty());
    assertThat(begun).as("the others were not").hasValue(1);
    assertThat(world.place.begun).as("and it never became a worker").isEmpty();
  }

  @Test
  void anotherLeaderLaunchesWhatALostOneHadLeft() {
    launcher.beforeLaunch = this::pullForBlue;
    FleetController lost = beside(launcher, SHORT_LEASE);
    put("blue", 3);
    turnsUntil(lost, "it launches", () -> begun.get() == 1);
    FleetController next = world.controller();
    turnsUntil(next, "another launches all of them", () -> launched("blue") == 3);
    turn(lost); // finds that it leads no more
    pulled.countDown();
    lost.close(); // which waits for what is being launched
    assertThat(begun).as("what waited was dropped").hasValue(1);
    world.awaitWorkers(3);
    next.turn();
    assertThat(world.tasks("blue")).hasSize(3).noneMatch(FleetTask::hasEnded);
    assertThat(world.place.begun).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void aFailureOfAnEarlierReignIsNotBelieved() throws Exception {
    CountDownLatch refuses = new CountDownLatch(1);
    CountDownLatch refused = new CountDownLatch(1);
    ThreadLauncher cutOff =
        new ThreadLauncher(world.place) {
          @Override
          public void launch(Task task) {
            begun.incrementAndGet();
            SlowLauncherTest.await(refuses);
            refused.countDown();
            throw new LaunchException("it was cut off");
          }
        };
    FleetController first = beside(cutOff, SHORT_LEASE);
    put("blue", 1);
    turnsUntil(first, "it launches", () -> begun.get() == 1);
    long reign = epoch();
    ThreadLauncher quick = new ThreadLauncher(world.place);
    FleetController between = beside(quick, SHORT_LEASE);
    turnsUntil(between, "another leads and launches it", () -> launched("blue") == 1);
    world.awaitWorkers(1);
    turnsUntil(first, "the first one leads again", () -> epoch() > reign + 1);
    refuses.countDown();
    refused.await();
    AtomicInteger turns = new AtomicInteger();
    turnsUntil(first, "it looks a few times", () -> turns.incrementAndGet() == 3);
    assertThat(world.tasks("blue")).hasSize(1).noneMatch(FleetTask::hasEnded);
    assertThat(world.place.begun).hasSize(1);
  }

  @Test
  void whatIsBeingLaunchedWhenItIsClosedIsWaitedForAndAdopted() throws Exception {
    launcher.beforeLaunch = this::pullForBlue;
    put("blue", 2);
    controller.turn();
    awaitBegun(1);
    Thread closing = Thread.ofVirtual().start(controller::close);
    pulled.countDown();
    closing.join();
    assertThat(world.place.classes).as("launched before it closed, the other not").hasSize(1);
    assertThat(world.tasks("blue")).allMatch(task -> task.launchedAt() == null);
    FleetController next = world.controller();
    turnsUntil(next, "the next one adopts it, and launches the other", () -> launched("blue") == 2);
    world.awaitWorkers(2);
    assertThat(world.place.begun).hasSize(2).doesNotHaveDuplicates();
  }

  // ---- looks ----

  @Test
  void aLauncherThatIsSlowToTellKeepsNoOtherWaitingAndItsOldAnswerLosesNoTask() {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    ThreadLauncher slow =
        new ThreadLauncher(world.place) {
          @Override
          public List<dev.ekiden.launch.TaskStatus> list() {
            // What it tells is of the moment it was asked.
            List<dev.ekiden.launch.TaskStatus> tasks = super.list();
            if (asked.getCount() > 0) {
              asked.countDown();
              SlowLauncherTest.await(answers);
            }
            return tasks;
          }
        };
    FleetController patient = beside(slow, LEASE);
    put("blue", 2);
    patient.turn();
    assertThat(asked.getCount()).isZero();
    world.awaitWorkers(2);
    turnsUntil(patient, "it is noted while it is silent", () -> launched("blue") == 2);
    answers.countDown();
    for (int turn = 0; turn < 3; turn++) {
      patient.turn();
    }
    assertThat(world.tasks("blue")).hasSize(2).noneMatch(FleetTask::hasEnded);
    world.place.kill(world.tasks("blue").getFirst().id());
    turnsUntil(
        patient, "newer answers are believed", () -> world.tasks("blue").getFirst().hasEnded());
  }

  // ---- helpers ----

  private void pullForBlue(Task task) {
    if ("blue".equals(task.labels().get(WorkerProgram.FLEET_LABEL))) {
      begun.incrementAndGet();
      await(pulled);
    }
  }

  private void awaitBegun(int count) {
    TestEngine.awaitUntil(count + " launches have begun", () -> begun.get() >= count);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void put(String fleet, int workers) {
    world.fleets.put(FleetSpec.of(fleet, List.of(FleetWorld.QUEUE), settings(workers)));
  }

  private static FleetSettings settings(int workers) {
    return FleetSettings.of(0, 5, new Fixed(workers)).withScaleInAfter(Duration.ZERO);
  }

  private long launched(String fleet) {
    return world.tasks(fleet).stream().filter(task -> task.launchedAt() != null).count();
  }

  private long epoch() {
    return jobs.database()
        .withHandle(handle ->
            handle
                .createQuery("SELECT epoch FROM ekiden.leader_lease WHERE name = 'fleet'")
                .mapTo(Long.class)
                .one());
  }

  private void turnsUntil(String what, BooleanSupplier condition) {
    turnsUntil(controller, what, condition);
  }

  private static void turnsUntil(
      FleetController controller, String what, BooleanSupplier condition) {
    TestEngine.awaitUntil(what, () -> turn(controller) && condition.getAsBoolean());
  }

  /** Takes a turn; false if the lease, which may be short, was over before the turn was. */
  private static boolean turn(FleetController controller) {
    try {
      controller.turn();
      return true;
    } catch (LeadershipLostException e) {
      return false;
    }
  }
}
