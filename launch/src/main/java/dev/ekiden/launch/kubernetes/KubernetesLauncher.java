package dev.ekiden.launch.kubernetes;

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
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as Jobs of a Kubernetes cluster, one for each, tried once. All that is known of a task
 * is in its job and pod, so whoever opens a launcher of the same installation in the same namespace
 * finds all tasks. Thread-safe.
 *
 * <p>Pods meet the Pod Security Standard "restricted": a read-only root, no capabilities, no way to
 * more privileges, a user that is not root, no token of the cluster. vCPU and memory are kept by
 * the node; how many processes a pod may have is the node's own setting.
 *
 * <p>The network {@link dev.ekiden.launch.Network.Host} is the cluster's network as every pod sees
 * it. The others are a label of the pod for network policies to select, which hold only if the
 * cluster enforces such.
 */
public final class KubernetesLauncher implements Launcher {

  /** The most bytes a result may have; Kubernetes keeps no more of a program than 4,096. */
  public static final int MAX_RESULT_BYTES = 4_095;

  /** The least grace of a stop: with none, a cluster forgets pods that still run. */
  public static final Duration MIN_STOP_GRACE = Duration.ofSeconds(1);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final int REQUEST_RETRIES = 3;

  /** What the events say is looked at as a whole at least so often. */
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(30);

  private final KubernetesOptions options;
  private final KubernetesClient client;
  private final Map<String, TaskStatus> ended = new ConcurrentHashMap<>();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  KubernetesLauncher(KubernetesOptions options, KubernetesClient client) {
    this.options = options;
    this.client = client;
  }

  /**
   * Connects to the cluster that the options name.
   *
   * @throws LaunchException if it does not answer, or does not let us see jobs
   */
  public static KubernetesLauncher connect(KubernetesOptions options) {
    Config config = settings(Config.autoConfigure(options.context().orElse(null)));
    KubernetesLauncher launcher =
        new KubernetesLauncher(options, new KubernetesClientBuilder().withConfig(config).build());
    try {
      launcher.list();
      return launcher;
    } catch (RuntimeException e) {
      launcher.close();
      throw e;
    }
  }

  /**
   * A name of the cluster that the options name, which no other cluster has; asks nobody.
   *
   * @throws LaunchException if what describes the cluster cannot be read
   */
  public static String cluster(KubernetesOptions options) {
    try {
      return ClusterName.of(Config.autoConfigure(options.context().orElse(null)));
    } catch (RuntimeException e) {
      throw new LaunchException("The Kubernetes cluster cannot be told from others", e);
    }
  }

  /** How long to wait for a cluster and how often to try again, whichever it is. */
  static Config settings(Config found) {
    return new ConfigBuilder(found)
        .withConnectionTimeout((int) CONNECT_TIMEOUT.toMillis())
        .withRequestTimeout((int) REQUEST_TIMEOUT.toMillis())
        .withRequestRetryBackoffLimit(REQUEST_RETRIES)
        .withUserAgent("ekiden")
        .build();
  }

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public void launch(Task task) {
    JobManifest manifest = new JobManifest(task, options);
    Optional<Job> created = create(manifest);
    Job job = created.orElseGet(() -> existing(manifest));
    if (created.isEmpty() && JobState.isFinished(job)) {
      return;
    }
    // A launcher that was killed right here left a pod that waits for its secret: give it one.
    manifest
        .secret(job.getMetadata().getUid())
        .ifPresent(secret -> create(secret, created.isPresent()));
  }

