package dev.ekiden.fleet.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Limit;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.Sentence;
import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.command.CommandDefinitions;
import dev.ekiden.fleet.control.FleetTask.Phase;
import dev.ekiden.launch.TaskId;
import dev.ekiden.postgres.LeadershipLostException;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a controller does, turn by turn, on a real database with real workers; and each of the
 * interleavings that its documentation lists.
 */
final class FleetControllerTest {
  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(
          source -> Fleets.migrate(dev.ekiden.postgres.Database.of(source)), "fleet");

  private static final String FLEET = "blue";

  /** A worker for each job that waits. */
  private static final Steps ONE_EACH =
      new Steps(IntStream.rangeClosed(0, 60).mapToObj(n -> new Step(n, n)).toList());

  private FleetWorld world;

  @BeforeEach
  void begin() {
    world = new FleetWorld(jobs);
  }

  @AfterEach
  void end() throws InterruptedException {
    world.close();
  }

  // ---- what it keeps ----

  @Test
  void startsThirteenWorkersInTheOrderOfTheMix() {
    put(settings(0, 13, new Fixed(13)).withMix(CapacityMix.onDemandToSpot(1, 5)));
    world.controller().turn();
    assertThat(world.classes(FLEET)).isEqualTo("DSSSSSDSSSSSD");
    assertThat(world.place.classes).hasSize(13);
    FleetDecision decision = world.fleets.decisions(FLEET, Long.MAX_VALUE, 1).getFirst();
    assertThat(decision.desired()).isEqualTo(13);
    assertThat(decision.launches()).extracting(FleetDecision.Launch::task).doesNotHaveDuplicates();
    assertThat(decision.reason()).contains("13 workers, a fixed number").contains("start");
  }

