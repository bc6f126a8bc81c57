package dev.ekiden.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.Changes;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.Watch;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The role that we ship allows what the launcher asks for: all of it, and nothing else. */
final class RoleTest {

  private static final Pattern PATH =
      Pattern.compile(
          "/apis?/(?:(?<group>[a-z]+)/)?v1/namespaces/jobs/(?<resource>[a-z]+)"
              + "(?:/(?<name>[^/?]+))?(?:/(?<part>[a-z]+))?(?<query>\\?.*)?");

  @Test
  void allowsExactlyWhatIsAskedFor() throws IOException {
    Set<String> asked = new TreeSet<>();
    try (MockCluster cluster = new MockCluster()) {
      useAll(cluster);
      cluster.asked().forEach(request -> asked.add(needed(request)));
    }
    assertThat(asked).isEqualTo(allowed());
  }

  private static void useAll(MockCluster cluster) {
    KubernetesOptions options = MockCluster.options();
    TaskId waiting = TaskId.of("waiting");
    TaskId running = TaskId.of("running");
    cluster
        .hands
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("test-running")
                .withNamespace(MockCluster.NAMESPACE)
                .endMetadata()
                .build())
        .create();
    try (KubernetesLauncher launcher = cluster.launcher(options)) {
      Changes changes = new Changes();
      try (Watch _ = launcher.watch(changes)) {
        launcher.launch(Task.of(waiting, Program.image("image:1")).build());
        launcher.launch(
            Task.of(running, Program.image("image:1"))
                .secret(Secret.inEnvironment("TOKEN", "s3cret"))
                .build());
        changes.await(running, _ -> true);
      }
      launcher.stop(waiting, Duration.ZERO);
      Pod pod = cluster.makePod(cluster.job(options, running));
      cluster.tell(pod, MockCluster.running());
      launcher.list();
      cluster
          .server
          .expect()
          .get()
          .withPath(
              "/api/v1/namespaces/jobs/pods/test-running-x7k2p/log"
                  + "?pretty=false&container=task&timestamps=true")
          .andReturn(200, "2026-11-21T10:00:01Z one\n")
          .once();
      launcher.log(running, LogPosition.START, 100);
      launcher.stop(running, Task.DEFAULT_STOP_GRACE);
      launcher.stop(running, Duration.ZERO);
      cluster.fail(cluster.job(options, running), "BackoffLimitExceeded");
      launcher.result(running);
      launcher.remove(running);
    }
  }

  private static String needed(RecordedRequest request) {
    Matcher path = PATH.matcher(request.getPath());
    assertThat(path.matches()).as(request.getPath()).isTrue();
    boolean isOne = path.group("name") != null;
    String query = path.group("query") == null ? "" : path.group("query");
    String verb =
        switch (request.getMethod()) {
          case "POST" -> "create";
          case "PATCH" -> "patch";
          case "DELETE" -> "delete";
          case "GET" -> isOne ? "get" : query.contains("watch=true") ? "watch" : "list";
          default -> throw new AssertionError(request.getMethod());
        };
    String group = path.group("group") == null ? "" : path.group("group");
    String part = path.group("part") == null ? "" : "/" + path.group("part");
    return group + " " + path.group("resource") + part + " " + verb;
  }

  private static Set<String> allowed() throws IOException {
    String file = Files.readString(Path.of("../deploy/kubernetes/2-access.yaml"));
    String role =
        Arrays.stream(file.split("(?m)^---$"))
            .filter(document -> document.contains("kind: Role\n"))
            .findFirst()
            .orElseThrow();
    Set<String> allowed = new TreeSet<>();
    List<PolicyRule> rules = Serialization.unmarshal(role, Role.class).getRules();
    for (PolicyRule rule : rules) {
      for (String resource : rule.getResources()) {
        rule.getVerbs()
            .forEach(
                verb -> allowed.add(rule.getApiGroups().getFirst() + " " + resource + " " + verb));
      }
    }
    return allowed;
  }
}
