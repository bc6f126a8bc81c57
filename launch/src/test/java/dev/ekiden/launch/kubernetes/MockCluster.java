package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * fabric8's server that keeps what is stored in it, with the parts of a cluster that act on it
 * played by the test: the job controller, the scheduler and the node.
 */
final class MockCluster implements AutoCloseable {

  static final String NAMESPACE = "jobs";
  static final String STARTED = "2026-11-21T10:00:01Z";
  static final String ENDED = "2026-11-21T10:00:09Z";

  private static final int LOST_AFTER_MILLIS = 5_000;
  private static final String OURS = "ekiden";

  /** Kept, because only then it keeps its level: the library tells each start and stop. */
  private static final Logger CHATTER = Logger.getLogger("io.fabric8.mockwebserver");

  static {
    CHATTER.setLevel(Level.WARNING);
  }

  final KubernetesMockServer server;

  /** The cluster's own hands. */
  final KubernetesClient hands;

  private final List<RecordedRequest> asked = new ArrayList<>();

  MockCluster() {
    Map<ServerRequest, Queue<ServerResponse>> responses = new HashMap<>();
    server =
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            responses,
            new KubernetesMixedDispatcher(responses),
            false);
    server.init();
    hands = client("cluster", server.getPort());
  }

  /** A launcher that asks this cluster, or what stands at the port in its place. */
  KubernetesLauncher launcher(KubernetesOptions options, int port) {
    return new KubernetesLauncher(options, client(OURS, port));
  }

  KubernetesLauncher launcher(KubernetesOptions options) {
    return launcher(options, server.getPort());
  }

  private static KubernetesClient client(String agent, int port) {
    Config config =
        new ConfigBuilder(KubernetesLauncher.settings(Config.empty()))
            .withMasterUrl("http://localhost:" + port)
            .withNamespace(NAMESPACE)
            .withRequestRetryBackoffInterval(20)
            .withWatchReconnectInterval(20)
            .withUserAgent(agent)
            // The mock and the JDK's client now and then lose a request, mostly while they agree on
            // HTTP/2; it is sent again.
            .withHttp2Disable(true)
            .withRequestTimeout(LOST_AFTER_MILLIS)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** What launchers have asked the cluster for until now. */
  List<RecordedRequest> asked() {
    try {
      RecordedRequest next = server.takeRequest(0, TimeUnit.SECONDS);
      while (next != null) {
        if (OURS.equals(next.getHeader("User-Agent"))) {
          asked.add(next);
        }
        next = server.takeRequest(0, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return List.copyOf(asked);
  }

  Job job(KubernetesOptions options, TaskId id) {
    return hands
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withName(JobLabels.jobName(options.installation(), id))
        .get();
  }

  /** The job controller makes the pod of a job. */
  Pod makePod(Job job) {
    Pod pod =
        new PodBuilder()
            .withMetadata(job.getSpec().getTemplate().getMetadata())
            .editMetadata()
            .withName(job.getMetadata().getName() + "-x7k2p")
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withSpec(job.getSpec().getTemplate().getSpec())
            .withStatus(pending())
            .build();
    return hands.resource(pod).create();
  }

  /** The scheduler gives a pod a node, and the node tells how it is. */
  Pod tell(Pod pod, PodStatus status) {
    return hands
        .pods()
        .inNamespace(NAMESPACE)
        .withName(pod.getMetadata().getName())
        .edit(now ->
            new PodBuilder(now)
                .editSpec()
                .withNodeName("node-1")
                .endSpec()
                .withStatus(status)
                .build());
  }

  Pod pod(Pod pod) {
    return hands.pods().inNamespace(NAMESPACE).withName(pod.getMetadata().getName()).get();
  }

  void delete(Pod pod) {
    hands.resource(pod).delete();
  }

  void change(Job job, UnaryOperator<JobBuilder> change) {
    hands
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withName(job.getMetadata().getName())
        .edit(now -> change.apply(new JobBuilder(now)).build());
  }

  /** The job controller takes note that the pod has failed or is gone. */
  void fail(Job job, String reason) {
    change(
        job,
        now ->
            now.withNewStatus()
                .withFailed(1)
                .addNewCondition()
                .withType("Failed")
                .withStatus("True")
                .withReason(reason)
                .withMessage("Job has failed")
                .withLastTransitionTime(ENDED)
                .endCondition()
                .endStatus());
  }

  static PodStatus pending() {
    return new PodStatusBuilder().withPhase("Pending").build();
  }

  static PodStatus waiting(String reason, String message) {
    return status(
        "Pending",
        new ContainerStateBuilder()
            .withNewWaiting()
            .withReason(reason)
            .withMessage(message)
            .endWaiting()
            .build());
  }

  static PodStatus running() {
    return status(
        "Running",
        new ContainerStateBuilder().withNewRunning().withStartedAt(STARTED).endRunning().build());
  }

  static PodStatus terminated(int code, String reason, String message) {
    return status(
        code == 0 ? "Succeeded" : "Failed",
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(code)
            .withReason(reason)
            .withMessage(message)
            .withStartedAt(STARTED)
            .withFinishedAt(ENDED)
            .endTerminated()
            .build());
  }

  static PodStatus exited(int code) {
    return terminated(code, code == 0 ? "Completed" : "Error", null);
  }

  private static PodStatus status(String phase, ContainerState state) {
    return new PodStatusBuilder()
        .withPhase(phase)
        .addNewContainerStatus()
        .withName(JobManifest.CONTAINER)
        .withState(state)
        .endContainerStatus()
        .build();
  }

  static KubernetesOptions options() {
    return KubernetesOptions.of("test", NAMESPACE)
        .withClass(
            Task.SPOT,
            NodePool.of(
                Map.of("karpenter.sh/capacity-type", "spot"), Taint.of("spot=true:NoSchedule")));
  }

  /** Forgets everything. */
  void reset() {
    asked();
    asked.clear();
    server.reset();
  }

  @Override
  public void close() {
    hands.close();
    try {
      server.destroy();
    } catch (IllegalStateException e) {
      // It waits for connections that others have cut, and gives up; it goes with this process.
    }
  }
}
