package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.server.config.RuntimeFile;
import dev.ekiden.testkit.TestEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A fleet of real processes, of which some are killed, and the server too. */
final class FleetProcessTest {
  private static final String FLEET = "/api/v1/fleets/crew";

  @TempDir Path directory;
  private final Set<Long> workers = new TreeSet<>();

  /** A test that failed half-way leaves nothing behind. */
  @AfterEach
  void clean() {
    workers.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    EmbeddedPostgres.delete(state().resolve("postgres"));
  }

  @Test
  void workersAreReplacedAndOutliveTheServer() throws Exception {
    List<String> tasks;
    try (ChildProcess up = up()) {
      Http http = http();
      Http.Answer made =
          http.put(
              FLEET,
              """
              {"queues": ["elsewhere"], "slots": 2, "policy": {"fixed": 2}, "max": 3,
               "mix": [{"class": "on-demand"}, {"class": "spot"}], "scaleInAfterSeconds": 0,
               "memoryMib": 512}
              """);
      assertThat(made.status()).as(made.body()).isEqualTo(200);
      awaitWorking(http, 2);
      assertThat(alive()).as("the server runs nothing itself").doesNotContain(up.pid());
      String password = password();
      for (long pid : alive()) {
        assertThat(proc(pid, "cmdline")).contains("worker").doesNotContain(password);
        assertThat(proc(pid, "environ")).doesNotContain(password);
      }

      // One is killed: another takes its place.
      long killed = alive().getFirst();
      ProcessHandle.of(killed).orElseThrow().destroyForcibly();
      TestEngine.awaitUntil(
          "its end is noted", () -> endings(http).contains("crashed: ended by signal 9"));
      awaitWorking(http, 2);
      assertThat(run(http)).isNotEqualTo(killed);
      aPersonLooks();
      tasks = working(http);
      up.kill();
      up.awaitExit();
    }
    assertThat(alive()).as("they go on").hasSize(2);
    try (ChildProcess up = up()) {
      Http http = http();
      awaitWorking(http, 2);
      assertThat(run(http)).isIn(alive());
      assertThat(working(http)).as("they are the same ones").isEqualTo(tasks);
      assertThat(http.delete(FLEET).status()).isEqualTo(204);
      TestEngine.awaitUntil("they end", () -> alive().isEmpty());
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(ExitCode.OK);
    }
  }

  private void aPersonLooks() throws Exception {
    try (ChildProcess list = ChildProcess.start(directory, Map.of(), "fleets", "list")) {
      assertThat(list.awaitExit()).as(list.err()).isEqualTo(ExitCode.OK);
      assertThat(list.out()).containsPattern("crew +elsewhere +2 ");
    }
    try (ChildProcess explain =
        ChildProcess.start(directory, Map.of(), "fleets", "explain", "crew")) {
      assertThat(explain.awaitExit()).as(explain.err()).isEqualTo(ExitCode.OK);
      assertThat(explain.out())
          .contains("wants 2 workers: fixed 2: 2 workers, a fixed number")
          .contains("It started crew-");
    }
    Path file = directory.resolve("crew.yaml");
    Files.writeString(file, "name: crew\nqueues: elsewhere\nfixd: 2\n");
    try (ChildProcess apply =
        ChildProcess.start(directory, Map.of(), "fleets", "apply", "-f", file.toString())) {
      assertThat(apply.awaitExit()).isEqualTo(ExitCode.USAGE);
      assertThat(apply.err()).contains("crew.yaml:1: must have one of fixed, steps, goal");
    }
  }

  /** Runs a job; answers the process that ran it. */
  private long run(Http http) {
    String location =
        http.post("/api/v1/jobs", "{\"definition\":\"later\",\"payload\":{\"name\":\"x\"}}")
            .header("Location");
    JsonNode job = http.get(location + "?waitSeconds=30").json();
    assertThat(job.path("state").asString()).as(job.toString()).isEqualTo("SUCCEEDED");
    return Long.parseLong(job.path("result").asString().replace("x by ", ""));
  }

  private void awaitWorking(Http http, int count) {
    TestEngine.awaitUntil(
        count + " work; " + http.get(FLEET + "/tasks?ended=true").body(),
        () ->
            working(http).size() == count
                && http.get(FLEET).json().path("workers").path("alive").asInt() == count);
    remember(http);
  }

  private static List<String> working(Http http) {
    List<String> ids = new ArrayList<>();
    http.get(FLEET + "/tasks")
        .json()
        .path("items")
        .forEach(task -> {
          if (task.path("phase").asString().equals("working")) {
            ids.add(task.path("id").asString());
          }
        });
    return ids;
  }

  private static List<String> endings(Http http) {
    List<String> endings = new ArrayList<>();
    http.get(FLEET + "/tasks?ended=true")
        .json()
        .path("items")
        .forEach(task ->
            endings.add(
                task.path("ending").asString("") + ": " + task.path("detail").asString("")));
    return endings;
  }

  /** Worker processes are known by the name that stands on their command line. */
  private void remember(Http http) {
    Set<String> names = new TreeSet<>(working(http));
    ProcessHandle.allProcesses()
        .filter(process -> names.stream().anyMatch(name -> isWorker(process.pid(), name)))
        .forEach(process -> workers.add(process.pid()));
  }

  private static boolean isWorker(long pid, String name) {
    return proc(pid, "cmdline").contains("--name\0" + name + "\0");
  }

  private List<Long> alive() {
    return workers.stream()
        .filter(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent())
        .toList();
  }

  private static String proc(long pid, String file) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(pid), file), StandardCharsets.ISO_8859_1);
    } catch (java.io.IOException e) {
      return "";
    }
  }

  private ChildProcess up() throws Exception {
    return ChildProcess.start(
            directory,
            Map.of(),
            "up",
            "--port",
            "0",
            "--public-port",
            "0",
            "--inline-workers",
            "false")
        .awaitText("is up.");
  }

  private Http http() throws Exception {
    return Http.to(RuntimeFile.read(state()).orElseThrow().address())
        .withToken(Files.readString(state().resolve("token")).strip());
  }

  private String password() throws Exception {
    return Files.readString(Path.of(RuntimeFile.read(state()).orElseThrow().passwordFile()))
        .strip();
  }

  private Path state() {
    return directory.resolve(".ekiden");
  }
}
