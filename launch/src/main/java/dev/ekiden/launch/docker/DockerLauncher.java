package dev.ekiden.launch.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.PollingWatch;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks as containers of a Docker Engine. All that is known of a task is in its container, so
 * whoever opens a launcher of the same installation on the same engine finds all tasks.
 * Thread-safe.
 *
 * <p>Containers have a read-only root, no capabilities, no way to more privileges, a user that is
 * not root and an init process; their limits are kept by the engine. The beginning of long output
 * is dropped, and an exit code from 129 to 192 counts as the signal that it stands for: the engine
 * knows no better. Secrets can be seen by whoever may use the engine.
 */
public final class DockerLauncher implements Launcher {

  private static final Logger log = LoggerFactory.getLogger(DockerLauncher.class);
  private static final Duration WATCH_PERIOD = Duration.ofMillis(250);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PULL_TIMEOUT = Duration.ofMinutes(10);
  private static final int FIRST_LINE_BYTES = 1;

  private final DockerOptions options;
  private final DockerHttpClient http;
  private final DockerClient client;
  private final Map<String, TaskStatus> ended = new ConcurrentHashMap<>();
  private final Set<PollingWatch> watches = ConcurrentHashMap.newKeySet();

  private DockerLauncher(DockerOptions options, DockerHttpClient http, DockerClient client) {
    this.options = options;
    this.http = http;
    this.client = client;
  }

  /**
   * Connects to an engine.
   *
   * @throws LaunchException if it does not answer
   */
  public static DockerLauncher connect(DockerOptions options) {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(options.engine().toString())
            .build();
    DockerHttpClient http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(options.engine())
            .connectionTimeout(CONNECT_TIMEOUT)
            .build();
    DockerClient client = DockerClientImpl.getInstance(config, http);
    DockerLauncher launcher = new DockerLauncher(options, http, client);
    try {
      client.pingCmd().exec();
      return launcher;
    } catch (RuntimeException e) {
      launcher.close();
      throw new LaunchException("No Docker Engine answers at " + options.engine(), e);
    }
  }

  @Override
  public String name() {
    return "docker";
  }

  @Override
  public void launch(Task task) {
    ContainerRequest request = new ContainerRequest(task, options);
    Optional<String> container = create(request);
    if (container.isEmpty()) {
      return;
    }
    try {
      client
          .copyArchiveToContainerCmd(container.get())
          .withRemotePath(ContainerRequest.DIRECTORY)
          .withTarInputStream(ContainerFiles.prepared(task, options))
          .exec();
      client.startContainerCmd(container.get()).exec();
    } catch (DockerException e) {
      if (find(task.id()).map(TaskStatus::hasEnded).orElse(true)) {
        return; // The container itself says why.
      }
      client.removeContainerCmd(container.get()).withForce(true).withRemoveVolumes(true).exec();
      throw new LaunchException("Cannot launch task " + task.id(), e);
    }
  }

  @Override
  public List<TaskStatus> list() {
    List<TaskStatus> found = new ArrayList<>();
    List<Container> containers =
        client
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(ContainerLabels.filter(options.installation()))
            .exec();
    for (Container container : containers) {
      TaskStatus known = ended.get(container.getId());
      Optional.ofNullable(known).or(() -> inspect(container.getId())).ifPresent(found::add);
    }
    ended.keySet().retainAll(containers.stream().map(Container::getId).toList());
    found.sort(Comparator.comparing(TaskStatus::id));
    return found;
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    return inspect(container(id));
  }

  @Override
  public Watch watch(Consumer<TaskStatus> changes) {
    PollingWatch watch = PollingWatch.start(this::list, changes, WATCH_PERIOD);
    watches.add(watch);
    return () -> {
      watches.remove(watch);
      watch.close();
    };
  }

  /**
   * {@inheritDoc}
   *
   * <p>The engine counts whole seconds; a grace that is none is rounded up.
   */
  @Override
  public void stop(TaskId id, Duration grace) {
    Task.checkGrace(grace);
    if (find(id).map(TaskStatus::hasEnded).orElse(true)) {
      return;
    }
    if (grace.isZero()) {
      kill(id);
      return;
    }
    int seconds = (int) grace.plusMillis(999).toSeconds();
    // The engine answers when the container is gone, and goes on if we are not there to hear it.
    Thread.ofVirtual().name("stop-" + id).start(() -> stop(id, seconds));
  }

