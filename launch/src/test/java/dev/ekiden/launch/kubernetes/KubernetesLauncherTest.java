package dev.ekiden.launch.kubernetes;

import static dev.ekiden.launch.kubernetes.MockCluster.NAMESPACE;
import static dev.ekiden.launch.kubernetes.MockCluster.exited;
import static dev.ekiden.launch.kubernetes.MockCluster.running;
import static dev.ekiden.launch.kubernetes.MockCluster.terminated;
import static dev.ekiden.launch.kubernetes.MockCluster.waiting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.launch.CannotPlaceException;
import dev.ekiden.launch.Changes;
import dev.ekiden.launch.CutProxy;
import dev.ekiden.launch.Ending;
import dev.ekiden.launch.GoldenFile;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs on fabric8's mock of a cluster: the right requests, and the right reading of answers. */
@Execution(ExecutionMode.SAME_THREAD)
final class KubernetesLauncherTest {

  private static final TaskId ID = TaskId.of("report-17");

  /** One for all tests, one after the other: a start takes longer than most of them. */
  private static MockCluster cluster;

  private final KubernetesOptions options = MockCluster.options();
  private final KubernetesLauncher launcher = cluster.launcher(options);

  @BeforeAll
  static void startCluster() {
    cluster = new MockCluster();
  }

  @AfterEach
  void forget() {
    launcher.close();
    cluster.reset();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  static Task.Builder task() {
    return Task.of(ID, Program.image("registry.example/reports:4", "make", "--all", "$(HOME)"))
        .label("fleet", "blue")
        .label("attempt", "3")
        .environment("COLOUR", "price in $$")
        .secret(Secret.inEnvironment("TOKEN", "s3cret"))
        .secret(Secret.inFile("KEY", "hidden"))
        .workingDirectory("/tmp")
        .resources(new Resources(1_500, 768, 200))
        .network(Network.named("database"))
        .capacityClass(Task.SPOT)
        .stopGrace(Duration.ofSeconds(90));
  }

  private static Task plain() {
    return Task.of(ID, Program.image("image:1")).build();
  }

  private Pod launched(Task task) {
    launcher.launch(task);
    return cluster.makePod(cluster.job(options, task.id()));
  }

  @Test
  void plansTheExactRequest() throws IOException {
    String plan = launcher.plan(task().build());
    GoldenFile.of("kubernetes/plan.yaml").compare(plan);
    assertThat(plan).doesNotContain("s3cret").doesNotContain("hidden");
    assertThat(cluster.asked()).isEmpty();
  }

  @Test
  void asksForWhatItPlans() {
    launcher.launch(task().build());
    List<RecordedRequest> asked = cluster.asked();
    assertThat(asked)
        .extracting(request -> request.getMethod() + " " + request.getPath())
        .containsExactly(
            "POST /apis/batch/v1/namespaces/jobs/jobs", "POST /api/v1/namespaces/jobs/secrets");
    Job stored = cluster.job(options, ID);
    Job withoutTheClustersPart =
        new JobBuilder(stored)
            .editMetadata()
            .withUid(null)
            .withCreationTimestamp(null)
            .withResourceVersion(null)
            .withGeneration(null)
            .endMetadata()
            .withStatus(null)
            .build();
    String job = Serialization.asYaml(withoutTheClustersPart);
    assertThat(launcher.plan(task().build())).startsWith(job);
    assertThat(job).doesNotContain("s3cret").doesNotContain("hidden");
    io.fabric8.kubernetes.api.model.Secret secret =
        cluster.hands.secrets().inNamespace(NAMESPACE).withName("test-report-17").get();
    assertThat(secret.getStringData()).containsEntry("TOKEN", "s3cret");
    assertThat(secret.getStringData()).containsEntry("KEY_FILE", "hidden");
    assertThat(secret.getMetadata().getOwnerReferences().getFirst().getUid())
        .isEqualTo(stored.getMetadata().getUid());
  }

  @Test
  void launchesOnce() {
    launcher.launch(task().build());
    String uid = cluster.job(options, ID).getMetadata().getUid();
    cluster.hands.secrets().inNamespace(NAMESPACE).withName("test-report-17").delete();
    // The first launcher was killed between the two requests; the second finds the job.
    try (KubernetesLauncher other = cluster.launcher(options)) {
      other.launch(task().build());
    }
    launcher.launch(task().build());
    assertThat(launcher.list()).hasSize(1);
    assertThat(cluster.job(options, ID).getMetadata().getUid()).isEqualTo(uid);
    assertThat(cluster.hands.secrets().inNamespace(NAMESPACE).list().getItems()).hasSize(1);
  }

  @Test
  void replacesTheSecretOfAnOldJobOfTheSameName() {
    cluster
        .hands
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("test-report-17")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .build())
        .create();
    launcher.launch(task().build());
    assertThat(
            cluster
                .hands
                .secrets()
                .inNamespace(NAMESPACE)
                .withName("test-report-17")
                .get()
                .getStringData())
        .containsEntry("TOKEN", "s3cret");
  }