  @Test
  void keepsTheTermsOfAReasonAndReadsThoseOfEarlierAndLaterBuilds() {
    put(settings(0, 2, new Fixed(2)).withMix(CapacityMix.onDemandToSpot(1, 5)));
    world.controller().turn();
    FleetDecision decision = world.fleets.decisions(FLEET, Long.MAX_VALUE, 1).getFirst();
    assertThat(decision.why())
        .contains(
            new Term.Fixed(2),
            new Term.Start(1, "on-demand", null),
            new Term.Start(1, "spot", null));
    assertThat(Sentence.of(decision.why())).isEqualTo(decision.reason());
    rewriteWhy(null);
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 1).getFirst())
        .matches(one -> one.why().isEmpty() && one.reason().equals(decision.reason()));
    rewriteWhy(
        "[{\"code\": \"enough\", \"more\": 1}, {\"code\": \"of-a-later-build\", \"figure\": 7}]");
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 1).getFirst().why())
        .containsExactly(new Term.Enough(), new Term.Unknown());
  }

  private void rewriteWhy(@Nullable String json) {
    world.database.useTransaction(
        handle -> handle.execute("UPDATE ekiden.fleet_decision SET why = CAST(? AS jsonb)", json));
  }

  @Test
  void drainsWhenAllSpotIsLost() {
    put(
        settings(1, 4, new Steps(List.of(new Step(0, 1), new Step(1, 4))))
            .withMix(CapacityMix.onDemandToSpot(1, 5)));
    FleetController controller = world.controller();
    List<Long> naps = world.naps(40, 5);
    controller.turn();
    world.awaitWorkers(4);
    world.place.refused.add("spot");
    world
        .tasks(FLEET)
        .forEach(task -> {
          if (task.capacityClass().equals(FleetWorld.S)) {
            world.place.kill(task.id());
          }
        });
    turnsUntil(controller, "all have rested", () -> allSucceeded(naps));
    assertThat(world.tasks(FLEET))
        .filteredOn(task -> FleetWorld.S.equals(task.insteadOf()))
        .allMatch(task -> task.capacityClass().equals(FleetWorld.D));
  }

  @Test
  void startsAsManyAsALimitLetsRun() {
    world.engine.limits().put(Limit.running(new Limit.Scope.Queue(FleetWorld.QUEUE), 20));
    put(settings(0, 60, ONE_EACH));
    world.naps(500, -1);
    FleetController controller = world.controller();
    controller.turn();
    assertThat(world.tasks(FLEET)).hasSize(20);
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 1).getFirst().reason())
        .contains("480 jobs held back by limits");
    world.awaitWorkers(20);
    TestEngine.awaitUntil("20 run", () -> world.begun.get() == 20);
    controller.turn();
    controller.turn();
    assertThat(world.tasks(FLEET)).hasSize(20);
    // the rest need not run
    world.engine.queues().pause(FleetWorld.QUEUE, "seen enough");
  }

  @Test
  void isRefusedWhereItsWorkersCouldRunNothing() {
    new CommandDefinitions(jobs.database(), world.engine)
        .apply(
            List.of(
                new CommandDefinitions.Source(
                    "words.yaml",
                    "kind: job\nname: count-words\nqueue: words\ncommand: [wc, -w]\n")),
            false);
    // As the server does that runs them.
    world.engine.define(
        JobDefinition.named("count-words", Object.class).queue("words").enqueueOnly());
    FleetSettings settings = settings(0, 3, new Fixed(1));
    List<String> queues = List.of(FleetWorld.QUEUE, "words");
    assertThatThrownBy(() -> put(FleetSpec.of(FLEET, queues, settings)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("queues: the jobs of words run programs");
    assertThat(world.fleets.find(FLEET)).isEmpty();
    put(FleetSpec.of(FLEET, List.of("of-nobody-yet"), settings));
  }

  @Test
  void startsFromNothingAndGoesBackToNothing() {
    put(settings(0, 3, new Steps(List.of(new Step(0, 0), new Step(1, 2)))));
    FleetController controller = world.controller();
    controller.turn();
    assertThat(world.tasks(FLEET)).isEmpty();
    List<Long> naps = world.naps(5, -1);
    controller.turn();
    assertThat(world.tasks(FLEET)).hasSize(2);
    world.awaitWorkers(2); // else the first may do it all before the other is there
    world.open.countDown();
    turnsUntil(controller, "all have rested", () -> allSucceeded(naps));
    turnsUntil(controller, "nobody is left", () -> world.present(FLEET).isEmpty());
    assertThat(world.tasks(FLEET))
        .allSatisfy(task -> {
          assertThat(task.ending()).isEqualTo(TaskEnding.RETIRED);
          assertThat(task.detail()).contains("more workers than were needed");
          assertThat(task.readyAt()).isNotNull();
        });
    controller.turn();
    assertThat(world.place.running()).isEmpty();
    assertThat(new ThreadLauncher(world.place).list()).as("and none is remembered").isEmpty();
  }

  @Test
  void leavesAFleetAloneWhoseDemandFlaps() {
    put(
        settings(1, 3, new Steps(List.of(new Step(0, 1), new Step(1, 3))))
            .withScaleInAfter(Duration.ofMinutes(1)));
    FleetController controller = world.controller();
    for (int flap = 0; flap < 5; flap++) {
      List<Long> naps = world.naps(4, 1);
      controller.turn();
      turnsUntil(controller, "all have rested", () -> allSucceeded(naps));
      controller.turn();
    }
    turnsUntil(
        controller,
        "all are there",
        () -> world.tasks(FLEET).stream().allMatch(task -> task.phase() == Phase.WORKING));
    assertThat(world.tasks(FLEET)).hasSize(3);
  }

  @Test
  void goesByWhatIsChangedWhileItRuns() {
    put(settings(0, 5, new Fixed(2)));
    FleetController controller = world.controller();
    controller.turn();
    world.awaitWorkers(2);
    put(settings(0, 5, new Fixed(4)));
    controller.turn();
    world.awaitWorkers(4);
    put(settings(0, 1, new Fixed(1)));
    turnsUntil(controller, "one is left", () -> world.engine.workers().size() == 1);
    put(spec(settings(0, 1, new Fixed(1))).withEnabled(false));
    turnsUntil(controller, "it is off", () -> world.present(FLEET).isEmpty());
    put(settings(0, 1, new Fixed(1)));
    controller.turn();
    world.awaitWorkers(1);
    assertThat(world.fleets.remove(FLEET)).isTrue();
    turnsUntil(controller, "it is gone", () -> world.present(FLEET).isEmpty());
    assertThat(world.place.running()).isEmpty();
    assertThat(world.tasks(FLEET)).hasSize(5).allMatch(FleetTask::hasEnded);
    assertThat(world.tasks(FLEET).getLast().detail()).contains("fleet was removed");
  }

  @Test
  void letsAnotherClassStandInForOneThatCannotBePlaced() {
    world.place.refused.add("spot");
    put(
        settings(0, 3, new Fixed(3))
            .withMix(CapacityMix.onDemandToSpot(1, 5))
            .withBackoff(new PlacementBackoff(Duration.ofHours(1), Duration.ofHours(1))));
    FleetController controller = world.controller();
    controller.turn();
    assertThat(world.classes(FLEET)).isEqualTo("DSS");
    controller.turn();
    assertThat(world.classes(FLEET)).isEqualTo("DSSDD");
    assertThat(world.tasks(FLEET).get(1).ending()).isEqualTo(TaskEnding.NOT_STARTED);
    assertThat(world.tasks(FLEET).get(1).detail()).contains("of class spot: no machines");
    assertThat(world.tasks(FLEET).getLast().insteadOf()).isEqualTo(FleetWorld.S);
    controller.turn();
    assertThat(world.classes(FLEET)).as("the class rests").isEqualTo("DSSDD");
    assertThat(world.fleets.find(FLEET).orElseThrow().memory().resting())
        .containsOnlyKeys(FleetWorld.S);
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 9))
        .anySatisfy(decision ->
            assertThat(decision.reason())
                .contains("2 on-demand in place of spot")
                .contains("spot rests"));
  }

  @Test
  void replacesAWorkerThatIsKilledAndCountsThatAsNoFailedPlacement() {
    put(settings(1, 1, new Fixed(1)));
    FleetController controller = world.controller();
    controller.turn();
    world.awaitWorkers(1);
    controller.turn();
    world.place.kill(world.tasks(FLEET).getFirst().id());
    controller.turn();
    assertThat(world.tasks(FLEET)).hasSize(2);
    assertThat(world.tasks(FLEET).getFirst().ending()).isEqualTo(TaskEnding.CRASHED);
    assertThat(world.tasks(FLEET).getFirst().detail()).isEqualTo("ended by signal 9");
    assertThat(world.fleets.find(FLEET).orElseThrow().memory().resting()).isEmpty();
  }

  @Test
  void stopsWhatDoesNotBecomeAWorkerInTime() {
    world.place.workersOpen = new CountDownLatch(1);
    put(
        spec(settings(1, 1, new Fixed(1))
                .withBackoff(new PlacementBackoff(Duration.ofHours(1), Duration.ofHours(1))))
            .withStartTimeout(Duration.ofSeconds(1)));
    FleetController controller = world.controller();
    controller.turn();
    TaskId id = world.tasks(FLEET).getFirst().id();
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "UPDATE ekiden.fleet_task SET asked_at = asked_at - interval '1 minute'"));
    turnsUntil(controller, "it was stopped", () -> world.tasks(FLEET).getFirst().hasEnded());
    FleetTask first = world.tasks(FLEET).getFirst();
    assertThat(first.id()).isEqualTo(id);
    assertThat(first.ending()).isEqualTo(TaskEnding.NOT_STARTED);
    assertThat(first.detail()).contains("had not become a worker in 1s");
    assertThat(world.fleets.find(FLEET).orElseThrow().memory().resting())
        .containsOnlyKeys(FleetWorld.D);
  }

  @Test
  void keepsADecisionThatChangesNothingOnceAMinuteOnly() {
    put(settings(0, 1, new Fixed(0)));
    FleetController controller = world.controller();
    for (int turn = 0; turn < 5; turn++) {
      controller.turn();
    }
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 10)).hasSize(1);
    put(settings(0, 2, new Fixed(0)));
    controller.turn();
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 10)).hasSize(2);
  }

  // ---- interleavings ----

  @Test
  void onlyOneOfTwoControllersActs() {
    put(settings(0, 5, new Fixed(3)));
    FleetController one = world.controller();
    FleetController other = world.controller();
    one.turn();
    other.turn();
    one.turn();
    other.turn();
    assertThat(world.tasks(FLEET)).hasSize(3);
    assertThat(world.fleets.decisions(FLEET, Long.MAX_VALUE, 10))
        .extracting(FleetDecision::epoch)
        .containsOnly(1L);
    one.close();
    world.naps(1, 1);
    other.turn();
    assertThat(world.tasks(FLEET)).as("the next one adopts them").hasSize(3);
  }

  @Test
  void killedBetweenIntentAndLaunch() {
    put(settings(0, 5, new Fixed(3)));
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    launcher.beforeLaunch =
        task -> {
          if (world.place.classes.size() == 1) {
            throw new ThreadLauncher.Killed();
          }
        };
    FleetController killed = world.controller(launcher);
    assertThatThrownBy(killed::turn).isInstanceOf(ThreadLauncher.Killed.class);
    world.leaseRunsOut();
    assertThat(world.tasks(FLEET)).hasSize(3).allMatch(task -> task.launchedAt() == null);
    assertThat(world.place.classes).hasSize(1);
    FleetController next = world.controller();
    turnsUntil(next, "it leads", () -> world.place.classes.size() == 3);
    assertThat(world.tasks(FLEET)).hasSize(3).allMatch(task -> task.launchedAt() != null);
    world.awaitWorkers(3);
    next.turn();
    assertThat(world.tasks(FLEET)).hasSize(3);
    assertThat(world.place.begun).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void killedBetweenLaunchAndNote() {
    put(settings(0, 5, new Fixed(2)));
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    launcher.afterLaunch =
        task -> {
          if (world.place.classes.size() == 2) {
            throw new ThreadLauncher.Killed();
          }
        };
    FleetController killed = world.controller(launcher);
    assertThatThrownBy(killed::turn).isInstanceOf(ThreadLauncher.Killed.class);
    world.leaseRunsOut();
    assertThat(world.tasks(FLEET)).allMatch(task -> task.launchedAt() == null);
    FleetController next = world.controller();
    turnsUntil(
        next,
        "they are adopted",
        () -> world.tasks(FLEET).stream().allMatch(task -> task.launchedAt() != null));
    world.awaitWorkers(2);
    next.turn();
    assertThat(world.tasks(FLEET)).hasSize(2);
    assertThat(world.place.begun).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void aLeaderPausedBeforeItWritesWritesNothing() throws Exception {
    put(settings(0, 5, new Fixed(2)));
    CountDownLatch paused = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    launcher.beforeList = () -> pause(paused, goOn);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    FleetController slow = world.controller(launcher);
    Thread turn = Thread.ofPlatform().start(() -> attempt(slow, failure));
    paused.await();
    world.leaseRunsOut();
    FleetController next = world.controller();
    turnsUntil(next, "it leads", () -> world.tasks(FLEET).size() == 2);
    goOn.countDown();
    turn.join();
    assertThat(failure.get()).isInstanceOf(LeadershipLostException.class);
    next.turn();
    assertThat(world.tasks(FLEET)).hasSize(2);
    assertThat(world.place.classes).hasSize(2);
  }

  @Test
  void aLeaderPausedBeforeItLaunchesStartsNothingTwice() throws Exception {
    put(settings(0, 5, new Fixed(1)));
    CountDownLatch paused = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    launcher.beforeLaunch = task -> pause(paused, goOn);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    FleetController slow = world.controller(launcher);
    Thread turn = Thread.ofPlatform().start(() -> attempt(slow, failure));
    paused.await();
    world.leaseRunsOut();
    FleetController next = world.controller();
    turnsUntil(next, "it launches", () -> world.place.classes.size() == 1);
    world.awaitWorkers(1);

    // The task is over and forgotten when the late one launches it after all.
    TaskId id = world.tasks(FLEET).getFirst().id();
    put(settings(0, 5, new Fixed(0)));
    turnsUntil(next, "it is forgotten", () -> world.tasks(FLEET).getFirst().removedAt() != null);
    goOn.countDown();
    turn.join();
    assertThat(failure.get()).isInstanceOf(LeadershipLostException.class);
    turnsUntil(
        next, "the late one is over", () -> new ThreadLauncher(world.place).list().isEmpty());
    assertThat(world.place.begun).as("it never became a worker").containsExactly(id);
    assertThat(world.place.classes).hasSize(2);
    assertThat(world.tasks(FLEET)).hasSize(1);
  }

  @Test
  void aWorkerThatClaimsWhileItIsAskedToGoFinishesItsJob() {
    put(settings(0, 2, new Fixed(1)));
    world.place.membersOpen = new CountDownLatch(1);
    FleetController controller = world.controller();
    controller.turn();
    world.awaitWorkers(1);
    controller.turn();
    put(settings(0, 2, new Fixed(0)));
    controller.turn();
    FleetTask asked = world.tasks(FLEET).getFirst();
    assertThat(asked.phase()).as("it looked idle").isEqualTo(Phase.DRAINING);
    long nap = world.naps(1, -1).getFirst();
    TestEngine.awaitUntil("it claims now", () -> world.begun.get() == 1);
    world.place.membersOpen.countDown();
    controller.turn();
    long second = world.naps(1, 1).getFirst();
    TestEngine.awaitUntil(
        "it takes nothing more",
        () -> {
          controller.turn();
          return world.engine.workers().size() == 1;
        });
    assertThat(world.engine.jobs().get(nap).state()).isEqualTo(JobState.RUNNING);
    world.open.countDown();
    turnsUntil(controller, "it has gone", () -> world.tasks(FLEET).getFirst().hasEnded());
    assertThat(world.engine.jobs().get(nap).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(world.engine.jobs().get(nap).attempt()).isEqualTo(1);
    assertThat(world.tasks(FLEET).getFirst().ending()).isEqualTo(TaskEnding.RETIRED);
    assertThat(world.engine.jobs().get(second).state()).isIn(JobState.READY, JobState.SUCCEEDED);
  }

  @Test
  void whatAReclaimedWorkerCannotFinishGoesBackAndIsNoFailure() {
    FleetSettings settings = settings(0, 1, new Fixed(1)).withMix(CapacityMix.only(FleetWorld.S));
    put(spec(settings).withGrace(Duration.ZERO).withReclaims(new Reclaims(Reclaims.MAX_LIFE, 1)));
    FleetController controller = world.controller();
    controller.turn();
    world.awaitWorkers(1);
    long nap = world.naps(1, -1).getFirst();
    TestEngine.awaitUntil("it runs", () -> world.begun.get() == 1);
    jobs.database()
        .useTransaction(handle ->
            handle.execute("UPDATE ekiden.fleet_task SET reclaim_due_at = clock_timestamp()"));
    controller.turn();
    turnsUntil(
        controller,
        "another runs it",
        () -> world.begun.get() == 2 && world.tasks(FLEET).size() == 2);
    world.open.countDown();
    TestEngine.awaitUntil("it ends", () -> world.engine.jobs().get(nap).state().isEnded());
    assertThat(world.engine.jobs().get(nap).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(world.engine.jobs().get(nap).failures()).isZero();
    assertThat(world.engine.jobs().get(nap).losses()).isZero();
    turnsUntil(controller, "it is noted", () -> world.tasks(FLEET).getFirst().hasEnded());
    FleetTask reclaimed = world.tasks(FLEET).getFirst();
    assertThat(reclaimed.ending()).isEqualTo(TaskEnding.RECLAIMED);
    assertThat(reclaimed.detail()).contains("simulated spot took its machine away");
    assertThat(reclaimed.reclaimedAt()).isNotNull();
  }

  @Test
  void aSignalThatWasNotedAndNotSentIsSentByTheNextLeader() {
    put(settings(0, 1, new Fixed(1)));
    FleetController first = world.controller();
    first.turn();
    world.awaitWorkers(1);
    first.turn();
    first.close();
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "UPDATE ekiden.fleet_task SET stopped_at = clock_timestamp(), detail = 'it was to stop'"));
    FleetController next = world.controller();
    turnsUntil(next, "it was stopped", () -> world.tasks(FLEET).getFirst().hasEnded());
    assertThat(world.tasks(FLEET).getFirst().ending()).isEqualTo(TaskEnding.STOPPED);
    assertThat(world.tasks(FLEET).getFirst().detail()).contains("it was to stop");
  }

  @Test
  void stopsTasksThatNobodyAskedFor() {
    put(settings(0, 1, new Fixed(0)));
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    launcher.launch(
        dev.ekiden.launch.Task.of(
                TaskId.of("blue-9-gone"), dev.ekiden.launch.Program.command("worker"))
            .label(WorkerProgram.FLEET_LABEL, FLEET)
            .build());
    launcher.launch(
        dev.ekiden.launch.Task.of(
                TaskId.of("somebody-elses"), dev.ekiden.launch.Program.command("worker"))
            .build());
    FleetController controller = world.controller();
    turnsUntil(controller, "it is gone", () -> launcher.find(TaskId.of("blue-9-gone")).isEmpty());
    assertThat(launcher.find(TaskId.of("somebody-elses"))).isPresent();
  }

  @Test
  void concludesNothingFromALauncherThatDoesNotAnswer() {
    put(settings(0, 1, new Fixed(1)));
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    FleetController controller = world.controller(launcher);
    controller.turn();
    world.awaitWorkers(1);
    launcher.beforeList =
        () -> {
          throw new dev.ekiden.launch.LaunchException("it is away");
        };
    controller.turn();
    controller.turn();
    assertThat(world.tasks(FLEET)).hasSize(1).noneMatch(FleetTask::hasEnded);
  }

  // ---- explanations ----

  @Test
  void saysThatCapacityIsStartingOrThatTheFleetIsAtItsMaximum() throws Exception {
    put(settings(0, 1, ONE_EACH));
    long nap = world.naps(2, -1).getLast();
    world.engine.addReasons(new FleetReasons(world.fleets));
    assertThat(reason(nap, "fleet")).contains("fleet 'blue'", "nobody has decided");
    CountDownLatch late = new CountDownLatch(1);
    ThreadLauncher launcher = new ThreadLauncher(world.place);
    launcher.beforeLaunch =
        task -> {
          assertThat(reason(nap, "capacity-starting"))
              .contains("fleet 'blue' is starting 1 on-demand since 20");
          late.countDown();
        };
    FleetController controller = world.controller(launcher);
    controller.turn();
    late.await();
    world.awaitWorkers(1);
    assertThat(reason(nap, "fleet-at-maximum"))
        .isEqualTo("fleet 'blue' is at its maximum: 1 of at most 1 workers");
    put(spec(settings(0, 1, ONE_EACH)).withEnabled(false));
    assertThat(reason(nap, "fleet-off")).contains("switched off");
  }

  @Test
  void rememberWhatADecisionLeavesForTheNext() {
    world.place.refused.add("on-demand");
    put(settings(0, 1, new Fixed(1)).withBackoff(PlacementBackoff.DEFAULT));
    FleetController controller = world.controller();
    controller.turn();
    controller.turn();
    Memory memory = world.fleets.find(FLEET).orElseThrow().memory();
    assertThat(memory.resting().get(FleetWorld.D).failures()).isEqualTo(1);
    controller.close();
    world.controller().turn();
    assertThat(world.tasks(FLEET)).as("the class still rests for the next leader").hasSize(1);
  }

  // ---- helpers ----

  private void put(FleetSettings settings) {
    put(spec(settings));
  }

  private void put(FleetSpec spec) {
    world.fleets.put(spec);
  }

  private static FleetSpec spec(FleetSettings settings) {
    return FleetSpec.of(FLEET, List.of(FleetWorld.QUEUE), settings);
  }

  private static FleetSettings settings(int min, int max, ScalingPolicy policy) {
    return FleetSettings.of(min, max, policy).withScaleInAfter(Duration.ZERO);
  }

  private boolean allSucceeded(List<Long> ids) {
    return ids.stream().allMatch(id -> world.engine.jobs().get(id).state() == JobState.SUCCEEDED);
  }

  private String reason(long job, String code) {
    return world.engine.explain(job).reasons().stream()
        .filter(reason -> reason.code().equals(code))
        .map(reason -> reason.text())
        .findFirst()
        .orElseGet(() -> "no " + code + " among " + world.engine.explain(job));
  }

  private static void turnsUntil(
      FleetController controller, String what, java.util.function.BooleanSupplier condition) {
    TestEngine.awaitUntil(
        what,
        () -> {
          controller.turn();
          return condition.getAsBoolean();
        });
  }

  private static void pause(CountDownLatch paused, CountDownLatch goOn) {
    paused.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void attempt(FleetController controller, AtomicReference<Throwable> failure) {
    try {
      controller.turn();
    } catch (RuntimeException | Error e) {
      failure.set(e);
    }
  }
}
