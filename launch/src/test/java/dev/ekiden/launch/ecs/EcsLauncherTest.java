package dev.ekiden.launch.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ekiden.launch.CannotPlaceException;
import dev.ekiden.launch.Changes;
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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Speaks with a server of our own: the right requests, and the right reading of answers. */
final class EcsLauncherTest {

  private static final TaskId ID = TaskId.of("report-17");
  private static final String ECS = "AmazonEC2ContainerServiceV20141113.";
  private static final String SECRET =
      "arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-AbCdEf";
  private static final String NOTHING_LISTED = "{\"taskArns\": []}";

  private final EcsServer server = new EcsServer();
  private final EcsOptions options =
      EcsOptions.of(
              "test",
              "eu-central-1",
              "ekiden",
              new VpcNetwork(List.of("subnet-1", "subnet-2"), List.of("sg-1"), false),
              "arn:aws:iam::111122223333:role/ekiden-execution")
          .withNetwork("database", new VpcNetwork(List.of("subnet-3"), List.of("sg-2"), true))
          .withTaskRole("arn:aws:iam::111122223333:role/ekiden-task")
          .withEndpoint(server.address());
  private final EcsLauncher launcher = launcher(options);

  private static EcsLauncher launcher(EcsOptions options) {
    return new EcsLauncher(
        options, StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")));
  }

  @AfterEach
  void close() {
    launcher.close();
    server.close();
  }

  private static Task.Builder task() {
    return Task.of(ID, Program.image("registry.example/reports:4", "make", "--all"))
        .label("fleet", "blue")
        .label("attempt", "3")
        .environment("COLOUR", "blue")
        .secret(Secret.inEnvironment("TOKEN", SECRET))
        .workingDirectory("/tmp")
        .resources(new Resources(1_500, 3_000, 200))
        .network(Network.named("database"))
        .capacityClass(Task.SPOT)
        .stopGrace(Duration.ofSeconds(90));
  }

  private static Task plain() {
    return Task.of(ID, Program.image("image:1")).build();
  }

  private static String arn(String name) {
    return "arn:aws:ecs:eu-central-1:111122223333:task/ekiden/" + name;
  }

  /** As DescribeTasks and RunTask tell of a task. */
  private static String described(String id, String lastStatus, String more) {
    return """
    {"taskArn": "%s", "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/ekiden",
     "capacityProviderName": "FARGATE_SPOT", "createdAt": 1795255200.123, "cpu": "2048",
     "memory": "4096", "lastStatus": "%s", "desiredStatus": "RUNNING", "launchType": "FARGATE",
     "startedBy": "ekiden/test", "version": 1, "attachments": [], "attributes": [],
     "tags": [{"key": "ekiden:task", "value": "%s"}, {"key": "ekiden:class", "value": "spot"},
              {"key": "ekiden:label:fleet", "value": "blue"}]%s}\
    """
        .formatted(arn("arn-of-" + id), lastStatus, id, more.isEmpty() ? "" : ", " + more);
  }

  private static String exited(int code) {
    return """
    "startedAt": 1795255260.5, "stoppedAt": 1795255300.5, "executionStoppedAt": 1795255299.0,
    "stopCode": "EssentialContainerExited",
    "stoppedReason": "Essential container in task exited",
    "containers": [{"name": "task", "lastStatus": "STOPPED", "exitCode": %d}]\
    """
        .formatted(code);
  }

  private static String tasks(String... described) {
    return "{\"tasks\": [" + String.join(",", described) + "], \"failures\": []}";
  }

  private void startsTasks() {
    server
        .answer("ListTasks", NOTHING_LISTED)
        .refuse("DescribeTaskDefinition", "ClientException", "Unable to describe task definition.")
        .answer("RegisterTaskDefinition", "{\"taskDefinition\": {\"status\": \"ACTIVE\"}}")
        .answer("RunTask", tasks(described(ID.value(), "PROVISIONING", "")))
        .answer("DescribeTasks", "{\"tasks\": [], \"failures\": [{\"reason\": \"MISSING\"}]}");
  }

  /** From now on, ECS knows the task like this. */
  private void knows(String described) {
    server
        .now("ListTasks", "{\"taskArns\": [\"" + arn("arn-of-" + ID) + "\"]}")
        .now("DescribeTasks", tasks(described));
  }

  @Test
  void plansTheExactRequest() throws IOException {
    GoldenFile.of("ecs/plan.txt").compare(launcher.plan(task().build()));
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void asksForWhatItPlans() throws JsonProcessingException {
    startsTasks();
    launcher.launch(task().build());
    assertThat(server.asked())
        .extracting(EcsServer.Asked::target)
        .containsExactly(
            ECS + "ListTasks",
            ECS + "ListTasks",
            ECS + "DescribeTaskDefinition",
            ECS + "RegisterTaskDefinition",
            ECS + "RunTask");
    String plan = launcher.plan(task().build());
    int run = plan.indexOf("\nRunTask\n");
    String definition = plan.substring(plan.indexOf('{'), run);
    assertThat(server.asked("RegisterTaskDefinition"))
        .containsExactly(EcsServer.JSON.readTree(definition));
    assertThat(server.asked("RunTask"))
        .containsExactly(EcsServer.JSON.readTree(plan.substring(run + "\nRunTask\n".length())));
    assertThat(server.asked("ListTasks").getFirst())
        .isEqualTo(
            EcsServer.JSON.valueToTree(
                Map.of(
                    "cluster", "ekiden", "startedBy", "ekiden/test", "desiredStatus", "RUNNING")));
  }

  @Test
  void launchesOnce() {
    startsTasks();
    launcher.launch(plain());
    launcher.launch(plain());
    assertThat(server.asked("RunTask")).hasSize(1);
    // ECS itself needs a moment until it knows.
    assertThat(launcher.find(ID).orElseThrow().phase()).isEqualTo(new Phase.Placing());
    assertThat(launcher.list()).extracting(TaskStatus::id).containsExactly(ID);
    try (EcsLauncher other = launcher(options)) {
      other.launch(plain());
      assertThat(server.asked("RunTask"))
          .extracting(asked -> asked.path("clientToken").asText())
          .containsExactly("test-report-17", "test-report-17");
      knows(described(ID.value(), "RUNNING", "\"startedAt\": 1795255260.5"));
      other.list();
      other.launch(plain());
      assertThat(server.asked("RunTask")).hasSize(2);
    }
  }

  @Test
  void definesOnceWhatTasksHaveInCommon() {
    startsTasks();
    launcher.launch(task().build());
    Task alike = task().environment("COLOUR", "red").resources(new Resources(250, 512, 1)).build();
    Task other = task().stopGrace(Duration.ofSeconds(91)).build();
    assertThat(new FargateRequest(alike, options).family())
        .isEqualTo(new FargateRequest(task().build(), options).family());
    assertThat(new FargateRequest(other, options).family())
        .isNotEqualTo(new FargateRequest(alike, options).family());
    server.now("DescribeTaskDefinition", "{\"taskDefinition\": {\"status\": \"ACTIVE\"}}");
    try (EcsLauncher later = launcher(options)) {
      later.launch(task().build());
    }
    assertThat(server.asked("RegisterTaskDefinition")).hasSize(1);
  }

  @Test
  void tellsThatThereIsNoRoom() {
    startsTasks();
    String full = "Capacity is unavailable at this time. Please try again later.";
    for (String failure : List.of("RESOURCE:MEMORY", "RESOURCE:ENI", full)) {
      server.now(
          "RunTask",
          "{\"tasks\": [], \"failures\": [{\"arn\": \"arn\", \"reason\": \"" + failure + "\"}]}");
      assertThatThrownBy(() -> launcher.launch(task().build()))
          .isInstanceOfSatisfying(
              CannotPlaceException.class, e -> assertThat(e.capacityClass()).isEqualTo(Task.SPOT))
          .hasMessageContaining(failure);
    }
    server.now("RunTask", "{}").refuse("RunTask", "ClientException", full);
    assertThatThrownBy(() -> launcher.launch(task().build())).hasMessageContaining("says not why");
    assertThatThrownBy(() -> launcher.launch(task().build()))
        .isInstanceOf(CannotPlaceException.class)
        .hasMessageContaining(full);
    server
        .now("RunTask", "{}")
        .refuse(
            "RunTask",
            "ClientException",
            "You've reached the limit on the number of vCPUs you can run concurrently");
    assertThatThrownBy(() -> launcher.launch(task().build())).hasMessageContaining("says not why");
    assertThatThrownBy(() -> launcher.launch(task().build()))
        .isInstanceOf(CannotPlaceException.class);
  }

  @Test
  void tellsWhatElseIsWrong() {
    startsTasks();
    server.now("RunTask", "{\"failures\": [{\"reason\": \"MISSING\", \"detail\": \"cluster\"}]}");
    assertThatThrownBy(() -> launcher.launch(plain()))
        .isInstanceOf(LaunchException.class)
        .isNotInstanceOf(CannotPlaceException.class)
        .hasMessageContaining("MISSING: cluster");
    server.refuse("RunTask", "AccessDeniedException", "not authorized to perform: iam:PassRole");
    assertThatThrownBy(() -> launcher.launch(plain())).hasMessageContaining("MISSING");
    assertThatThrownBy(() -> launcher.launch(plain()))
        .hasMessageContaining("AccessDeniedException: not authorized to perform: iam:PassRole");
    server.close();
    assertThatThrownBy(() -> launcher.find(TaskId.of("x")))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("list the tasks of ekiden");
  }

  @Test
  void triesAgainWhenItIsThrottled() {
    startsTasks();
    server
        .now("ListTasks", "{}")
        .refuse("ListTasks", "ThrottlingException", "Rate exceeded")
        .answer("ListTasks", NOTHING_LISTED);
    assertThat(launcher.list()).isEmpty();
    assertThat(server.asked("ListTasks").size()).isGreaterThan(2);
  }

  @Test
  void refusesWhatFargateCannotRun() {
    refuses(Task.of(ID, Program.command("true")), "has no image");
    refuses(task().capacityClass("gold"), "on-demand, spot");
    refuses(task().stopGrace(EcsLauncher.MAX_STOP_GRACE.plusNanos(1)), "PT2M");
    refuses(task().resources(new Resources(16_001, 512, 1)), "largest task");
    refuses(task().network(Network.none()), "every task of Fargate has one");
    refuses(task().network(Network.named("other")), "only these are known: database");
    refuses(task().secret(Secret.inFile("KEY", SECRET)), "as variables");
    String value = "hunter2-hunter2";
    Task.Builder withValue = task().secret(Secret.inEnvironment("PASSWORD", value));
    refuses(withValue, "PASSWORD");
    assertThatThrownBy(() -> launcher.plan(withValue.build()))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(value));
    Task.Builder labelled = Task.of(ID, Program.image("image:1"));
    IntStream.range(0, EcsLauncher.MAX_LABELS).forEach(n -> labelled.label("l" + n, "x"));
    assertThat(launcher.plan(labelled.build())).contains("ekiden:label:l39");
    refuses(labelled.label("one-more", "x"), "40 labels");
    assertThat(server.asked()).isEmpty();
  }

  private void refuses(Task.Builder task, String why) {
    assertThatThrownBy(() -> launcher.launch(task.build()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(ID.value())
        .hasMessageContaining(why);
  }

  @Test
  void takesTheLongestGraceAndTheMostOverrides() {
    Task longest = task().stopGrace(EcsLauncher.MAX_STOP_GRACE).build();
    assertThat(launcher.plan(longest)).contains("\"stopTimeout\" : 120");
    assertThat(launcher.plan(task().stopGrace(Duration.ZERO).build()))
        .contains("\"stopTimeout\" : 2");
    int used = length("");
    Task most = filled("x".repeat(EcsLauncher.MAX_OVERRIDES - used));
    assertThat(launcher.plan(most)).contains("FILL");
    Task more = filled("x".repeat(EcsLauncher.MAX_OVERRIDES - used + 1));
    assertThatThrownBy(() -> launcher.plan(more))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("8192");
  }

  private static Task filled(String value) {
    return Task.of(ID, Program.image("image:1")).environment("FILL", value).build();
  }

  private int length(String value) {
    return RequestJson.compact(new FargateRequest(filled(value), options).run().overrides())
        .length();
  }

  @Test
  void listsAllOnSeveralPages() {
    List<String> names = IntStream.range(0, 101).mapToObj(n -> "t" + (1_000 + n)).toList();
    server
        .answer("ListTasks", page(names.subList(0, 100), "\"next\""))
        .answer("ListTasks", page(names.subList(100, 101), "null"))
        .answer("ListTasks", NOTHING_LISTED)
        .answer("DescribeTasks", running(names.subList(0, 100)))
        .answer("DescribeTasks", running(names.subList(100, 101)));
    List<TaskStatus> listed = launcher.list();
    assertThat(listed).extracting(one -> one.id().value()).containsExactlyElementsOf(names);
    TaskStatus one = listed.getFirst();
    assertThat(one.phase()).isEqualTo(new Phase.Running());
    assertThat(one.capacityClass()).isEqualTo(Task.SPOT);
    assertThat(one.labels()).containsExactly(Map.entry("fleet", "blue"));
    assertThat(one.asked()).hasToString("2026-11-21T10:00:00.123Z");
    assertThat(one.started()).hasToString("Optional[2026-11-21T10:01:00.500Z]");
    assertThat(server.asked("ListTasks"))
        .extracting(asked -> asked.path("nextToken").asText(""))
        .containsExactly("", "next", "");
    assertThat(server.asked("DescribeTasks"))
        .extracting(asked -> asked.path("tasks").size(), asked -> asked.path("include").toString())
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(100, "[\"TAGS\"]"),
            org.assertj.core.api.Assertions.tuple(1, "[\"TAGS\"]"));
  }

  private static String page(List<String> names, String next) {
    List<String> arns = names.stream().map(name -> '"' + arn("arn-of-" + name) + '"').toList();
    return "{\"taskArns\": [" + String.join(",", arns) + "], \"nextToken\": " + next + "}";
  }

  private static String running(List<String> names) {
    return tasks(
        names.stream()
            .map(name -> described(name, "RUNNING", "\"startedAt\": 1795255260.5"))
            .toArray(String[]::new));
  }

  @Test
  void tellsEachChange() {
    startsTasks();
    Changes changes = new Changes();
    try (Watch _ = launcher.watch(changes)) {
      launcher.launch(plain());
      launcher.heard("{}");
      changes.await(ID, status -> status.phase() instanceof Phase.Placing);
      knows(described(ID.value(), "PENDING", ""));
      launcher.heard("{}");
      changes.await(ID, status -> status.phase() instanceof Phase.Starting);
      knows(described(ID.value(), "RUNNING", "\"startedAt\": 1795255260.5"));
      launcher.heard("{}");
      changes.await(ID, status -> status.phase() instanceof Phase.Running);
      knows(described(ID.value(), "STOPPED", exited(3)));
      launcher.heard("{}");
      assertThat(changes.await(ID, TaskStatus::hasEnded).ending()).contains(new Ending.Exited(3));
    }
  }

  @Test
  void stopsATask() {
    startsTasks();
    server.answer("StopTask", "{}");
    launcher.stop(ID, Duration.ZERO);
    assertThat(server.asked("StopTask")).isEmpty();
    launcher.launch(plain());
    launcher.stop(ID, Duration.ofHours(1));
    JsonNode stop = server.asked("StopTask").getFirst();
    assertThat(stop.path("task").asText()).isEqualTo(arn("arn-of-report-17"));
    assertThat(stop.path("cluster").asText()).isEqualTo("ekiden");
    knows(described(ID.value(), "STOPPED", exited(143)));
    launcher.stop(ID, Duration.ZERO);
    assertThat(server.asked("StopTask")).hasSize(1);
    assertThat(launcher.find(ID).orElseThrow().ending()).contains(new Ending.Signaled(15));
  }

  @Test
  void removesOnlyWhatHasEnded() {
    startsTasks();
    server.answer("TagResource", "{}");
    launcher.remove(ID);
    launcher.launch(plain());
    assertThatThrownBy(() -> launcher.remove(ID))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(ID.value());
    String ended = described(ID.value(), "STOPPED", exited(0));
    knows(ended);
    launcher.remove(ID);
    assertThat(server.asked("TagResource"))
        .singleElement()
        .satisfies(tag -> assertThat(tag.path("tags").toString()).contains(EcsTags.REMOVED));
    knows(ended.replace("\"tags\": [", "\"tags\": [{\"key\": \"ekiden:removed\"}, "));
    assertThat(launcher.find(ID)).isEmpty();
    assertThat(launcher.list()).isEmpty();
    assertThat(launcher.result(ID)).isEmpty();
  }

  @Test
  void readsALog() {
    startsTasks();
    assertThatThrownBy(() -> launcher.log(ID, LogPosition.START, 100))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(ID.value());
    launcher.launch(plain());
    server.refuse("GetLogEvents", "ResourceNotFoundException", "The specified log stream ...");
    LogPage none = launcher.log(ID, LogPosition.START, 100);
    assertThat(none.lines()).isEmpty();
    assertThat(none.isEnd()).isFalse();
    server
        .now("GetLogEvents", events("f/1", "1000 one", "1000 two"))
        .answer("GetLogEvents", events("f/2"))
        .answer("GetLogEvents", events("f/3", "1001 three"))
        .answer("GetLogEvents", events("f/3"));
    LogPage first = launcher.log(ID, LogPosition.START, 5);
    assertThat(first.lines()).extracting(LogLine::text).containsExactly("one", "two");
    JsonNode asked = server.asked("GetLogEvents").getLast();
    assertThat(asked.path("logGroupName").asText()).isEqualTo("/ekiden/test");
    assertThat(asked.path("logStreamName").asText()).isEqualTo("test/task/arn-of-report-17");
    assertThat(asked.path("startFromHead").asBoolean()).isTrue();
    knows(described(ID.value(), "STOPPED", exited(0)));
    server
        .now("GetLogEvents", events("f/1", "1000 one", "1000 two"))
        .answer("GetLogEvents", events("f/2"))
        .answer("GetLogEvents", events("f/3", "1001 three"))
        .answer("GetLogEvents", events("f/3"));
    LogPage rest = launcher.log(ID, first.next(), 1_000);
    assertThat(rest.lines()).extracting(LogLine::text).containsExactly("three");
    assertThat(rest.droppedBytes()).isZero();
    assertThat(rest.isEnd()).isTrue();
    assertThat(server.asked("GetLogEvents").getLast().path("startTime").asLong()).isEqualTo(1000);
  }

  private static String events(String token, String... lines) {
    List<String> events =
        List.of(lines).stream()
            .map(line -> line.split(" ", 2))
            .map(parts -> "{\"timestamp\": " + parts[0] + ", \"message\": \"" + parts[1] + "\"}")
            .toList();
    return "{\"events\": ["
        + String.join(",", events)
        + "], \"nextForwardToken\": \""
        + token
        + "\"}";
  }

  @Test
  void hearsThatATaskIsAboutToBeTakenAway() {
    String event =
        """
        {"version": "0", "id": "9bcdac79-b31f-4d3d-9410-fbd727c29fab",
         "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333",
         "time": "2026-11-21T10:02:03Z", "region": "eu-central-1",
         "resources": ["arn:aws:ecs:eu-central-1:111122223333:task/b99d40b3"],
         "detail": {"clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/default",
           "createdAt": "2026-11-21T09:00:00Z", "desiredStatus": "STOPPED", "lastStatus": "RUNNING",
           "stoppedReason": "Your Spot Task was interrupted.", "stopCode": "SpotInterruption",
           "overrides": {"containerOverrides": [{"name": "task", "environment": [
             {"name": "EKIDEN_TASK", "value": "report-17"}]}]},
           "taskArn": "arn:aws:ecs:eu-central-1:111122223333:task/b99d40b3"}}\
        """;
    for (String code : List.of("SpotInterruption", "TerminationNotice")) {
      SpotWarning warning = launcher.heard(event.replace("SpotInterruption", code)).orElseThrow();
      assertThat(warning.task()).isEqualTo(ID);
      assertThat(warning.arn()).endsWith("b99d40b3");
      assertThat(warning.at()).hasToString("2026-11-21T10:02:03Z");
    }
    assertThat(launcher.heard(event.replace("SpotInterruption", "UserInitiated"))).isEmpty();
    assertThat(launcher.heard(event.replace("EKIDEN_TASK", "OTHER"))).isEmpty();
    assertThat(launcher.heard(event.replace("Task State", "Deployment State"))).isEmpty();
    assertThatThrownBy(() -> launcher.heard("no JSON"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void thePolicyThatWeShipAllowsExactlyWhatIsAskedFor() throws IOException {
    startsTasks();
    server
        .answer("StopTask", "{}")
        .answer("TagResource", "{}")
        .answer("GetLogEvents", events("f/1"));
    launcher.launch(task().build());
    launcher.stop(ID, Duration.ZERO);
    launcher.log(ID, LogPosition.START, 100);
    knows(described(ID.value(), "STOPPED", exited(143)));
    launcher.remove(ID);
    Set<String> needed = new TreeSet<>(Set.of("iam:PassRole"));
    server
        .asked()
        .forEach(
            one -> needed.add((one.target().startsWith(ECS) ? "ecs:" : "logs:") + one.operation()));
    JsonNode policy =
        EcsServer.JSON.readTree(Files.readString(Path.of("../deploy/ecs/launcher-policy.json")));
    Set<String> allowed = new TreeSet<>();
    for (JsonNode statement : policy.path("Statement")) {
      JsonNode action = statement.path("Action");
      if (action.isTextual()) {
        allowed.add(action.asText());
      }
      action.forEach(one -> allowed.add(one.asText()));
    }
    assertThat(allowed).isEqualTo(needed);
  }

  @Test
  void saysNothingOfWhatATaskDoesNotHave() {
    EcsOptions bare =
        EcsOptions.of("test", "r", "c", new VpcNetwork(List.of("s"), List.of(), false), "role");
    FargateRequest request = new FargateRequest(plain(), bare);
    assertThat(RequestJson.compact(request.run())).doesNotContain("command", "securityGroups");
    assertThat(RequestJson.compact(request.definition())).doesNotContain("secrets", "taskRole");
  }

  @Test
  void checksItsOptions() {
    VpcNetwork network = options.network();
    assertThatThrownBy(() -> EcsOptions.of("Upper", "r", "c", network, "role"))
        .isInstanceOf(IllegalArgumentException.class);
    List<String> most = IntStream.range(0, VpcNetwork.MAX_SUBNETS).mapToObj(n -> "s" + n).toList();
    assertThat(new VpcNetwork(most, List.of(), true).subnets()).hasSize(16);
    assertThatThrownBy(() -> new VpcNetwork(List.of(), List.of(), true))
        .isInstanceOf(IllegalArgumentException.class);
    List<String> groups = List.of("1", "2", "3", "4", "5", "6");
    assertThatThrownBy(() -> new VpcNetwork(most, groups, true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(options.withEndpoint(URI.create("http://x")).endpoint()).isPresent();
  }
}
