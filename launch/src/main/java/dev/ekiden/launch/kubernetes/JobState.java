package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.ResourceUse;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes of what a cluster tells about a job and its pods how the task is. */
final class JobState {

  private final Job job;

  /** Null: there is none yet, or none any more. */
  private final @Nullable Pod pod;

  JobState(Job job, List<Pod> pods) {
    this.job = job;
    this.pod = newest(pods).orElse(null);
  }

  /**
   * The pod that counts: a cluster may, rarely, start one more for the same job.
   *
   * @param pods of one job
   */
  static Optional<Pod> newest(List<Pod> pods) {
    return pods.stream().max(Comparator.comparing(pod -> text(created(pod))));
  }

  TaskStatus status() {
    Map<String, String> labels = job.getMetadata().getLabels();
    Instant asked = instant(job.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH);
    Phase phase = pod == null ? withoutPod() : withPod(pod);
    return new TaskStatus(
        JobLabels.id(labels).orElseGet(() -> new TaskId(job.getMetadata().getName())),
        JobLabels.ofTask(labels),
        JobLabels.capacityClass(labels),
        phase,
        asked,
        started(),
        phase instanceof Phase.Ended ? Optional.of(ended().orElse(asked)) : Optional.empty(),
        ResourceUse.UNKNOWN);
  }

  /** Whether the job will start nothing any more. */
  static boolean isFinished(Job job) {
    return condition(job, "Complete").isPresent() || condition(job, "Failed").isPresent();
  }

  private Phase withPod(Pod pod) {
    String phase = text(pod.getStatus() == null ? null : pod.getStatus().getPhase());
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      Ending ending = new PodEnding(pod).ending();
      return new Phase.Ended(
          ending instanceof Ending.CouldNotStart ? stoppedWaiting().orElse(ending) : ending);
    }
    boolean isDeleted = pod.getMetadata().getDeletionTimestamp() != null;
    String reason = text(pod.getStatus() == null ? null : pod.getStatus().getReason());
    if (isDeleted && (phase.equals("Unknown") || reason.equals("NodeLost"))) {
      return new Phase.Ended(new Ending.Lost("The node of its pod does not answer any more"));
    }
    if (container(pod).map(state -> state.getState().getTerminated()).isPresent()
        || container(pod).map(state -> state.getState().getRunning()).isPresent()
        || phase.equals("Unknown")) {
      return new Phase.Running();
    }
    return isPlaced(pod) ? new Phase.Starting(hindrance(pod)) : new Phase.Placing(hindrance(pod));
  }

  private Phase withoutPod() {
    if (count(job.getStatus() == null ? null : job.getStatus().getSucceeded()) > 0
        || condition(job, "Complete").isPresent()) {
      return new Phase.Ended(new Ending.Exited(0));
    }
    boolean hasFailed =
        count(job.getStatus() == null ? null : job.getStatus().getFailed()) > 0
            || condition(job, "Failed").isPresent();
    if (hasFailed || job.getMetadata().getDeletionTimestamp() != null) {
      return new Phase.Ended(goneWithPod());
    }
    if (annotations().containsKey(JobLabels.STOP_BY) && stoppedWaiting().isEmpty()) {
      return new Phase.Running(); // It ran when it was stopped; its end has not been counted yet.
    }
    return new Phase.Placing(
        Boolean.TRUE.equals(job.getSpec().getSuspend()) ? "The job is suspended" : "");
  }

  private Ending goneWithPod() {
    if (stoppedWaiting().isPresent()) {
      return stoppedWaiting().get();
    }
    if (annotations().containsKey(JobLabels.STOP_BY)) {
      return new Ending.Signaled(PodEnding.SIGKILL); // What it made of SIGTERM went with its pod.
    }
    return new Ending.Lost(
        condition(job, "Failed")
            .map(failed -> "Its pod is gone: " + text(failed.getMessage()))
            .orElse("Its pod is gone"));
  }

  private Optional<Ending> stoppedWaiting() {
    return Optional.ofNullable(annotations().get(JobLabels.STOPPED_WAITING))
        .map(waited -> new Ending.CouldNotStart("It was stopped before it started: " + waited));
  }

  private Map<String, String> annotations() {
    Map<String, String> annotations = job.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }

  private Optional<Instant> started() {
    return Optional.ofNullable(pod)
        .flatMap(JobState::container)
        .flatMap(container -> {
          var state = container.getState();
          if (state.getTerminated() != null) {
            return PodEnding.hasRun(state.getTerminated())
                ? instant(state.getTerminated().getStartedAt())
                : Optional.empty();
          }
          return state.getRunning() == null
              ? Optional.empty()
              : instant(state.getRunning().getStartedAt());
        });
  }

  private Optional<Instant> ended() {
    return Optional.ofNullable(pod)
        .flatMap(JobState::container)
        .map(container -> container.getState().getTerminated())
        .flatMap(terminated -> instant(terminated.getFinishedAt()))
        .or(() -> condition(job, "Complete").flatMap(one -> instant(one.getLastTransitionTime())))
        .or(() -> condition(job, "Failed").flatMap(one -> instant(one.getLastTransitionTime())))
        .or(() -> Optional.ofNullable(pod).flatMap(JobState::lastChange));
  }

  private static Optional<Instant> lastChange(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .flatMap(condition -> instant(condition.getLastTransitionTime()).stream())
        .max(Comparator.naturalOrder())
        .or(() -> instant(pod.getMetadata().getCreationTimestamp()));
  }

  /** Why a pod does not run yet, in the words of the cluster; empty if it says nothing. */
  static String hindrance(Pod pod) {
    Optional<String> waits =
        container(pod)
            .map(container -> container.getState().getWaiting())
            .map(waiting -> sentence(waiting.getReason(), waiting.getMessage()));
    return waits
        .or(() ->
            condition(pod, "PodScheduled")
                .filter(scheduled -> "False".equals(scheduled.getStatus()))
                .map(scheduled -> sentence(scheduled.getReason(), scheduled.getMessage())))
        .orElse("");
  }

  /** Whether the pod has a node. */
  static boolean isPlaced(Pod pod) {
    return pod.getSpec() != null && !text(pod.getSpec().getNodeName()).isEmpty();
  }

  static Optional<ContainerStatus> container(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> JobManifest.CONTAINER.equals(status.getName()))
        .filter(status -> status.getState() != null)
        .findFirst();
  }

  static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    if (job.getStatus() == null) {
      return Optional.empty();
    }
    return job.getStatus().getConditions().stream()
        .filter(one -> type.equals(one.getType()) && "True".equals(one.getStatus()))
        .findFirst();
  }

  static String sentence(@Nullable String reason, @Nullable String message) {
    if (text(message).isEmpty()) {
      return text(reason);
    }
    return text(reason).isEmpty() ? text(message) : reason + ": " + message;
  }

  static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String created(Pod pod) {
    return pod.getMetadata().getCreationTimestamp();
  }

  private static int count(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  private static Optional<Instant> instant(@Nullable String time) {
    return Optional.ofNullable(time).filter(text -> !text.isEmpty()).map(Instant::parse);
  }
}
