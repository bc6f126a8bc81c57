package dev.ekiden.launch.ecs;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.ResourceUse;
import dev.ekiden.launch.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskStopCode;

/**
 * Makes of what ECS tells about a task how it is.
 *
 * @param task as described, with its tags
 */
record EcsTaskState(Task task) {

  private static final int SIGNALED = 128;
  private static final int MAX_SIGNAL = 64;

  /** How ECS says that it takes a machine away, where it has no code for it. */
  private static final List<String> TAKEN_AWAY =
      List.of("Your Spot Task was interrupted", "is being retired", "performing maintenance");

  /** How ECS begins the reason of a container that never ran. */
  private static final List<String> NEVER_RAN =
      List.of(
          "CannotPull", "CannotStart", "CannotCreate", "CannotInspect", "ResourceInitialization");

  /** How a task is, if it is one of ours. */
  Optional<TaskStatus> status() {
    SortedMap<String, String> tags = EcsTags.of(task.tags());
    if (tags.containsKey(EcsTags.REMOVED)) {
      return Optional.empty();
    }
    Phase phase = phase();
    Optional<Instant> ended =
        phase instanceof Phase.Ended
            ? Optional.ofNullable(task.executionStoppedAt())
                .or(() -> Optional.ofNullable(task.stoppedAt()))
                .or(() -> Optional.of(asked()))
            : Optional.empty();
    return EcsTags.id(tags)
        .map(id ->
            new TaskStatus(
                id,
                EcsTags.labels(tags),
                EcsTags.capacityClass(tags),
                phase,
                asked(),
                Optional.ofNullable(task.startedAt()),
                ended,
                ResourceUse.UNKNOWN));
  }

  private Instant asked() {
    return task.createdAt() == null ? Instant.EPOCH : task.createdAt();
  }

  private Phase phase() {
    return switch (text(task.lastStatus())) {
      case "PROVISIONING" -> new Phase.Placing();
      case "PENDING", "ACTIVATING" -> new Phase.Starting();
      case "STOPPED" -> new Phase.Ended(ending());
      case "DEPROVISIONING" -> task.stopCode() == null ? running() : new Phase.Ended(ending());
      default -> running(); // RUNNING, DEACTIVATING, STOPPING, and what may come.
    };
  }

  private Phase running() {
    return task.startedAt() == null ? new Phase.Starting() : new Phase.Running();
  }

  private Ending ending() {
    Optional<Container> container =
        task.containers().stream()
            .filter(one -> FargateRequest.CONTAINER.equals(one.name()))
            .findFirst();
    String reason = container.map(Container::reason).map(EcsTaskState::text).orElse("");
    Optional<Integer> code = container.map(Container::exitCode);
    if (reason.startsWith("OutOfMemory") || text(task.stoppedReason()).startsWith("OutOfMemory")) {
      return new Ending.OutOfMemory();
    }
    if (code.isPresent() && code.get() == 0) {
      return new Ending.Exited(0);
    }
    if (isTakenAway()) {
      return new Ending.Reclaimed();
    }
    if (code.isPresent()) {
      return byCode(code.get());
    }
    String why = reason.isEmpty() ? text(task.stoppedReason()) : reason;
    boolean neverRan =
        task.startedAt() == null
            || task.stopCode() == TaskStopCode.TASK_FAILED_TO_START
            || NEVER_RAN.stream().anyMatch(why::startsWith);
    return neverRan ? new Ending.CouldNotStart(why) : new Ending.Lost(why);
  }

  private boolean isTakenAway() {
    return task.stopCode() == TaskStopCode.SPOT_INTERRUPTION
        || task.stopCode() == TaskStopCode.TERMINATION_NOTICE
        || TAKEN_AWAY.stream().anyMatch(text(task.stoppedReason())::contains);
  }

  /** There is no difference between a signal and an exit code that looks like one. */
  private static Ending byCode(int code) {
    return code > SIGNALED && code <= SIGNALED + MAX_SIGNAL
        ? new Ending.Signaled(code - SIGNALED)
        : new Ending.Exited(code);
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
