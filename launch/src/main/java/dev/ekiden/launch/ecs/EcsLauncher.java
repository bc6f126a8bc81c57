package dev.ekiden.launch.ecs;

import dev.ekiden.launch.CannotPlaceException;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.PollingWatch;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.DesiredStatus;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListTasksRequest;
import software.amazon.awssdk.services.ecs.model.ListTasksResponse;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;
import software.amazon.awssdk.services.ecs.model.TaskField;

/**
 * Runs tasks on Fargate, one RunTask for each, on one capacity provider: ECS itself never falls
 * back to another. All that is known of a task is in its tags, so whoever opens a launcher of the
 * same installation on the same cluster finds all tasks. Thread-safe.
 *
 * <p>Containers have a read-only root, no capabilities, a user that is not root and an init
 * process. Arguments take the place of the image's command, not of its entry point: ECS lets nobody
 * replace that. Fargate has sizes; a task gets the next one. The number of processes is not
 * limited. The network {@link dev.ekiden.launch.Network.Host} is the VPC network of the options.
 *
 * <p>ECS forgets an ended task after about an hour, and an id may be used again after a day.
 */
public final class EcsLauncher implements Launcher {

  /** The longest grace that ECS gives. */
  public static final Duration MAX_STOP_GRACE = Duration.ofMinutes(2);

  /** The shortest one. */
  public static final Duration MIN_STOP_GRACE = Duration.ofSeconds(2);

  /** The most characters of the command, the environment and their names, as JSON. */
  public static final int MAX_OVERRIDES = 8_192;

  /** The most labels: a task of ECS has 50 tags, and some are ours. */
  public static final int MAX_LABELS = 40;

  private static final int DESCRIBED_AT_ONCE = 100;
  private static final int ATTEMPTS = 6;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(5);

  /** For so long, ECS may not know yet what it has just started. */
  private static final Duration CONSISTENT_AFTER = Duration.ofMinutes(1);

  /** For a day ECS itself starts nothing twice; before half of it is over we look. */
  private static final Duration TOKEN_HOLDS = Duration.ofHours(12);

  /** So long after the end, the last lines may be on their way to the log. */
  private static final Duration LOG_DELAY = Duration.ofSeconds(10);

  private final EcsOptions options;
  private final EcsClient ecs;
  private final CloudWatchLogsClient logs;
  private final Map<TaskId, String> arns = new ConcurrentHashMap<>();
  private final Map<TaskId, Fresh> fresh = new ConcurrentHashMap<>();
  private final Set<String> definitions = ConcurrentHashMap.newKeySet();
  private final Set<PollingWatch> watches = ConcurrentHashMap.newKeySet();
  private volatile Instant listed = Instant.EPOCH;

  /** A task that ECS may not tell of yet. */
  private record Fresh(TaskStatus status, Instant until) {}

  EcsLauncher(EcsOptions options, AwsCredentialsProvider credentials) {
    this.options = options;
    this.ecs = built(EcsClient.builder(), options, credentials);
    this.logs = built(CloudWatchLogsClient.builder(), options, credentials);
  }

  /**
   * Connects to the cluster that the options name.
   *
   * @throws LaunchException if it does not answer, or does not let us see tasks
   */
  public static EcsLauncher connect(EcsOptions options) {
    EcsLauncher launcher = new EcsLauncher(options, DefaultCredentialsProvider.builder().build());
    try {
      launcher.list();
      return launcher;
    } catch (RuntimeException e) {
      launcher.close();
      throw e;
    }
  }

