package dev.ekiden.launch.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.Phase;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;

/** What ECS says, and what we make of it. */
final class EcsTaskStateTest {

  private static final Instant CREATED = Instant.parse("2026-11-21T10:00:00Z");

  private static Task.Builder task(String lastStatus) {
    return Task.builder()
        .taskArn("arn:aws:ecs:eu-central-1:1:task/ekiden/abc")
        .createdAt(CREATED)
        .lastStatus(lastStatus)
        .tags(Tag.builder().key("ekiden:task").value("t").build());
  }

  private static Phase phase(Task.Builder task) {
    return new EcsTaskState(task.build()).status().orElseThrow().phase();
  }

  private static Ending stopped(String code, String reason, UnaryOperator<Container.Builder> with) {
    return ended(task("STOPPED").startedAt(CREATED.plusSeconds(60)), code, reason, with);
  }

  private static Ending neverStarted(
      String code, String reason, UnaryOperator<Container.Builder> with) {
    return ended(task("STOPPED"), code, reason, with);
  }

  private static Ending ended(
      Task.Builder task, String code, String reason, UnaryOperator<Container.Builder> with) {
    Container container = with.apply(Container.builder().name("task")).build();
    task.stopCode(code).stoppedReason(reason).stoppedAt(CREATED.plusSeconds(99));
    return new EcsTaskState(task.containers(container).build())
        .status()
        .orElseThrow()
        .ending()
        .orElseThrow();
  }

  @Test
  void movesOn() {
    assertThat(phase(task("PROVISIONING"))).isEqualTo(new Phase.Placing());
    assertThat(phase(task("PENDING"))).isEqualTo(new Phase.Starting());
    assertThat(phase(task("ACTIVATING"))).isEqualTo(new Phase.Starting());
    Instant started = CREATED.plusSeconds(60);
    assertThat(phase(task("RUNNING").startedAt(started))).isEqualTo(new Phase.Running());
    assertThat(phase(task("DEACTIVATING").startedAt(started))).isEqualTo(new Phase.Running());
    assertThat(phase(task("STOPPING").startedAt(started))).isEqualTo(new Phase.Running());
    assertThat(phase(task("STOPPING"))).isEqualTo(new Phase.Starting());
    assertThat(phase(task("DEPROVISIONING").startedAt(started))).isEqualTo(new Phase.Running());
    assertThat(
            phase(
                task("DEPROVISIONING")
                    .startedAt(started)
                    .stopCode("EssentialContainerExited")
                    .containers(Container.builder().name("task").exitCode(0).build())))
        .isEqualTo(new Phase.Ended(new Ending.Exited(0)));
  }

  @Test
  void endsByExitCodeOrSignal() {
    String code = "EssentialContainerExited";
    String reason = "Essential container in task exited";
    assertThat(stopped(code, reason, one -> one.exitCode(0))).isEqualTo(new Ending.Exited(0));
    assertThat(stopped(code, reason, one -> one.exitCode(3))).isEqualTo(new Ending.Exited(3));
    assertThat(stopped(code, reason, one -> one.exitCode(128))).isEqualTo(new Ending.Exited(128));
    assertThat(stopped(code, reason, one -> one.exitCode(139))).isEqualTo(new Ending.Signaled(11));
    assertThat(stopped(code, reason, one -> one.exitCode(193))).isEqualTo(new Ending.Exited(193));
    assertThat(stopped("UserInitiated", "Stopped by Ekiden", one -> one.exitCode(143)))
        .isEqualTo(new Ending.Signaled(15));
  }

  @Test
  void isShortOfMemory() {
    assertThat(
            stopped(
                "EssentialContainerExited",
                "Essential container in task exited",
                one ->
                    one.exitCode(137)
                        .reason("OutOfMemoryError: Container killed due to memory usage")))
        .isEqualTo(new Ending.OutOfMemory());
    assertThat(
            stopped(
                "EssentialContainerExited",
                "OutOfMemoryError: container killed due to memory usage",
                one -> one.exitCode(137)))
        .isEqualTo(new Ending.OutOfMemory());
  }

  @Test
  void isReclaimed() {
    for (String code : new String[] {"SpotInterruption", "TerminationNotice"}) {
      assertThat(stopped(code, "Your Spot Task was interrupted.", one -> one.exitCode(143)))
          .isEqualTo(new Ending.Reclaimed());
      assertThat(neverStarted(code, "Your Spot Task was interrupted.", one -> one))
          .isEqualTo(new Ending.Reclaimed());
      assertThat(stopped(code, "Your Spot Task was interrupted.", one -> one.exitCode(0)))
          .isEqualTo(new Ending.Exited(0));
    }
    assertThat(stopped(null, "Your Spot Task was interrupted.", one -> one.exitCode(137)))
        .isEqualTo(new Ending.Reclaimed());
    assertThat(
            stopped(
                "ServiceSchedulerInitiated",
                "ECS is performing maintenance on the underlying infrastructure hosting the task.",
                one -> one.exitCode(143)))
        .isEqualTo(new Ending.Reclaimed());
  }

  @Test
  void couldNotStart() {
    String pull = "CannotPullContainerError: pull image manifest has been retried 1 time(s)";
    assertThat(neverStarted("TaskFailedToStart", "Task failed to start", one -> one.reason(pull)))
        .isEqualTo(new Ending.CouldNotStart(pull));
    String secret = "ResourceInitializationError: unable to pull secrets or registry auth";
    assertThat(neverStarted("TaskFailedToStart", secret, one -> one))
        .isEqualTo(new Ending.CouldNotStart(secret));
    String start = "CannotStartContainerError: Error response from daemon: failed to create task";
    assertThat(
            stopped(
                "EssentialContainerExited",
                "Essential container in task exited",
                one -> one.reason(start)))
        .isEqualTo(new Ending.CouldNotStart(start));
    String full =
        "Capacity is unavailable at this time. Please try again later or in a different"
            + " availability zone";
    assertThat(neverStarted("TaskFailedToStart", full, one -> one))
        .isEqualTo(new Ending.CouldNotStart(full));
    assertThat(neverStarted("UserInitiated", "Stopped by Ekiden", one -> one))
        .isEqualTo(new Ending.CouldNotStart("Stopped by Ekiden"));
  }

  @Test
  void isLost() {
    assertThat(stopped(null, "Host EC2 (instance i-1) terminated.", one -> one))
        .isEqualTo(new Ending.Lost("Host EC2 (instance i-1) terminated."));
  }

  @Test
  void isNobodysWithoutOurTags() {
    assertThat(new EcsTaskState(task("RUNNING").tags(java.util.List.of()).build()).status())
        .isEmpty();
    Tag removed = Tag.builder().key(EcsTags.REMOVED).value("true").build();
    assertThat(new EcsTaskState(task("STOPPED").tags(removed).build()).status()).isEmpty();
  }
}
