package dev.ekiden.launch.kubernetes;

import static dev.ekiden.launch.kubernetes.MockCluster.exited;
import static dev.ekiden.launch.kubernetes.MockCluster.pending;
import static dev.ekiden.launch.kubernetes.MockCluster.running;
import static dev.ekiden.launch.kubernetes.MockCluster.terminated;
import static dev.ekiden.launch.kubernetes.MockCluster.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a cluster says, and what we make of it. */
final class JobStateTest {

  private static final Task TASK =
      Task.of(TaskId.of("t"), Program.image("image:1"))
          .label("fleet", "blue")
          .capacityClass(Task.SPOT)
          .build();

  private static Job job() {
    return new JobBuilder(new JobManifest(TASK, MockCluster.options()).job())
        .editMetadata()
        .withUid("uid-1")
        .withCreationTimestamp("2026-11-21T10:00:00Z")
        .endMetadata()
        .build();
  }

  private static Job failed(String reason) {
    return new JobBuilder(job())
        .withNewStatus()
        .withFailed(1)
        .addNewCondition()
        .withType("Failed")
        .withStatus("True")
        .withReason(reason)
        .withMessage("Job has reached the specified backoff limit")
        .withLastTransitionTime(MockCluster.ENDED)
        .endCondition()
        .endStatus()
        .build();
  }

