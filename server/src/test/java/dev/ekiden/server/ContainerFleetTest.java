package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.docker.DockerEngine;
import dev.ekiden.launch.docker.DockerLauncher;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.server.config.Setting;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Fleets of containers: what is refused, what is planned, what a container is started with. */
final class ContainerFleetTest {
  @RegisterExtension static final TestDatabase ofRefusals = TestDatabase.create("engine");
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  private static final String FLEET = "/api/v1/fleets/crew";
  private static final String IMAGE = DockerEngine.IMAGE + "-worker";

  /** Tells what it was given, and ends. */
  private static final String WORKER =
      """
      echo "arguments: $@"
      echo "task: $EKIDEN_TASK"
      echo "database: $EKIDEN_DATABASE_URL as $EKIDEN_DATABASE_USER"
      echo "password: $(cat "$EKIDEN_DATABASE_PASSWORD_FILE")"
      """;

  @TempDir Path directory;

  private RunningServer server(TestDatabase database, String launchers) throws Exception {
    Path file = directory.resolve("launchers.yaml");
    Files.writeString(file, launchers);
    return RunningServer.start(
        directory,
        database.address(),
        Map.of(Setting.LAUNCHERS, file.toString(), Setting.INLINE_WORKERS, "false"));
  }

  private static String fleet(String launcher, String image) {
    return """
    {"queues": ["elsewhere"], "launcher": "%s", "image": "%s", "slots": 2,
     "policy": {"fixed": 1}, "max": 1, "graceSeconds": 7}
    """
        .formatted(launcher, image);
  }

  @Test
  void whatCannotWorkIsRefusedAndWhatIsAwayKeepsNoServerFromStarting() throws Exception {
    try (RunningServer server =
        server(
            ofRefusals,
            """
            docker: {engine: "unix:///nowhere/docker.sock"}
            kubernetes: {namespace: tasks}
            """)) {
      Http http = server.http();
      Http.Answer refused = http.put(FLEET, fleet("kubernetes", "image:1"));
      assertThat(refused.status()).as(refused.body()).isEqualTo(422);
      assertThat(refused.json().path("detail").asString())
          .contains("kubernetes run on other machines", "set EKIDEN_DATABASE_URL");
      assertThat(http.put(FLEET, fleet("ecs", "image:1")).body())
          .contains("launcher must be one of docker, kubernetes, process, not 'ecs'");

      assertThat(http.put(FLEET, fleet("docker", "image:1")).status()).isEqualTo(200);
      Http.Answer plan = http.get(FLEET + "/plan");
      assertThat(plan.status()).as(plan.body()).isEqualTo(409);
      assertThat(plan.json().path("detail").asString())
          .contains("No Docker Engine answers at unix:///nowhere/docker.sock");
      TestEngine.awaitUntil(
          "it could not be placed; " + http.get(FLEET + "/tasks?ended=true").body(),
          () ->
              ended(http).path("detail").asString("").contains("No Docker Engine answers")
                  && ended(http).path("ending").asString().equals("not-started"));
      assertThat(http.get("/api/v1/fleets/none/plan").status()).isEqualTo(404);
    }
  }

  @Test
  void aContainerIsStartedAsAWorker() throws Exception {
    assumeTrue(
        DockerEngine.get().isPresent(),
        "skipped: no Docker Engine answers at $EKIDEN_DOCKER_HOST or /var/run/docker.sock");
    DockerEngine engine = DockerEngine.get().orElseThrow();
    engine.makeImage(IMAGE, WORKER);
    try (RunningServer server =
        server(database, "docker: {engine: \"%s\"}".formatted(engine.address()))) {
      DockerOptions ours =
          DockerOptions.of("fleets-" + server.engine().databaseId()).withEngine(engine.address());
      try (Launcher docker = DockerLauncher.connect(ours)) {
        Http http = server.http();
        Http.Answer made = http.put(FLEET, fleet("docker", IMAGE));
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        assertThat(http.get(FLEET + "/plan").json().path("plan").asString())
            .contains(
                IMAGE,
                "\"NetworkMode\" : \"host\"",
                "--name",
                "crew-next",
                "\"Entrypoint\" : null");
        TestEngine.awaitUntil("it ran", () -> ended(http).has("ending"));
        String task = ended(http).path("id").asString();
        assertThat(http.get(FLEET + "/tasks/" + task + "/log").json().path("items").valueStream())
            .extracting(line -> line.path("text").asString())
            .containsExactly(
                "arguments: worker --queues elsewhere --concurrency 2 --name "
                    + task
                    + " --drain 7s",
                "task: " + task,
                "database: " + database.address().url() + " as " + database.address().user(),
                "password: " + database.address().password());
        assertThat(http.delete(FLEET).status()).isEqualTo(204);
        TestEngine.awaitUntil(
            "none runs", () -> docker.list().stream().allMatch(TaskStatus::hasEnded));
        docker.list().forEach(status -> docker.remove(status.id()));
      }
    }
  }

  private static JsonNode ended(Http http) {
    return http.get(FLEET + "/tasks?ended=true").json().path("items").path(0);
  }
}