  @Test
  void refusesTheNameOfSomebodyElse() {
    KubernetesOptions other = KubernetesOptions.of("a", NAMESPACE);
    KubernetesOptions mine = KubernetesOptions.of("a-b", NAMESPACE);
    Task theirs = Task.of(TaskId.of("b-c"), Program.image("image:1")).build();
    Task ours = Task.of(TaskId.of("c"), Program.image("image:1")).build();
    try (KubernetesLauncher first = cluster.launcher(other);
        KubernetesLauncher second = cluster.launcher(mine)) {
      first.launch(theirs);
      assertThatThrownBy(() -> second.launch(ours))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("a-b-c");
      assertThat(second.find(ours.id())).isEmpty();
      assertThat(second.list()).isEmpty();
    }
  }

  @Test
  void namesFitIntoTheirLimit() {
    TaskId longest = TaskId.of("x".repeat(TaskId.MAX_LENGTH));
    assertThat(JobLabels.jobName("1234567890", longest)).hasSize(63);
    String cut = JobLabels.jobName("12345678901", longest);
    assertThat(cut).hasSize(63).startsWith("12345678901-xxx");
    assertThat(JobLabels.jobName("12345678902", longest)).isNotEqualTo(cut);
  }

  @Test
  void refusesWhatAClusterCannotRun() {
    Task command = Task.of(ID, Program.command("true")).build();
    assertThatThrownBy(() -> launcher.launch(command))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("image");
    Task strange = Task.of(ID, Program.image("image:1")).capacityClass("gold").build();
    assertThatThrownBy(() -> launcher.launch(strange))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("gold")
        .hasMessageContaining("on-demand, spot");
    Task spaced = Task.of(ID, Program.image("image:1")).network(Network.named("a b")).build();
    assertThatThrownBy(() -> launcher.launch(spaced))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("a b");
    assertThat(cluster.asked()).isEmpty();
  }

  @Test
  void tellsThatThereIsNoRoom() {
    answer(403, "jobs \"x\" is forbidden: exceeded quota: compute, requested: count/jobs.batch=1");
    assertThatThrownBy(() -> launcher.launch(plain()))
        .isInstanceOfSatisfying(
            CannotPlaceException.class,
            e -> assertThat(e.capacityClass()).isEqualTo(Task.ON_DEMAND))
        .hasMessageContaining("exceeded quota");
  }

  @Test
  void tellsWhatTheClusterSays() {
    answer(403, "User \"ekiden\" cannot create resource \"jobs\"");
    assertThatThrownBy(() -> launcher.launch(plain()))
        .isInstanceOf(LaunchException.class)
        .isNotInstanceOf(CannotPlaceException.class)
        .hasMessageContaining("cannot create resource");
  }

  private void answer(int code, String message) {
    cluster
        .server
        .expect()
        .post()
        .withPath("/apis/batch/v1/namespaces/jobs/jobs")
        .andReturn(code, new StatusBuilder().withCode(code).withMessage(message).build())
        .once();
  }

  @Test
  void triesAgainWhenTheClusterIsBusy() {
    answer(503, "busy");
    answer(429, "too many requests");
    launcher.launch(plain());
    assertThat(launcher.list()).hasSize(1);
  }