  private static Pod pod(PodStatus status) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("t-1")
        .withCreationTimestamp("2026-11-21T10:00:00Z")
        .endMetadata()
        .withNewSpec()
        .withNodeName("node-1")
        .endSpec()
        .withStatus(status)
        .build();
  }

  private static Pod unplaced(PodStatus status) {
    return new PodBuilder(pod(status)).editSpec().withNodeName(null).endSpec().build();
  }

  private static TaskStatus status(Job job, Pod... pods) {
    return new JobState(job, Arrays.asList(pods)).status();
  }

  private static Phase phase(PodStatus status) {
    return status(job(), pod(status)).phase();
  }

  private static Ending ending(PodStatus status) {
    return status(job(), pod(status)).ending().orElseThrow();
  }

  private static PodStatus disrupted(PodStatus status, String reason) {
    return new PodStatusBuilder(status)
        .withPhase("Failed")
        .addNewCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .withReason(reason)
        .withMessage("in the words of the cluster")
        .withLastTransitionTime(MockCluster.ENDED)
        .endCondition()
        .build();
  }

  private static PodStatus failed(PodStatus status, String reason, String message) {
    return new PodStatusBuilder(status)
        .withPhase("Failed")
        .withReason(reason)
        .withMessage(message)
        .build();
  }

  @Test
  void tellsWhatTheTaskCarries() {
    TaskStatus status = status(job(), pod(exited(0)));
    assertThat(status.id()).isEqualTo(TASK.id());
    assertThat(status.labels()).isEqualTo(TASK.labels());
    assertThat(status.capacityClass()).isEqualTo(Task.SPOT);
    assertThat(status.asked()).isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
    assertThat(status.started()).contains(Instant.parse(MockCluster.STARTED));
    assertThat(status.ended()).contains(Instant.parse(MockCluster.ENDED));
  }

  @Test
  void waitsForAPodAndANode() {
    assertThat(status(job()).phase()).isEqualTo(new Phase.Placing());
    assertThat(status(job(), unplaced(pending())).phase()).isEqualTo(new Phase.Placing());
    PodStatus unschedulable =
        new PodStatusBuilder(pending())
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("False")
            .withReason("Unschedulable")
            .withMessage("0/3 nodes are available: 3 Insufficient cpu.")
            .endCondition()
            .build();
    assertThat(status(job(), unplaced(unschedulable)).phase())
        .isEqualTo(
            new Phase.Placing("Unschedulable: 0/3 nodes are available: 3 Insufficient cpu."));
    Job suspended = new JobBuilder(job()).editSpec().withSuspend(true).endSpec().build();
    assertThat(status(suspended).phase()).isEqualTo(new Phase.Placing("The job is suspended"));
  }

  @Test
  void startsAndRuns() {
    assertThat(phase(pending())).isEqualTo(new Phase.Starting());
    assertThat(phase(waiting("ContainerCreating", null)))
        .isEqualTo(new Phase.Starting("ContainerCreating"));
    assertThat(phase(waiting("ImagePullBackOff", "Back-off pulling image \"image:1\"")))
        .isEqualTo(new Phase.Starting("ImagePullBackOff: Back-off pulling image \"image:1\""));
    assertThat(phase(running())).isEqualTo(new Phase.Running());
    assertThat(phase(new PodStatusBuilder(running()).withPhase("Unknown").build()))
        .isEqualTo(new Phase.Running());
  }

  @Test
  void endsByExitCodeOrSignal() {
    assertThat(ending(exited(0))).isEqualTo(new Ending.Exited(0));
    assertThat(ending(exited(7))).isEqualTo(new Ending.Exited(7));
    assertThat(ending(exited(128))).isEqualTo(new Ending.Exited(128));
    assertThat(ending(exited(129))).isEqualTo(new Ending.Signaled(1));
    assertThat(ending(exited(143))).isEqualTo(new Ending.Signaled(15));
    assertThat(ending(exited(192))).isEqualTo(new Ending.Signaled(64));
    assertThat(ending(exited(193))).isEqualTo(new Ending.Exited(193));
    assertThat(ending(terminated(137, "OOMKilled", null))).isEqualTo(new Ending.OutOfMemory());
    assertThat(ending(failed(exited(143), "DeadlineExceeded", "Pod was active on the node longer")))
        .isEqualTo(new Ending.Signaled(15));
  }

  @Test
  void couldNotStart() {
    String why = "exec: \"no-such-program\": executable file not found in $PATH";
    TaskStatus status = status(job(), pod(terminated(128, "StartError", why)));
    assertThat(status.ending()).contains(new Ending.CouldNotStart("StartError: " + why));
    assertThat(status.started()).isEmpty();
    assertThat(ending(terminated(127, "ContainerCannotRun", why)))
        .isEqualTo(new Ending.CouldNotStart("ContainerCannotRun: " + why));
    assertThat(ending(failed(pending(), "OutOfcpu", "Node didn't have enough resource: cpu")))
        .isEqualTo(new Ending.CouldNotStart("OutOfcpu: Node didn't have enough resource: cpu"));
    assertThat(ending(failed(waiting("ErrImagePull", "not found"), null, null)))
        .isEqualTo(new Ending.CouldNotStart("ErrImagePull: not found"));
  }

  @Test
  void isReclaimed() {
    for (String reason :
        List.of(
            "PreemptionByScheduler",
            "DeletionByTaintManager",
            "EvictionByEvictionAPI",
            "TerminationByKubelet")) {
      assertThat(ending(disrupted(exited(143), reason))).isEqualTo(new Ending.Reclaimed());
    }
    assertThat(ending(disrupted(pending(), "PreemptionByScheduler")))
        .isEqualTo(new Ending.Reclaimed());
    for (String reason :
        List.of("Evicted", "Preempting", "Shutdown", "NodeShutdown", "Terminated")) {
      assertThat(ending(failed(exited(137), reason, "The node was low on resource: memory.")))
          .isEqualTo(new Ending.Reclaimed());
    }
  }

  @Test
  void whatTheProgramDidCountsMoreThanAReclaim() {
    assertThat(ending(disrupted(exited(0), "EvictionByEvictionAPI")))
        .isEqualTo(new Ending.Exited(0));
    assertThat(ending(disrupted(terminated(137, "OOMKilled", null), "EvictionByEvictionAPI")))
        .isEqualTo(new Ending.OutOfMemory());
    String message = "Usage of EmptyDir volume \"tmp\" exceeds the limit \"64Mi\".";
    assertThat(ending(failed(exited(137), "Evicted", message))).isEqualTo(new Ending.Signaled(9));
  }

  @Test
  void isLost() {
    assertThat(ending(disrupted(running(), "DeletionByPodGC")))
        .isEqualTo(new Ending.Lost("DeletionByPodGC: in the words of the cluster"));
    assertThat(ending(failed(running(), "NodeLost", "Node node-1 does not answer")))
        .isEqualTo(new Ending.Lost("NodeLost: Node node-1 does not answer"));
    assertThat(ending(terminated(137, "ContainerStatusUnknown", "could not be located")))
        .isEqualTo(new Ending.Lost("could not be located"));
    Pod unreachable =
        new PodBuilder(pod(new PodStatusBuilder(running()).withReason("NodeLost").build()))
            .editMetadata()
            .withDeletionTimestamp(MockCluster.ENDED)
            .endMetadata()
            .build();
    assertThat(status(job(), unreachable).ending().orElseThrow()).isInstanceOf(Ending.Lost.class);
  }

  @Test
  void endsWithoutItsPod() {
    assertThat(status(failed("BackoffLimitExceeded")).ending())
        .contains(new Ending.Lost("Its pod is gone: Job has reached the specified backoff limit"));
    assertThat(status(failed("BackoffLimitExceeded")).ended())
        .contains(Instant.parse(MockCluster.ENDED));
    Job complete =
        new JobBuilder(job())
            .withNewStatus()
            .withSucceeded(1)
            .addNewCondition()
            .withType("Complete")
            .withStatus("True")
            .withLastTransitionTime(MockCluster.ENDED)
            .endCondition()
            .endStatus()
            .build();
    assertThat(status(complete).ending()).contains(new Ending.Exited(0));
    Job stopped =
        new JobBuilder(failed("BackoffLimitExceeded"))
            .editMetadata()
            .addToAnnotations(JobLabels.STOP_BY, MockCluster.ENDED)
            .endMetadata()
            .build();
    assertThat(status(stopped).ending()).contains(new Ending.Signaled(9));
    Job waited =
        new JobBuilder(failed("DeadlineExceeded"))
            .editMetadata()
            .addToAnnotations(JobLabels.STOPPED_WAITING, "Unschedulable: no node")
            .endMetadata()
            .build();
    assertThat(status(waited).ending())
        .contains(
            new Ending.CouldNotStart("It was stopped before it started: Unschedulable: no node"));
    Job deleted =
        new JobBuilder(job())
            .editMetadata()
            .withDeletionTimestamp(MockCluster.ENDED)
            .endMetadata()
            .build();
    assertThat(status(deleted).ending()).contains(new Ending.Lost("Its pod is gone"));
  }

  @Test
  void ofSeveralPodsTheNewestCounts() {
    Pod later =
        new PodBuilder(pod(running()))
            .editMetadata()
            .withCreationTimestamp("2026-11-21T10:05:00Z")
            .endMetadata()
            .build();
    assertThat(status(job(), later, pod(exited(1))).phase()).isEqualTo(new Phase.Running());
  }
}
