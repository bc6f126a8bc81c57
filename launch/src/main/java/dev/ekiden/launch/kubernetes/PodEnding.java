package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.Ending;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Optional;
import java.util.Set;

/**
 * How a pod ended that has: by what its program did, unless the cluster took it away.
 *
 * @param pod in the phase Succeeded or Failed
 */
record PodEnding(Pod pod) {

  static final int SIGKILL = 9;

  private static final int SIGNALED = 128;
  private static final int MAX_SIGNAL = 64;

  /** Why a container ended whose program was never there; Docker and containerd differ. */
  private static final Set<String> NEVER_RAN =
      Set.of("StartError", "ContainerCannotRun", "CreateContainerError", "RunContainerError");

  /** Why a node took a pod away that it ran. */
  private static final Set<String> TAKEN_AWAY =
      Set.of("Evicted", "Preempting", "Preempted", "Shutdown", "NodeShutdown", "Terminated");

  /** How a node says that a program filled its own disk, and not others the node's. */
  private static final String OWN_LIMIT = "exceeds the";

  static boolean hasRun(ContainerStateTerminated terminated) {
    return !NEVER_RAN.contains(JobState.text(terminated.getReason()));
  }

  Ending ending() {
    Optional<ContainerStateTerminated> terminated =
        JobState.container(pod).map(ContainerStatus::getState).map(ContainerState::getTerminated);
    return terminated
        .flatMap(PodEnding::ownEnding)
        .or(this::takenAway)
        .or(() -> terminated.map(PodEnding::byCode))
        .orElseGet(this::neverRan);
  }

  /** What the container itself tells without doubt. */
  private static Optional<Ending> ownEnding(ContainerStateTerminated terminated) {
    String reason = JobState.text(terminated.getReason());
    if (reason.equals("OOMKilled")) {
      return Optional.of(new Ending.OutOfMemory());
    }
    if (!hasRun(terminated)) {
      return Optional.of(
          new Ending.CouldNotStart(JobState.sentence(reason, terminated.getMessage())));
    }
    return code(terminated) == 0 ? Optional.of(new Ending.Exited(0)) : Optional.empty();
  }

  private Optional<Ending> takenAway() {
    String reason = JobState.text(pod.getStatus().getReason());
    String message = JobState.text(pod.getStatus().getMessage());
    if (reason.equals("Evicted") && message.contains(OWN_LIMIT)) {
      return Optional.of(new Ending.Signaled(SIGKILL));
    }
    if (reason.equals("NodeLost")) {
      return Optional.of(new Ending.Lost(JobState.sentence(reason, message)));
    }
    Optional<PodCondition> disruption =
        JobState.condition(pod, "DisruptionTarget")
            .filter(condition -> "True".equals(condition.getStatus()));
    if (disruption.isPresent()) {
      return Optional.of(disrupted(disruption.get()));
    }
    if (TAKEN_AWAY.contains(reason)) {
      return Optional.of(new Ending.Reclaimed());
    }
    return JobState.container(pod)
        .map(container -> container.getState().getTerminated())
        .filter(terminated -> "ContainerStatusUnknown".equals(terminated.getReason()))
        .map(terminated -> new Ending.Lost(JobState.text(terminated.getMessage())));
  }

  /** The garbage collection of pods clears those of nodes away that are not there any more. */
  private static Ending disrupted(PodCondition disruption) {
    return "DeletionByPodGC".equals(disruption.getReason())
        ? new Ending.Lost(JobState.sentence(disruption.getReason(), disruption.getMessage()))
        : new Ending.Reclaimed();
  }

  /** There is no difference between a signal and an exit code that looks like one. */
  private static Ending byCode(ContainerStateTerminated terminated) {
    int code = code(terminated);
    return code > SIGNALED && code <= SIGNALED + MAX_SIGNAL
        ? new Ending.Signaled(code - SIGNALED)
        : new Ending.Exited(code);
  }

  private static int code(ContainerStateTerminated terminated) {
    return terminated.getExitCode() == null ? 0 : terminated.getExitCode();
  }

  private Ending neverRan() {
    String why = JobState.sentence(pod.getStatus().getReason(), pod.getStatus().getMessage());
    return new Ending.CouldNotStart(why.isEmpty() ? JobState.hindrance(pod) : why);
  }
}