  @Test
  void tellsThatNoClusterAnswers() throws IOException {
    try (CutProxy proxy = new CutProxy(cluster.server.getPort());
        KubernetesLauncher cut = cluster.launcher(options, proxy.port())) {
      proxy.cut();
      assertThatThrownBy(() -> cut.launch(plain()))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining(ID.value());
      assertThatThrownBy(cut::list)
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("localhost:" + proxy.port());
      proxy.mend();
      cut.launch(plain());
      assertThat(cut.list()).hasSize(1);
    }
  }

  @Test
  void listsWhatIsItsOwn() {
    launched(plain());
    launcher.launch(task().build()); // Of the same id: finds the first one.
    Task second = Task.of(TaskId.of("a-second"), Program.image("image:1")).build();
    launcher.launch(second);
    try (KubernetesLauncher other = cluster.launcher(KubernetesOptions.of("other", NAMESPACE))) {
      other.launch(Task.of(TaskId.of("theirs"), Program.image("image:1")).build());
      assertThat(other.list()).extracting(TaskStatus::id).containsExactly(TaskId.of("theirs"));
      assertThat(other.find(ID)).isEmpty();
    }
    assertThat(launcher.list()).extracting(TaskStatus::id).containsExactly(second.id(), ID);
    assertThat(launcher.find(TaskId.of("unknown"))).isEmpty();
    launcher.stop(TaskId.of("unknown"), Duration.ZERO);
    launcher.remove(TaskId.of("unknown"));
    assertThat(launcher.result(TaskId.of("unknown"))).isEmpty();
    assertThatThrownBy(() -> launcher.log(TaskId.of("unknown"), LogPosition.START, 100))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("unknown");
  }

  @Test
  void tellsEachChangeAlsoOfTheTimeWhenItWasCutOff() throws IOException {
    Task later = Task.of(TaskId.of("later"), Program.image("image:1")).build();
    try (CutProxy proxy = new CutProxy(cluster.server.getPort());
        KubernetesLauncher watcher = cluster.launcher(options, proxy.port())) {
      Changes changes = new Changes();
      try (Watch _ = watcher.watch(changes)) {
        launcher.launch(plain());
        changes.await(ID, status -> status.phase() instanceof Phase.Placing);
        Pod pod = cluster.makePod(cluster.job(options, ID));
        cluster.tell(pod, waiting("ContainerCreating", null));
        changes.await(ID, status -> status.phase() instanceof Phase.Starting);
        cluster.tell(pod, running());
        changes.await(ID, status -> status.phase() instanceof Phase.Running);
        proxy.cut();
        cluster.tell(pod, exited(3));
        cluster.fail(cluster.job(options, ID), "BackoffLimitExceeded");
        launcher.launch(later);
        proxy.mend();
        assertThat(changes.await(ID, TaskStatus::hasEnded).ending()).contains(new Ending.Exited(3));
        changes.await(later.id(), status -> status.phase() instanceof Phase.Placing);
        assertThat(changes.of(ID))
            .extracting(status -> status.phase().getClass().getSimpleName())
            .containsSubsequence("Placing", "Starting", "Running", "Ended");
        cluster.delete(pod);
        launcher.remove(ID);
        assertThat(changes.of(ID).getLast().ending()).contains(new Ending.Exited(3));
      }
    }
  }

  @Test
  void watchesFromAStartWithoutACluster() throws IOException {
    try (CutProxy proxy = new CutProxy(cluster.server.getPort());
        KubernetesLauncher watcher = cluster.launcher(options, proxy.port())) {
      proxy.cut();
      launcher.launch(plain());
      Changes changes = new Changes();
      try (Watch _ = watcher.watch(changes)) {
        proxy.mend();
        changes.await(ID, status -> status.phase() instanceof Phase.Placing);
      }
    }
  }

