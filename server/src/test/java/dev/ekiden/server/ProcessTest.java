package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.server.config.RuntimeFile;
import dev.ekiden.server.process.Version;
import dev.ekiden.testkit.TestEngine;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles as real processes. */
final class ProcessTest {
  @TempDir Path directory;

  /** A test that failed half-way leaves no PostgreSQL behind. */
  @AfterEach
  void clean() {
    EmbeddedPostgres.delete(postgres());
  }

  @Test
  void upRunsWorksAndStopsEverything() throws Exception {
    String token;
    String password;
    String database;
    try (ChildProcess up = up("--inline-workers", "false")) {
      up.awaitText("is up.");
      RuntimeFile runtime = RuntimeFile.read(state()).orElseThrow();
      assertThat(runtime.pid()).isEqualTo(up.pid());
      assertThat(runtime.publicAddresses()).containsKey("sample");
      token = Files.readString(state().resolve("token")).strip();
      password = Files.readString(Path.of(runtime.passwordFile())).strip();
      database = runtime.databaseUrl();
      Http http = Http.to(runtime.address()).withToken(token);

      aSecondOneIsRefused(up);
      aWorkerOfItsOwnRunsJobs(http);
      theCommandLineFindsIt(up);

      long postmaster = postmaster();
      assertThat(ProcessHandle.of(postmaster)).isPresent();
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(ExitCode.OK);
      assertThat(ProcessHandle.of(postmaster).filter(ProcessHandle::isAlive)).isEmpty();
      assertThat(postgres().resolve("data/postmaster.pid")).doesNotExist();
      assertThat(RuntimeFile.in(state())).doesNotExist();

      assertThat(up.err()).contains("Stopped.").doesNotContain(password).doesNotContain(token);
      assertThat(up.out()).doesNotContain(password);
      assertThat(up.out().split(token, -1)).as("the one console link").hasSize(2);
    }
    theNextOneHasTheJobsOfTheFirst(token, database);
  }

  @Test
  void aSecondSignalEndsAtOnce() throws Exception {
    try (ChildProcess up = up("--drain", "10m")) {
      up.awaitText("is up.");
      RuntimeFile runtime = RuntimeFile.read(state()).orElseThrow();
      Http http =
          Http.to(runtime.address()).withToken(Files.readString(state().resolve("token")).strip());
      String job =
          http.post("/api/v1/jobs", "{\"definition\":\"sleep\"}").json().path("id").asString("");
      TestEngine.awaitUntil(
          "the nap has begun", () -> http.get("/api/v1/jobs/" + job).json().has("startedAt"));
      up.terminate();
      up.awaitText("once more ends at once");
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(ExitCode.INTERRUPTED);
    }
  }

