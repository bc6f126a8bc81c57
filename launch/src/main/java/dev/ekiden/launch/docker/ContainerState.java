package dev.ekiden.launch.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.ekiden.launch.Ending;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.ResourceUse;
import dev.ekiden.launch.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes of what the engine tells about a container how the task is. */
final class ContainerState {

  /** A container that was not started by then will not be: who made it was killed. */
  static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  private static final int SIGKILL = 9;
  private static final int SIGNALED = 128;
  private static final int MAX_SIGNAL = 64;
  private static final int CANNOT_RUN = 126;
  private static final int NOT_FOUND = 127;

  /** What the engine's init process prints when the program is not there. */
  private static final Pattern INIT_FAILED =
      Pattern.compile("\\[FATAL tini \\(\\d+\\)\\] (exec .* failed: .*)");

  private final InspectContainerResponse container;
  private final InspectContainerResponse.ContainerState state;

  /** Asked only when an exit code could mean that the program was never there. */
  private final Supplier<String> firstLine;

  ContainerState(InspectContainerResponse container, Supplier<String> firstLine) {
    this.container = container;
    this.state = container.getState();
    this.firstLine = firstLine;
  }

  TaskStatus status() {
    Map<String, String> labels = Objects.requireNonNull(container.getConfig().getLabels());
    Phase phase = phase(ContainerLabels.asked(labels));
    Optional<Instant> ended =
        phase instanceof Phase.Ended
            ? instant(state.getFinishedAt()).or(() -> instant(container.getCreated()))
            : Optional.empty();
    return new TaskStatus(
        ContainerLabels.id(labels),
        ContainerLabels.ofTask(labels),
        ContainerLabels.capacityClass(labels),
        phase,
        ContainerLabels.asked(labels),
        started(ended),
        ended,
        ResourceUse.UNKNOWN);
  }

  /** The engine may take note of a start when a short program has ended already. */
  private Optional<Instant> started(Optional<Instant> ended) {
    return instant(state.getStartedAt())
        .map(time -> ended.isPresent() && ended.get().isBefore(time) ? ended.get() : time);
  }

  private Phase phase(Instant asked) {
    String status = String.valueOf(state.getStatus());
    return switch (status) {
      case "created" -> created(asked);
      case "running", "paused", "restarting" -> new Phase.Running();
      case "exited" -> new Phase.Ended(exited());
      case "removing", "dead" -> new Phase.Ended(new Ending.Lost("It is being removed"));
      default -> throw new IllegalStateException("No container is " + status);
    };
  }

  private Phase created(Instant asked) {
    String error = state.getError();
    if (error != null && !error.isEmpty()) {
      return new Phase.Ended(new Ending.CouldNotStart(error));
    }
    if (Instant.now().isBefore(asked.plus(START_TIMEOUT))) {
      return new Phase.Starting();
    }
    return new Phase.Ended(
        new Ending.CouldNotStart("Whoever launched it was killed before the start"));
  }

  private Ending exited() {
    int code = Objects.requireNonNull(state.getExitCodeLong()).intValue();
    if (Boolean.TRUE.equals(state.getOOMKilled()) && code == SIGNALED + SIGKILL) {
      return new Ending.OutOfMemory();
    }
    if (code == CANNOT_RUN || code == NOT_FOUND) {
      Matcher failure = INIT_FAILED.matcher(firstLine.get());
      if (failure.lookingAt()) {
        return new Ending.CouldNotStart(failure.group(1));
      }
    }
    // The engine tells no difference between a signal and an exit code that looks like one.
    return code > SIGNALED && code <= SIGNALED + MAX_SIGNAL
        ? new Ending.Signaled(code - SIGNALED)
        : new Ending.Exited(code);
  }

  /** The year 1 means never. */
  private static Optional<Instant> instant(@Nullable String time) {
    return Optional.ofNullable(time).filter(text -> !text.startsWith("0001-")).map(Instant::parse);
  }
}