  @Test
  void stopsATaskThatWaitsByEndingItsJob() {
    Pod pod = launched(plain());
    cluster.tell(pod, waiting("ImagePullBackOff", "Back-off pulling image"));
    launcher.stop(ID, Duration.ofSeconds(5));
    Job job = cluster.job(options, ID);
    assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(1);
    assertThat(job.getMetadata().getAnnotations()).containsKey(JobLabels.STOP_BY);
    cluster.delete(pod);
    cluster.fail(job, "DeadlineExceeded");
    assertThat(launcher.find(ID).orElseThrow().ending())
        .contains(
            new Ending.CouldNotStart(
                "It was stopped before it started: ImagePullBackOff: Back-off pulling image"));
  }

  @Test
  void stopsARunningTaskInItsOwnGraceSoThatItsPodStays() {
    Pod pod = launched(plain());
    cluster.tell(pod, running());
    launcher.stop(ID, Task.DEFAULT_STOP_GRACE);
    int asked = cluster.asked().size();
    launcher.stop(ID, Task.DEFAULT_STOP_GRACE.plusSeconds(60));
    assertThat(cluster.pod(pod).getSpec().getActiveDeadlineSeconds()).isEqualTo(1);
    assertThat(cluster.job(options, ID).getSpec().getActiveDeadlineSeconds()).isNull();
    assertThat(cluster.asked().subList(asked, cluster.asked().size()))
        .noneMatch(request -> List.of("PATCH", "DELETE").contains(request.getMethod()));
    cluster.tell(pod, exited(143));
    assertThat(launcher.find(ID).orElseThrow().ending()).contains(new Ending.Signaled(15));
  }

  @Test
  void stopsARunningTaskFasterByDeletingItsPod() {
    Pod pod = launched(plain());
    cluster.tell(pod, running());
    launcher.stop(ID, Duration.ofMillis(1_200));
    RecordedRequest delete =
        cluster.asked().stream()
            .filter(request -> request.getMethod().equals("DELETE"))
            .findFirst()
            .orElseThrow();
    assertThat(delete.getPath()).endsWith("/pods/test-report-17-x7k2p");
    assertThat(delete.getUtf8Body()).contains("\"gracePeriodSeconds\":2");
    assertThat(launcher.find(ID).orElseThrow().phase()).isEqualTo(new Phase.Running());
    cluster.fail(cluster.job(options, ID), "BackoffLimitExceeded");
    assertThat(launcher.find(ID).orElseThrow().ending()).contains(new Ending.Signaled(9));
    assertThatThrownBy(() -> launcher.log(ID, LogPosition.START, 100))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("went with its pod");
  }

  @Test
  void neverForgetsAPodThatStillRuns() {
    Pod pod = launched(plain());
    cluster.tell(pod, running());
    launcher.stop(ID, Duration.ZERO);
    assertThat(cluster.asked())
        .filteredOn(request -> request.getMethod().equals("DELETE"))
        .singleElement()
        .satisfies(
            request -> assertThat(request.getUtf8Body()).contains("\"gracePeriodSeconds\":1"));
  }

  @Test
  void whatWasSaidOfAnEndStays() {
    Pod pod = launched(plain());
    cluster.tell(pod, exited(3));
    TaskStatus ended = launcher.find(ID).orElseThrow();
    cluster.delete(pod);
    cluster.fail(cluster.job(options, ID), "BackoffLimitExceeded");
    assertThat(launcher.find(ID)).contains(ended);
    assertThat(launcher.list()).containsExactly(ended);
  }