  @Override
  public LogPage log(TaskId id, LogPosition from, int maxBytes) {
    boolean isOver = find(id).orElseThrow(() -> LaunchException.unknown(id)).hasEnded();
    return ContainerLog.read(http, container(id), from, maxBytes, isOver);
  }

  @Override
  public Optional<byte[]> result(TaskId id) {
    try (InputStream archive =
        client.copyArchiveFromContainerCmd(container(id), ContainerRequest.RESULT).exec()) {
      return Optional.of(ContainerFiles.result(id, archive));
    } catch (NotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new LaunchException("Cannot read the result of task " + id, e);
    }
  }

  @Override
  public void remove(TaskId id) {
    Optional<TaskStatus> status = find(id);
    if (status.isEmpty()) {
      return;
    }
    if (!status.get().hasEnded()) {
      throw new LaunchException("Task " + id + " has not ended: stop it first");
    }
    try {
      client.removeContainerCmd(container(id)).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      // Somebody else removed it.
    }
  }

  @Override
  public String plan(Task task) {
    ContainerRequest request = new ContainerRequest(task, options);
    CreateContainerCmd command = request.maskedOn(client);
    try {
      return "POST /containers/create?name="
          + command.getName()
          + "\n"
          + DockerClientConfig.getDefaultObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(command);
    } catch (JsonProcessingException e) {
      throw new LaunchException("Cannot show the request for task " + task.id(), e);
    }
  }

  @Override
  public void close() {
    watches.forEach(PollingWatch::close);
    watches.clear();
    try {
      client.close();
    } catch (IOException e) {
      log.warn("Could not close the connection to {}", options.engine(), e);
    }
  }

  private String container(TaskId id) {
    return ContainerRequest.containerName(options, id.value());
  }

  /** Makes the container of a task, fetching its image if need be; empty if there is one. */
  private Optional<String> create(ContainerRequest request) {
    try {
      return tryToCreate(request);
    } catch (NotFoundException e) {
      pull(request.image());
      return tryToCreate(request);
    }
  }

  private Optional<String> tryToCreate(ContainerRequest request) {
    try (CreateContainerCmd command = request.on(client)) {
      return Optional.of(command.exec().getId());
    } catch (ConflictException e) {
      return Optional.empty();
    }
  }

  private void pull(String image) {
    try {
      boolean inTime =
          client
              .pullImageCmd(image)
              .start()
              .awaitCompletion(PULL_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      if (!inTime) {
        throw new LaunchException("Pulling " + image + " takes longer than " + PULL_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LaunchException("Interrupted while pulling " + image, e);
    } catch (DockerException e) {
      throw new LaunchException("There is no image " + image + ", and it cannot be pulled", e);
    }
  }

  /** How a container is, by its name or id. */
  private Optional<TaskStatus> inspect(String container) {
    try {
      var inspected = client.inspectContainerCmd(container).exec();
      TaskStatus status = new ContainerState(inspected, () -> firstLine(container)).status();
      if ("exited".equals(inspected.getState().getStatus())) {
        ended.put(inspected.getId(), status);
      }
      return Optional.of(status);
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  private String firstLine(String container) {
    List<LogLine> lines =
        ContainerLog.read(http, container, LogPosition.START, FIRST_LINE_BYTES, true).lines();
    return lines.isEmpty() ? "" : lines.getFirst().text();
  }

  private void kill(TaskId id) {
    try {
      client.killContainerCmd(container(id)).exec();
    } catch (NotFoundException | ConflictException e) {
      // It has ended meanwhile.
    }
  }

  private void stop(TaskId id, int seconds) {
    try {
      client.stopContainerCmd(container(id)).withTimeout(seconds).exec();
    } catch (NotFoundException | NotModifiedException e) {
      // It has ended meanwhile.
    } catch (RuntimeException e) {
      log.warn("Could not stop task {}; ask again", id, e);
    }
  }
}