  @Override
  public List<TaskStatus> list() {
    Map<String, String> ours = JobLabels.ofInstallation(options.installation());
    return ask(
        "list the tasks",
        () -> {
          // Jobs first: a pod that ends in between is then seen to have ended.
          List<Job> jobs = jobs(ours);
          Map<String, List<Pod>> pods = ClusterPicture.byTask(pods(ours));
          List<TaskStatus> found = new ArrayList<>();
          for (Job job : jobs) {
            found.add(settled(job, pods.getOrDefault(ClusterPicture.task(job), List.of())));
          }
          ended.keySet().retainAll(jobs.stream().map(job -> job.getMetadata().getUid()).toList());
          found.sort(Comparator.comparing(TaskStatus::id));
          return found;
        });
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    return ask("look at task " + id, () -> job(id).map(job -> settled(job, podsOf(id))));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Changes come from the cluster's own events. While it cannot be reached, nothing is told;
   * then what has changed meanwhile.
   */
  @Override
  public Watch watch(Consumer<TaskStatus> changes) {
    Map<String, String> ours = JobLabels.ofInstallation(options.installation());
    ClusterPicture picture =
        new ClusterPicture(
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace())
                .withLabels(ours)
                .runnableInformer(0),
            client.pods().inNamespace(namespace()).withLabels(ours).runnableInformer(0),
            this::find);
    PollingWatch polling = PollingWatch.start(picture::tasks, changes, WATCH_PERIOD);
    picture.keep(polling::look);
    Watch watch =
        new Watch() {
          @Override
          public void close() {
            watches.remove(this);
            picture.close();
            polling.close();
          }
        };
    watches.add(watch);
    return watch;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Kubernetes sets the grace of a pod when it is made: a stop gives at most the {@link
   * Task#stopGrace} of the task. A shorter grace deletes the pod, and with it go its log and its
   * exit code; below {@link #MIN_STOP_GRACE} it is that.
   */
  @Override
  public void stop(TaskId id, Duration grace) {
    Task.checkGrace(grace);
    ask(
        "stop task " + id,
        () -> {
          Optional<Job> job = job(id);
          List<Pod> pods = podsOf(id);
          if (job.isPresent() && !settled(job.get(), pods).hasEnded()) {
            stop(job.get(), JobState.newest(pods), grace);
          }
          return null;
        });
  }

  private void stop(Job job, Optional<Pod> pod, Duration grace) {
    Optional<Pod> running =
        pod.filter(one ->
            JobState.container(one)
                .filter(container -> container.getState().getWaiting() == null)
                .isPresent());
    String waiting = running.isPresent() ? null : pod.map(JobState::hindrance).orElse("");
    new StopPatch(job, Instant.now().plus(grace), waiting)
        .patch()
        .ifPresent(patch ->
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace())
                .withName(job.getMetadata().getName())
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch));
    running.ifPresent(one -> end(one, grace));
  }

  /**
   * A pod past its deadline is ended with the grace that it was made with, and stays to be read.
   */
  private void end(Pod pod, Duration grace) {
    var resource = client.pods().inNamespace(namespace()).withName(pod.getMetadata().getName());
    Long own = pod.getSpec().getTerminationGracePeriodSeconds();
    if (own != null && JobManifest.wholeSeconds(grace) >= own) {
      if (pod.getSpec().getActiveDeadlineSeconds() == null) {
        resource.patch(
            PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"activeDeadlineSeconds\":1}}");
      }
      return;
    }
    long seconds = Math.max(MIN_STOP_GRACE.toSeconds(), JobManifest.wholeSeconds(grace));
    resource.withGracePeriod(seconds).delete();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Kubernetes does not tell the two outputs apart: every line is of the first.
   */
  @Override
  public LogPage log(TaskId id, LogPosition from, int maxBytes) {
    return ask(
        "read the log of task " + id,
        () -> {
          Job job = job(id).orElseThrow(() -> LaunchException.unknown(id));
          List<Pod> pods = podsOf(id);
          boolean isOver = settled(job, pods).hasEnded();
          Optional<Pod> pod = JobState.newest(pods);
          if (isOver && pod.isEmpty()) {
            throw new LaunchException("The log of task " + id + " went with its pod");
          }
          if (pod.flatMap(JobState::container)
              .filter(container -> container.getState().getWaiting() == null)
              .isEmpty()) {
            return new LogPage(0, List.of(), from, isOver);
          }
          return PodLog.read(
              client
                  .pods()
                  .inNamespace(namespace())
                  .withName(pod.orElseThrow().getMetadata().getName())
                  .inContainer(JobManifest.CONTAINER)
                  .withReadyWaitTimeout(0), // It need not be ready to have printed something.
              from,
              maxBytes,
              isOver);
        });
  }

  /**
   * {@inheritDoc}
   *
   * <p>A result is text, of at most {@link #MAX_RESULT_BYTES}: it is the termination message of the
   * container.
   */
  @Override
  public Optional<byte[]> result(TaskId id) {
    Optional<byte[]> result =
        ask("read the result of task " + id, () -> JobState.newest(podsOf(id)))
            .flatMap(JobState::container)
            .map(container -> container.getState().getTerminated())
            .filter(PodEnding::hasRun)
            .map(ContainerStateTerminated::getMessage)
            .map(message -> message.getBytes(StandardCharsets.UTF_8));
    if (result.isPresent() && result.get().length > MAX_RESULT_BYTES) {
      throw new LaunchException(
          "The result of task "
              + id
              + " has more than "
              + MAX_RESULT_BYTES
              + " bytes, and Kubernetes keeps no more");
    }
    return result;
  }

  @Override
  public void remove(TaskId id) {
    ask(
        "remove task " + id,
        () -> {
          Optional<Job> job = job(id);
          if (job.isPresent()) {
            if (!settled(job.get(), podsOf(id)).hasEnded()) {
              throw new LaunchException("Task " + id + " has not ended: stop it first");
            }
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace())
                .withName(job.get().getMetadata().getName())
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
          }
          return null;
        });
  }

  @Override
  public String plan(Task task) {
    JobManifest manifest = new JobManifest(task, options);
    StringBuilder plan = new StringBuilder(Serialization.asYaml(manifest.job()));
    manifest.maskedSecret().ifPresent(secret -> plan.append(Serialization.asYaml(secret)));
    return plan.toString();
  }

  @Override
  public void close() {
    List.copyOf(watches).forEach(Watch::close);
    client.close();
  }

  private String namespace() {
    return options.namespace();
  }

  /** Makes the job of a task; empty if there is one of this name. */
  private Optional<Job> create(JobManifest manifest) {
    try {
      return Optional.of(client.resource(manifest.job()).create());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return Optional.empty();
      }
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
          && String.valueOf(e.getMessage()).contains("exceeded quota")) {
        throw new CannotPlaceException(manifest.task(), said(e));
      }
      throw new LaunchException("Cannot launch task " + manifest.task().id() + ": " + said(e), e);
    }
  }

  private Job existing(JobManifest manifest) {
    TaskId id = manifest.task().id();
    Job job = ask("look at task " + id, () -> named(manifest.name()));
    if (job == null || job.getMetadata().getDeletionTimestamp() != null) {
      throw new LaunchException("Task " + id + " is just being removed: launch it again");
    }
    Map<String, String> labels = new TreeMap<>(job.getMetadata().getLabels());
    if (!labels.entrySet().containsAll(JobLabels.ofId(options.installation(), id).entrySet())) {
      throw new LaunchException(
          "Cannot launch task " + id + ": somebody else has a job named " + manifest.name());
    }
    return job;
  }

  /** A secret of this name in the way of a new job is that of an old one, about to go. */
  private void create(Secret secret, boolean isJobNew) {
    try {
      client.resource(secret).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw new LaunchException(
            "Cannot store the secret " + secret.getMetadata().getName() + ": " + said(e), e);
      }
      if (isJobNew) {
        ask(
            "replace the secret " + secret.getMetadata().getName(),
            () -> {
              client.resource(secret).delete();
              return client.resource(secret).create();
            });
      }
    }
  }

  private List<Job> jobs(Map<String, String> labels) {
    return client.batch().v1().jobs().inNamespace(namespace()).withLabels(labels).list().getItems();
  }

  private List<Pod> pods(Map<String, String> labels) {
    return client.pods().inNamespace(namespace()).withLabels(labels).list().getItems();
  }

  private List<Pod> podsOf(TaskId id) {
    return pods(JobLabels.ofId(options.installation(), id));
  }

  private Optional<Job> job(TaskId id) {
    return Optional.ofNullable(named(JobLabels.jobName(options.installation(), id)))
        .filter(job ->
            job.getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(JobLabels.ofId(options.installation(), id).entrySet()));
  }

  private @Nullable Job named(String name) {
    return client.batch().v1().jobs().inNamespace(namespace()).withName(name).get();
  }

  /** How a task is; once it has ended, what was said of it stays, also when its pod goes. */
  private TaskStatus settled(Job job, List<Pod> pods) {
    String uid = job.getMetadata().getUid();
    TaskStatus known = ended.get(uid);
    if (known != null) {
      return known;
    }
    TaskStatus status = new JobState(job, pods).status();
    if (status.hasEnded()) {
      ended.put(uid, status);
    }
    return status;
  }

  private <T> T ask(String what, Supplier<T> question) {
    try {
      return question.get();
    } catch (KubernetesClientException e) {
      throw new LaunchException(
          "Cannot " + what + " in " + client.getMasterUrl() + ": " + said(e), e);
    }
  }

  private static String said(KubernetesClientException e) {
    return e.getStatus() == null || e.getStatus().getMessage() == null
        ? String.valueOf(e.getMessage())
        : e.getStatus().getMessage();
  }
}