  @Test
  void readsALog() {
    Pod pod = launched(plain());
    assertThat(launcher.log(ID, LogPosition.START, 100).isEnd()).isFalse();
    cluster.tell(pod, running());
    String path =
        "/api/v1/namespaces/jobs/pods/test-report-17-x7k2p/log?pretty=false&container=task";
    String first = "2026-11-21T10:00:01.000000001Z one\n";
    String second = "2026-11-21T10:00:01.000000001Z two\n2026-11-21T10:00:02Z \n";
    answerLog(path + "&timestamps=true", first + second);
    LogPage page = launcher.log(ID, LogPosition.START, 3);
    assertThat(page.lines()).extracting(LogLine::text).containsExactly("one");
    assertThat(page.lines().getFirst().time())
        .isEqualTo(Instant.parse("2026-11-21T10:00:01.000000001Z"));
    assertThat(page.isEnd()).isFalse();
    answerLog(
        path + "&sinceTime=2026-11-21T10:00:01Z&timestamps=true",
        first + second + "2026-11-21T10:00:03Z half");
    LogPage rest = launcher.log(ID, page.next(), 1_000);
    assertThat(rest.lines()).extracting(LogLine::text).containsExactly("two", "", "half");
    assertThat(rest.droppedBytes()).isZero();
    assertThat(rest.isEnd()).isFalse();
    cluster.tell(pod, exited(0));
    answerLog(
        path + "&sinceTime=2026-11-21T10:00:03Z&timestamps=true", "2026-11-21T10:00:03Z half");
    LogPage end = launcher.log(ID, rest.next(), 1_000);
    assertThat(end.lines()).isEmpty();
    assertThat(end.isEnd()).isTrue();
    assertThat(end.next()).isEqualTo(rest.next());
    cluster
        .server
        .expect()
        .get()
        .withPath(path + "&timestamps=true")
        .andReturn(403, new StatusBuilder().withCode(403).withMessage("no pods/log").build())
        .once();
    assertThatThrownBy(() -> launcher.log(ID, LogPosition.START, 3))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(ID.value());
  }

  private void answerLog(String path, String lines) {
    cluster.server.expect().get().withPath(path).andReturn(200, lines).once();
  }

  @Test
  void givesBackTheResult() {
    Pod pod = launched(plain());
    cluster.tell(pod, terminated(0, "Completed", "the result"));
    assertThat(launcher.result(ID).orElseThrow())
        .isEqualTo("the result".getBytes(StandardCharsets.UTF_8));
    cluster.tell(pod, terminated(0, "Completed", null));
    assertThat(launcher.result(ID)).isEmpty();
    cluster.tell(pod, terminated(128, "StartError", "not found"));
    assertThat(launcher.result(ID)).isEmpty();
  }

  @Test
  void limitsTheResult() {
    Pod pod = launched(plain());
    cluster.tell(pod, terminated(0, null, "x".repeat(KubernetesLauncher.MAX_RESULT_BYTES)));
    assertThat(launcher.result(ID).orElseThrow()).hasSize(KubernetesLauncher.MAX_RESULT_BYTES);
    cluster.tell(pod, terminated(0, null, "x".repeat(KubernetesLauncher.MAX_RESULT_BYTES + 1)));
    assertThatThrownBy(() -> launcher.result(ID))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("4095");
  }

  @Test
  void removesOnlyWhatHasEnded() {
    Pod pod = launched(plain());
    cluster.tell(pod, running());
    assertThatThrownBy(() -> launcher.remove(ID))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(ID.value());
    cluster.tell(pod, exited(0));
    launcher.remove(ID);
    assertThat(cluster.asked().getLast().getUtf8Body())
        .contains("\"propagationPolicy\":\"Background\"");
    assertThat(launcher.find(ID)).isEmpty();
    assertThat(launcher.list()).isEmpty();
  }

  @Test
  void checksItsOptions() {
    assertThatThrownBy(() -> KubernetesOptions.of("Upper", NAMESPACE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KubernetesOptions.of("test", "n".repeat(64)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(KubernetesOptions.of("test", "n".repeat(63)).namespace()).hasSize(63);
    assertThatThrownBy(() -> options.withUser(0, 1)).hasMessageContaining("root");
    assertThatThrownBy(() -> options.withTemporaryMib(0)).hasMessageContaining("temporaryMib");
    Duration least = KubernetesOptions.MIN_KEEP_ENDED;
    assertThat(options.withKeepEnded(least).keepEnded()).isEqualTo(least);
    assertThatThrownBy(() -> options.withKeepEnded(least.minusNanos(1)))
        .hasMessageContaining("keepEnded");
    assertThat(Taint.of("spot")).isEqualTo(new Taint("spot", Optional.empty(), Optional.empty()));
    assertThatThrownBy(() -> Taint.of("spot=true:Sometimes"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