  private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C built(
      B builder, EcsOptions options, AwsCredentialsProvider credentials) {
    builder
        .region(Region.of(options.region()))
        .credentialsProvider(credentials)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT_TIMEOUT)
                .socketTimeout(READ_TIMEOUT))
        .overrideConfiguration(override ->
            override.retryStrategy(
                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                    .maxAttempts(ATTEMPTS)
                    .build()));
    options.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  @Override
  public String name() {
    return "ecs";
  }

  /**
   * {@inheritDoc}
   *
   * @throws CannotPlaceException if the capacity provider has no room now
   */
  @Override
  public void launch(Task task) {
    FargateRequest request = new FargateRequest(task, options);
    if (arn(task.id(), TOKEN_HOLDS).isPresent()) {
      return;
    }
    define(request);
    RunTaskResponse answer = run(request);
    if (!answer.failures().isEmpty()) {
      throw failed(task, answer.failures().getFirst());
    }
    if (answer.tasks().isEmpty()) {
      throw new LaunchException("ECS started nothing for task " + task.id() + " and says not why");
    }
    var started = answer.tasks().getFirst();
    arns.put(task.id(), started.taskArn());
    new EcsTaskState(started)
        .status()
        .ifPresent(status ->
            fresh.put(task.id(), new Fresh(status, Instant.now().plus(CONSISTENT_AFTER))));
  }

  private RunTaskResponse run(FargateRequest request) {
    try {
      return ecs.runTask(request.run());
    } catch (AwsServiceException e) {
      if (isFull(e.getMessage())) {
        throw new CannotPlaceException(request.task(), said(e));
      }
      throw new LaunchException("Cannot launch task " + request.task().id() + ": " + said(e), e);
    } catch (SdkException e) {
      throw new LaunchException("Cannot launch task " + request.task().id() + ": " + said(e), e);
    }
  }

  /** ECS says so in three ways. */
  private static boolean isFull(@Nullable String reason) {
    return reason != null
        && (reason.startsWith("RESOURCE:")
            || reason.contains("Capacity is unavailable")
            || reason.contains("reached the limit"));
  }

  private static LaunchException failed(Task task, Failure failure) {
    String reason =
        failure.detail() == null ? failure.reason() : failure.reason() + ": " + failure.detail();
    return isFull(failure.reason()) || isFull(failure.detail())
        ? new CannotPlaceException(task, reason)
        : new LaunchException("Cannot launch task " + task.id() + ": " + reason);
  }

  /** Two that define the same at once make two revisions of one content, which does no harm. */
  private void define(FargateRequest request) {
    String family = request.family();
    if (definitions.contains(family)) {
      return;
    }
    ask(
        "define task " + request.task().id(),
        () -> {
          if (!isDefined(family)) {
            ecs.registerTaskDefinition(request.definition());
          }
          return null;
        });
    definitions.add(family);
  }

  private boolean isDefined(String family) {
    try {
      return ecs.describeTaskDefinition(ask -> ask.taskDefinition(family))
          .taskDefinition()
          .status()
          .equals(TaskDefinitionStatus.ACTIVE);
    } catch (ClientException e) {
      return false; // There is none.
    }
  }

  @Override
  public List<TaskStatus> list() {
    return ask(
        "list the tasks of " + options.cluster(),
        () -> {
          Set<String> found = new LinkedHashSet<>(arnsThatAre(DesiredStatus.RUNNING));
          found.addAll(arnsThatAre(DesiredStatus.STOPPED));
          Map<TaskId, TaskStatus> tasks = new TreeMap<>();
          Map<TaskId, String> seen = new TreeMap<>();
          for (var task : describe(List.copyOf(found))) {
            new EcsTaskState(task)
                .status()
                .ifPresent(status -> {
                  tasks.put(status.id(), status);
                  seen.put(status.id(), task.taskArn());
                });
          }
          fresh
              .values()
              .removeIf(one ->
                  tasks.containsKey(one.status().id()) || Instant.now().isAfter(one.until()));
          fresh.forEach((id, one) -> tasks.put(id, one.status()));
          arns.putAll(seen);
          arns.keySet().retainAll(tasks.keySet());
          listed = Instant.now();
          return List.copyOf(tasks.values());
        });
  }

  private List<String> arnsThatAre(DesiredStatus status) {
    List<String> found = new ArrayList<>();
    String next = null;
    do {
      ListTasksRequest request =
          ListTasksRequest.builder()
              .cluster(options.cluster())
              .startedBy(FargateRequest.startedBy(options))
              .desiredStatus(status)
              .nextToken(next)
              .build();
      ListTasksResponse page = ecs.listTasks(request);
      found.addAll(page.taskArns());
      next = page.nextToken();
    } while (next != null);
    return found;
  }

  private List<software.amazon.awssdk.services.ecs.model.Task> describe(List<String> found) {
    List<software.amazon.awssdk.services.ecs.model.Task> tasks = new ArrayList<>();
    for (int from = 0; from < found.size(); from += DESCRIBED_AT_ONCE) {
      List<String> some = found.subList(from, Math.min(from + DESCRIBED_AT_ONCE, found.size()));
      tasks.addAll(
          ecs.describeTasks(
                  ask -> ask.cluster(options.cluster()).tasks(some).include(TaskField.TAGS))
              .tasks());
    }
    return tasks;
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    return ask(
        "look at task " + id,
        () ->
            arn(id)
                .flatMap(arn -> describe(List.of(arn)).stream().findFirst())
                .map(task -> new EcsTaskState(task).status())
                .orElseGet(() ->
                    Optional.ofNullable(fresh.get(id))
                        .filter(one -> Instant.now().isBefore(one.until()))
                        .map(Fresh::status)));
  }

  /** The name that ECS has for a task; all are listed if it is not known. */
  private Optional<String> arn(TaskId id) {
    return arn(id, Duration.ZERO);
  }

  /** The same, if they have not been listed lately. */
  private Optional<String> arn(TaskId id, Duration lately) {
    if (!arns.containsKey(id) && !Instant.now().isBefore(listed.plus(lately))) {
      list();
    }
    return Optional.ofNullable(arns.get(id));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Looks every 5 seconds, and when {@link #heard} tells that there is something to see.
   */
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
   * Takes note of an event of EventBridge, which may come through a queue: the watches look at
   * once.
   *
   * @param event as JSON
   * @return the warning, if the event is that a task of ours is about to be taken away
   * @throws IllegalArgumentException if it is no JSON
   */
  public Optional<SpotWarning> heard(String event) {
    Optional<SpotWarning> warning = SpotWarning.of(event);
    watches.forEach(PollingWatch::look);
    return warning;
  }

  /**
   * {@inheritDoc}
   *
   * <p>ECS sets the grace of a task when it is launched: a stop gives the {@link Task#stopGrace} of
   * the task, whatever it names.
   */
  @Override
  public void stop(TaskId id, Duration grace) {
    Task.checkGrace(grace);
    Optional<TaskStatus> status = find(id);
    if (status.isEmpty() || status.get().hasEnded()) {
      return;
    }
    ask(
        "stop task " + id,
        () ->
            ecs.stopTask(request ->
                request
                    .cluster(options.cluster())
                    .task(arn(id).orElseThrow())
                    .reason("Stopped by Ekiden")));
  }

  /**
   * {@inheritDoc}
   *
   * <p>CloudWatch tells neither the two outputs apart nor bytes that are no text: every line is
   * text of the first.
   */
  @Override
  public LogPage log(TaskId id, LogPosition from, int maxBytes) {
    TaskStatus status = find(id).orElseThrow(() -> LaunchException.unknown(id));
    boolean isOver =
        status.ended().map(end -> Instant.now().isAfter(end.plus(LOG_DELAY))).orElse(false);
    String arn = arn(id).orElseThrow(() -> LaunchException.unknown(id));
    String stream =
        options.installation()
            + "/"
            + FargateRequest.CONTAINER
            + "/"
            + arn.substring(arn.lastIndexOf('/') + 1);
    return ask(
        "read the log of task " + id,
        () -> new StreamLog(logs, options.logGroup(), stream).read(from, maxBytes, isOver));
  }

  /**
   * Nothing: a task of Fargate leaves no file behind, and so its program is not told of one either.
   */
  @Override
  public Optional<byte[]> result(TaskId id) {
    return Optional.empty();
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
    ask(
        "remove task " + id,
        () ->
            ecs.tagResource(request ->
                request
                    .resourceArn(arn(id).orElseThrow())
                    .tags(Tag.builder().key(EcsTags.REMOVED).value("true").build())));
    fresh.remove(id);
    arns.remove(id);
  }

  @Override
  public String plan(Task task) {
    FargateRequest request = new FargateRequest(task, options);
    FargateSize size = request.size();
    return "# The size of Fargate for "
        + task.resources().vcpuThousandths()
        + " thousandths of a vCPU and "
        + task.resources().memoryMib()
        + " MiB: "
        + size.resources(task.resources().processes()).vcpuThousandths()
        + " and "
        + size.memoryMib()
        + "\nRegisterTaskDefinition, unless there is one of this name\n"
        + RequestJson.of(request.definition())
        + "\nRunTask\n"
        + RequestJson.of(request.run())
        + "\n";
  }

  @Override
  public void close() {
    watches.forEach(PollingWatch::close);
    watches.clear();
    ecs.close();
    logs.close();
  }

  private static <T> T ask(String what, Supplier<T> question) {
    try {
      return question.get();
    } catch (SdkException e) {
      throw new LaunchException("Cannot " + what + ": " + said(e), e);
    }
  }

  private static String said(SdkException e) {
    return e instanceof AwsServiceException answer
            && answer.awsErrorDetails() != null
            && answer.awsErrorDetails().errorMessage() != null
        ? answer.awsErrorDetails().errorCode() + ": " + answer.awsErrorDetails().errorMessage()
        : String.valueOf(e.getMessage());
  }
}