  @Test
  void aPortThatIsTakenIsExplained() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ChildProcess up =
            ChildProcess.start(
                directory, Map.of(), "up", "--port", Integer.toString(taken.getLocalPort()))) {
      assertThat(up.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(up.err())
          .contains("127.0.0.1:" + taken.getLocalPort())
          .contains("process " + ProcessHandle.current().pid())
          .containsPattern("--port \\d+");
      assertThat(postgres()).as("PostgreSQL is not even prepared").doesNotExist();
    }
  }

  @Test
  void theDatabaseHasThePortThatIsAskedFor() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (ChildProcess up = up("--database-port", Integer.toString(port))) {
      up.awaitText("is up.");
      assertThat(RuntimeFile.read(state()).orElseThrow().databaseUrl()).contains(":" + port + "/");
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(ExitCode.OK);
    }
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      try (ChildProcess up = up("--database-port", Integer.toString(taken.getLocalPort()))) {
        assertThat(up.awaitExit()).isEqualTo(ExitCode.FAILED);
        assertThat(up.err()).contains("Port " + port).contains("--database-port");
      }
      try (ChildProcess up = up()) {
        up.awaitText("belongs to another program now");
        up.awaitText("is up.");
        up.terminate();
        assertThat(up.awaitExit()).isEqualTo(ExitCode.OK);
      }
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsWaitedForUpToALimit() throws Exception {
    try (ChildProcess server =
        ChildProcess.start(
            directory,
            Map.of(
                "EKIDEN_DATABASE_URL",
                "jdbc:postgresql://127.0.0.1:1/none",
                "EKIDEN_DATABASE_USER",
                "me",
                "EKIDEN_DATABASE_PASSWORD",
                "top-secret"),
            "server",
            "--port",
            "0",
            "--database-wait",
            "2s")) {
      server.awaitText("Waiting for PostgreSQL at jdbc:postgresql://127.0.0.1:1/none as me");
      assertThat(server.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(server.err())
          .contains("did not answer within 2s")
          .contains("--database-wait")
          .doesNotContain("top-secret");
    }
  }

  @Test
  void rolesWithoutADatabaseSayWhatToDo() throws Exception {
    for (String role : new String[] {"worker", "migrate"}) {
      try (ChildProcess process = ChildProcess.start(directory, Map.of(), role)) {
        assertThat(process.awaitExit()).isEqualTo(ExitCode.NO_SERVER);
        assertThat(process.err()).contains("EKIDEN_DATABASE_URL").contains("ekiden up");
      }
    }
    try (ChildProcess process = ChildProcess.start(directory, Map.of(), "server", "--port", "0")) {
      assertThat(process.awaitExit()).isEqualTo(ExitCode.USAGE);
      assertThat(process.err()).contains("EKIDEN_DATABASE_URL").contains("ekiden up");
    }
  }

  @Test
  void theDemoPlaysAndTellsWhatItMeasured() throws Exception {
    Path figures = directory.resolve("figures.json");
    try (ChildProcess demo =
        ChildProcess.start(
            directory, Map.of(), "demo", "sample", "--seed", "7", "--json", figures.toString())) {
      assertThat(demo.awaitExit()).as(demo.err()).isEqualTo(ExitCode.OK);
      assertThat(demo.out())
          .contains("MEASURE")
          .contains("greetings")
          .contains("= 2")
          .contains("yes");
      assertThat(demo.err()).contains("greeting  100 %");
      var rows = Json.MAPPER.readTree(Files.readAllBytes(figures));
      assertThat(rows).hasSize(3);
      assertThat(rows.get(0).path("name").asString("")).isEqualTo("greetings");
      assertThat(rows.get(0).path("value").asDouble()).isEqualTo(2);
      assertThat(rows.get(0).path("goal").asString("")).isEqualTo("= 2");
      assertThat(rows.get(0).path("met").asBoolean()).isTrue();
      assertThat(rows.get(1).path("value").asDouble()).isEqualTo(7);
      assertThat(rows.get(2).path("value").asDouble()).isZero();
    }
    try (ChildProcess again = ChildProcess.start(directory, Map.of(), "demo", "--full")) {
      assertThat(again.awaitExit()).as(again.err()).isEqualTo(ExitCode.OK);
    }
    try (ChildProcess unknown = ChildProcess.start(directory, Map.of(), "demo", "nothing")) {
      assertThat(unknown.awaitExit()).isEqualTo(ExitCode.USAGE);
      assertThat(unknown.err()).contains("there are: sample");
    }
    EmbeddedPostgres.delete(state().resolve("demo").resolve("postgres"));
  }

  private void aSecondOneIsRefused(ChildProcess first) throws Exception {
    try (ChildProcess second = up()) {
      assertThat(second.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(second.err()).contains("process " + first.pid());
    }
  }

  private void aWorkerOfItsOwnRunsJobs(Http http) throws Exception {
    String job =
        http.post("/api/v1/jobs", "{\"definition\":\"later\",\"payload\":{\"name\":\"job\"}}")
            .json()
            .path("id")
            .asString("");
    try (ChildProcess worker =
        ChildProcess.start(
            directory, Map.of(), "worker", "--queues", "elsewhere", "--concurrency", "2")) {
      worker.awaitText("queues elsewhere, 2 at once");
      worker.awaitText("definitions convert, fail, greet, later, sleep");
      String result =
          http.get("/api/v1/jobs/" + job + "?waitSeconds=30").json().path("result").asString("");
      assertThat(result).isEqualTo("job by " + worker.pid());
      worker.terminate();
      assertThat(worker.awaitExit()).isEqualTo(ExitCode.OK);
    }
    try (ChildProcess wrong =
        ChildProcess.start(directory, Map.of(), "worker", "--queues", "none,greetings")) {
      assertThat(wrong.awaitExit()).isEqualTo(ExitCode.USAGE);
      assertThat(wrong.err())
          .contains("uses none")
          .contains("known are conversions, elsewhere, failures");
    }
  }

  private void theCommandLineFindsIt(ChildProcess up) throws Exception {
    try (ChildProcess status = ChildProcess.start(directory, Map.of(), "status")) {
      assertThat(status.awaitExit()).isEqualTo(ExitCode.OK);
      assertThat(status.out()).contains(Long.toString(up.pid())).contains(Version.current());
    }
  }

  private void theNextOneHasTheJobsOfTheFirst(String token, String database) throws Exception {
    try (ChildProcess up = up()) {
      up.awaitText("is up.");
      RuntimeFile runtime = RuntimeFile.read(state()).orElseThrow();
      Http http = Http.to(runtime.address()).withToken(token);
      assertThat(http.get("/api/v1/jobs").json().path("items")).hasSize(1);
      assertThat(runtime.databaseUrl()).as("on the same port").isEqualTo(database);
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(ExitCode.OK);
    }
  }

  private ChildProcess up(String... more) throws Exception {
    String[] args = new String[more.length + 3];
    args[0] = "up";
    args[1] = "--port";
    args[2] = "0";
    System.arraycopy(more, 0, args, 3, more.length);
    return ChildProcess.start(directory, Map.of(), args);
  }

  private long postmaster() throws Exception {
    return Long.parseLong(
        Files.readAllLines(postgres().resolve("data/postmaster.pid")).getFirst().strip());
  }

  private Path state() {
    return directory.resolve(".ekiden");
  }

  private Path postgres() {
    return state().resolve("postgres");
  }
}
