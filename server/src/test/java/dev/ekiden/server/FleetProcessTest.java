package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.RuntimeFile;
import dev.ekiden.testkit.TestEngine;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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

      assertThat(connections("ekiden worker")).as("of both, at most").isBetween(2, 4);
      assertThat(connections("ekiden worker jobs")).as("while none runs").isZero();

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
    assertThat(ekiden(ExitCode.OK, "fleets", "list")).containsPattern("crew +elsewhere +2 ");
    assertThat(ekiden(ExitCode.OK, "fleets", "explain", "crew"))
        .contains("wants 2 workers: fixed 2: 2 workers, a fixed number")
        .contains("It started crew-");
    assertThat(ekiden(ExitCode.OK, "fleets", "tasks", "crew", "--ended"))
        .contains("working")
        .contains("ended by signal 9");
    assertThat(ekiden(ExitCode.OK, "fleets", "set", "crew", "--max", "4")).contains("MAX       4");
    assertThat(ekiden(ExitCode.USAGE, "fleets", "set", "crew", "--max", "1"))
        .contains("min must be at most max, which is 1, not 2");
    assertThat(ekiden(ExitCode.USAGE, "fleets", "set", "crew", "--launcher", "docker"))
        .contains("launcher");
    assertThat(ekiden(ExitCode.USAGE, "fleets", "set", "crew", "--image", "x"))
        .contains("the launcher process runs this program");
    assertThat(ekiden(ExitCode.USAGE, "fleets", "set", "crew", "--backoff", "1s"))
        .contains("--backoff takes two times");
    assertThat(ekiden(ExitCode.NOT_FOUND, "fleets", "show", "nobody"))
        .contains("no fleet 'nobody'");
    Path file = directory.resolve("crew.yaml");
    Files.writeString(file, "name: crew\nqueues: elsewhere\nfixd: 2\n");
    assertThat(ekiden(ExitCode.USAGE, "fleets", "apply", "-f", file.toString()))
        .contains("crew.yaml:1: must have one of fixed, steps, goal");
    Files.writeString(file, "name: crew\nqueues: elsewhere\nfixed: 2\nmax: 5\nslots: 2\n");
    String[] dryRun = {"fleets", "apply", "-f", file.toString(), "--dry-run"};
    for (int time = 0; time < 2; time++) {
      assertThat(ekiden(ExitCode.OK, dryRun).lines())
          .startsWith("fleet crew would change", "  max: 4 -> 5")
          .contains("  scaleInAfterSeconds: 0.0 -> 60.0");
    }
    assertThat(ekiden(ExitCode.OK, "fleets", "apply", "-f", file.toString()))
        .contains("fleet crew changed, revision 3");
    assertThat(ekiden(ExitCode.OK, dryRun).lines()).containsExactly("fleet crew is so already");
    Files.writeString(file, "name: other\nqueues: elsewhere\nfixed: 1\n");
    assertThat(ekiden(ExitCode.OK, dryRun).lines()).containsExactly("fleet other would be made");
    Files.writeString(file, "name: other\nqueues: elsewhere\nfixed: 1\nlauncher: ecs\nimage: x\n");
    assertThat(ekiden(ExitCode.USAGE, dryRun)).contains("launcher must be one of", "not 'ecs'");
    Files.writeString(file, "name: crew\nqueues: elsewhere\nfixed: 2\nmax: 5\nslots: 2\n");
    assertThat(ekiden(ExitCode.OK, "fleets", "apply", "-f", file.toString()))
        .contains("fleet crew is so already");
  }

  /** Runs a command; answers all that it said. */
  private String ekiden(int exitCode, String... args) {
    StringWriter said = new StringWriter();
    Terminal terminal =
        new Terminal(
            new BufferedReader(new StringReader("")),
            new PrintWriter(said, true),
            new PrintWriter(said, true),
            false);
    Map<String, String> environment = Map.of("EKIDEN_DIRECTORY", state().toString());
    int code =
        Ekiden.commandLine(List.of(new SampleApplication()), terminal, environment).execute(args);
    assertThat(code).as(said.toString()).isEqualTo(exitCode);
    return said.toString();
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

  private int connections(String name) throws Exception {
    RuntimeFile runtime = RuntimeFile.read(state()).orElseThrow();
    try (Connection connection =
            DriverManager.getConnection(runtime.databaseUrl(), runtime.databaseUser(), password());
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = ?")) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  private String password() throws Exception {
    return Files.readString(Path.of(RuntimeFile.read(state()).orElseThrow().passwordFile()))
        .strip();
  }

  private Path state() {
    return directory.resolve(".ekiden");
  }
}
