package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.JobState;
import dev.ekiden.server.SampleApplication.Greeting;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Every verb against a real server, with its output and exit code. */
final class CommandLineTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir static Path directory;
  private static RunningServer server;

  /** What a command did. */
  private record Run(int exitCode, String out, String err) {
    JsonNode json() {
      return Json.MAPPER.readTree(out);
    }
  }

  @BeforeAll
  static void start() {
    server = RunningServer.start(directory, database.address());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void jobsAreSubmittedAndWaitedFor() {
    Run run = ekiden("jobs", "submit", "greet", "--payload", "{\"name\":\"愛子\"}", "--wait");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("SUCCEEDED").contains("Hello, 愛子").contains("ATTEMPT");
    Run failed =
        ekiden("jobs", "submit", "fail", "--payload", "{\"name\":\"x\"}", "--wait", "-o", "json");
    assertThat(failed.exitCode()).isEqualTo(ExitCode.UNSUCCESSFUL);
    assertThat(failed.json().path("state").asString("")).isEqualTo("FAILED");
    assertThat(failed.json().path("error").asString("")).contains("no x");
  }

  @Test
  void payloadsComeFromFilesAndStandardInputToo() throws Exception {
    Path file = Files.writeString(directory.resolve("greeting.json"), "{\"name\":\"file\"}");
    assertThat(ekiden("jobs", "submit", "greet", "--payload", "@" + file, "--wait").out())
        .contains("Hello, file");
    assertThat(
            ekidenWith("{\"name\":\"pipe\"}", "jobs", "submit", "greet", "--payload", "-", "--wait")
                .out())
        .contains("Hello, pipe");
    Path lines =
        Files.writeString(
            directory.resolve("lines.jsonl"), "{\"name\":\"a\"}\n\n{\"name\":\"b\"}\n");
    assertThat(
            ekiden("jobs", "submit", "greet", "--lines", lines.toString(), "-o", "jsonl")
                .out()
                .lines())
        .hasSize(2);
    Path wrong = Files.writeString(directory.resolve("wrong.jsonl"), "{}\n{oops\n");
    Run refused = ekiden("jobs", "submit", "greet", "--lines", wrong.toString());
    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("line 2");
  }

  @Test
  void aRequestIdEnqueuesOnce() {
    String first = id(ekiden("jobs", "submit", "later", "--request-id", "r1", "-o", "json"));
    String second = id(ekiden("jobs", "submit", "later", "--request-id", "r1", "-o", "json"));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void jobsAreListedInAllFormats() {
    for (int i = 0; i < 3; i++) {
      ekiden("jobs", "submit", "later", "--delay", "1h", "--priority", "9");
    }
    Run table = ekiden("jobs", "list", "--state", "scheduled", "--limit", "2");
    assertThat(table.out().lines().toList()).hasSize(3);
    assertThat(table.out()).startsWith("ID").contains("later").contains("SCHEDULED");
    assertThat(table.err()).contains("--cursor");
    Run json = ekiden("jobs", "list", "--state", "scheduled,failed", "-o", "json");
    assertThat(json.json().path("items").size()).isGreaterThanOrEqualTo(3);
    Run lines = ekiden("jobs", "list", "--state", "scheduled", "--limit", "2", "-o", "jsonl");
    assertThat(lines.out().lines().map(Json.MAPPER::readTree).toList()).hasSize(2);
  }

  @Test
  void oneJobIsShownSteeredAndExplained() {
    String id = id(ekiden("jobs", "submit", "later", "--delay", "2h", "-o", "json"));
    assertThat(ekiden("jobs", "get", id).out()).contains("SCHEDULED").contains("elsewhere");
    assertThat(ekiden("jobs", "explain", id).out()).contains("delayed");
    assertThat(ekiden("jobs", "explain", id, "-o", "json").json().path("id").asString(""))
        .isEqualTo(id);
    assertThat(ekiden("jobs", "wait", id, "--timeout", "0").exitCode()).isEqualTo(ExitCode.PENDING);
    Run timeout = ekiden("jobs", "wait", id, "--timeout", "1s");
    assertThat(timeout.exitCode()).isEqualTo(ExitCode.DECLINED);
    assertThat(timeout.err()).contains("still SCHEDULED");
    assertThat(ekiden("jobs", "retry", id).out()).contains("READY");
    assertThat(ekiden("jobs", "cancel", id).out()).contains("CANCELED");
    assertThat(ekiden("jobs", "wait", id).exitCode()).isEqualTo(ExitCode.UNSUCCESSFUL);
    Run again = ekiden("jobs", "cancel", id);
    assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(again.err()).contains("job-state");
  }

  @Test
  void logsArePrintedAsText() throws Exception {
    Run run =
        ekiden(
            "jobs", "submit", "greet", "--payload", "{\"name\":\"log\"}", "--wait", "-o", "json");
    TestEngine.awaitUntil(
        "the log is there", () -> !ekiden("jobs", "logs", id(run)).out().isEmpty());
    assertThat(ekiden("jobs", "logs", id(run)).out().strip()).isEqualTo("greeting log");
    assertThat(ekiden("jobs", "logs", id(run), "--attempt", "2").out()).isEmpty();
    assertThat(ekiden("jobs", "logs", id(run), "-o", "jsonl").out()).contains("\"attempt\":1");
  }

  @Test
  void retentionIsSetForAllAndForOne() {
    assertThat(ekiden("retention", "list").out()).contains("(all others)", "7", "30");
    assertThat(ekiden("retention", "set", "--definition", "greet", "--failed", "99").exitCode())
        .isEqualTo(ExitCode.OK);
    assertThat(ekiden("retention", "list").out()).containsPattern("greet +7 +99");
    assertThat(ekiden("retention", "set", "--succeeded", "0").err()).contains("1 to 400");
    assertThat(ekiden("retention", "set").err()).contains("give --succeeded or --failed");
    assertThat(ekiden("retention", "remove", "greet").err())
        .contains("common policy holds for greet");
    assertThat(ekiden("retention", "list").out()).doesNotContain("greet");
  }

  @Test
  void queuesArePausedAndResumed() {
    assertThat(ekiden("queues", "list").out()).contains("QUEUE").contains("greetings");
    assertThat(ekiden("queues", "depth", "greetings").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(ekiden("queues", "depth", "naps", "--by", "group", "--only", "nobody").out())
        .contains("GROUP", "SCHEDULED", "OLDEST");
    assertThat(ekiden("queues", "depth", "naps", "--by", "key").err())
        .contains("definition, group");
    Run paused = ekiden("queues", "pause", "naps", "--reason", "夜間", "-o", "json");
    assertThat(paused.json().path("pausedReason").asString("")).isEqualTo("夜間");
    assertThat(ekiden("queues", "list").out()).contains("夜間");
    assertThat(ekiden("queues", "resume", "naps", "-o", "json").json().path("paused").asBoolean())
        .isFalse();
  }

  @Test
  void aRedriveShowsTheCountAndAsks() throws Exception {
    long id = server.engine().enqueue(SampleApplication.FAIL.request(new Greeting("r"))).id();
    server.engine().jobs().await(id, TestEngine.PATIENCE);

    Run nobody = ekiden("queues", "redrive", "failures");
    assertThat(nobody.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(nobody.err()).contains("failed jobs of queue failures").contains("--yes");
    Run no = run(terminal("n\n", true), "queues", "redrive", "failures");
    assertThat(no.exitCode()).isEqualTo(ExitCode.DECLINED);
    assertThat(server.engine().jobs().get(id).attempt()).isEqualTo(1);
    assertThat(
            ekiden("queues", "redrive", "failures", "--dry-run", "-o", "json")
                .json()
                .path("jobs")
                .asInt())
        .isPositive();
    assertThat(ekiden("queues", "redrive", "failures", "--yes").exitCode()).isEqualTo(ExitCode.OK);
    TestEngine.awaitUntil(
        "it has failed again",
        () ->
            server.engine().jobs().get(id).attempt() == 2
                && server.engine().jobs().get(id).state() == JobState.FAILED);
    Run yes = run(terminal("y\n", true), "queues", "redrive", "failures");
    assertThat(yes.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void schedulesLiveTheirLife() {
    assertThat(
            ekiden(
                    "schedules",
                    "put",
                    "nightly",
                    "--definition",
                    "later",
                    "--cron",
                    "0 3 * * *",
                    "--zone",
                    "Asia/Tokyo",
                    "--payload",
                    "{\"name\":\"夜\"}")
                .out())
        .contains("0 3 * * *")
        .contains("NEXT FIRINGS")
        .contains("夜");
    assertThat(ekiden("schedules", "list").out()).contains("nightly").contains("Asia/Tokyo");
    assertThat(ekiden("schedules", "get", "nightly", "-o", "json").json().path("nextFirings"))
        .hasSize(5);
    assertThat(
            ekiden("schedules", "pause", "nightly", "-o", "json").json().path("paused").asBoolean())
        .isTrue();
    assertThat(
            ekiden("schedules", "resume", "nightly", "-o", "json")
                .json()
                .path("paused")
                .asBoolean())
        .isFalse();
    assertThat(
            ekiden("schedules", "run", "nightly", "-o", "json").json().path("created").asBoolean())
        .isTrue();
    assertThat(ekiden("schedules", "remove", "nightly").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(ekiden("schedules", "remove", "nightly", "--yes").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(ekiden("schedules", "get", "nightly").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(ekiden("schedules", "put", "p", "--definition", "later", "--every", "90s").out())
        .contains("every 1m30s");
  }

  @Test
  void schedulesKeepToCalendarsAndTellTheirFirings() throws IOException {
    Path holidays =
        Files.writeString(directory.resolve("holidays.txt"), "2026-01-01\n2026-01-12\n");
    assertThat(ekiden("business-calendars", "put", "japan", "--holidays", "@" + holidays).out())
        .contains("SATURDAY, SUNDAY")
        .contains("2026-01-12");
    assertThat(ekiden("business-calendars", "list").out()).contains("japan");
    String line =
        "schedules put pay --definition later --cron 0_9_25_*_* --calendar japan --day-rule previous"
            + " --missed run-all --overlap buffer --start-before 2h";
    String[] words = line.split(" ");
    Arrays.setAll(words, i -> words[i].replace('_', ' '));
    Run put = ekiden(words);
    assertThat(put.out())
        .containsPattern("IF MISSED +run-all, at most 100")
        .containsPattern("OVERLAP +buffer")
        .containsPattern("START BEFORE +2h")
        .containsPattern("DAYS OFF +previous");
    assertThat(ekiden("schedules", "firings", "pay").out()).contains("OUTCOME");
    assertThat(ekiden("business-calendars", "remove", "japan", "--yes").err())
        .contains("schedule 'pay' keeps to");
    assertThat(ekiden("schedules", "remove", "pay", "--yes").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(ekiden("business-calendars", "remove", "japan", "--yes").exitCode())
        .isEqualTo(ExitCode.OK);
    assertThat(ekiden("business-calendars", "get", "japan").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void workersDefinitionsAndTheServerAreShown() {
    assertThat(ekiden("workers", "list").out())
        .contains("greetings, failures, naps")
        .containsPattern("HOST +PID")
        .contains(Long.toString(ProcessHandle.current().pid()));
    assertThat(ekiden("definitions", "list").out())
        .contains("greet")
        .contains("greetings")
        .as("no timeout is told in words")
        .containsPattern("sleep .*none");
    assertThat(ekiden("definitions", "get", "fail").out())
        .contains("java.io.IOException: retry, not counted")
        .contains("timeout: fail");
    assertThat(ekiden("definitions", "get", "nope").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(ekiden("status").out())
        .contains(server.address().toString())
        .contains("sample " + server.publicAddress());
    assertThat(ekiden("openapi").out()).startsWith("openapi: 3.1.0");
    assertThat(ekiden("openapi", "sample").out()).contains("title: Sample");
    assertThat(ekiden("openapi", "none").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(ekiden("sample", "clock").out()).startsWith("clock");
  }

  @Test
  void aMistakeIsToldInAFewLinesAndNotBuried() {
    assertThat(ekiden("jobs", "submit", "greet", "--prio", "5").err().lines())
        .first()
        .isEqualTo("ekiden: Unknown options: '--prio', '5'");
    Run missing = ekiden("jobs");
    assertThat(missing.err().lines())
        .startsWith("ekiden: say what to do after `ekiden jobs`")
        .endsWith("Try `ekiden jobs --help`.")
        .anyMatch(line -> line.matches("  submit +Enqueues a job.*"));
    Run typo = ekiden("job", "list");
    assertThat(typo.err())
        .contains("there is no verb 'job' in ekiden")
        .contains("Did you mean")
        .contains("jobs");
    assertThat(ekiden("jobs", "lst").err()).contains("no verb 'lst' in ekiden jobs");
    Run required = ekiden("schedules", "put", "x");
    assertThat(required.err().lines())
        .containsExactly(
            "ekiden: Missing required option: '--definition=DEFINITION'",
            "Try `ekiden schedules put --help`.");
  }

  @Test
  void helpKnowsTheVerbs() {
    Run help = ekiden("help", "jobs", "submit");
    assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(help.out())
        .isEqualTo(ekiden("jobs", "submit", "--help").out())
        .contains("definitions list");
    assertThat(ekiden("help", "up").out()).contains("--database-port");
    assertThat(ekiden("help").out()).contains("jobs").contains("Exit codes");
    Run unknown = ekiden("help", "jobs", "fly");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("no verb 'fly' in ekiden jobs").contains("submit");
  }

  @Test
  void anUnknownDefinitionAndAMisspeltFieldSayWhatThereIs() {
    assertThat(ekiden("jobs", "submit", "gret").err())
        .contains("did you mean 'greet'? known are greet, ")
        .contains("later");
    Run misspelt = ekiden("jobs", "submit", "greet", "--payload", "{\"nmae\":\"Aiko\"}");
    assertThat(misspelt.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(misspelt.err())
        .contains("field 'nmae' is unknown; allowed are name")
        .contains("payload.nmae");
  }

  @Test
  void timesTellTheirZone() {
    ekiden("jobs", "submit", "greet", "--payload", "{\"name\":\"x\"}", "--wait");
    assertThat(ekiden("jobs", "list", "--definition", "greet").out())
        .containsPattern("\\d{2}:\\d{2}:\\d{2}[+-]\\d{2}:\\d{2}");
  }

  @Test
  void theCompletionScriptKnowsTheVerbs() {
    assertThat(ekiden("completion").out())
        .contains("ekiden")
        .contains("redrive")
        .contains("_complete");
  }

  @ParameterizedTest
  @CsvSource({
    "jobs get 999999999,6",
    "jobs get x,2",
    "jobs list --state done,2",
    "jobs list --limit 0,2",
    "jobs list --cursor abc,2",
    "jobs list -o xml,2",
    "jobs submit nope,2",
    "jobs submit greet --payload {oops,2",
    "jobs submit greet --delay soon,2",
    "jobs submit greet --priority 11,2",
    "jobs fly,2",
    "jobs,2",
    "queues pause none,6",
    "queues redrive none --yes,6",
    "schedules put x --definition later --cron never,2",
    "nonsense,2",
    "'',2",
  })
  void whatIsWrongHasItsExitCode(String line, int exitCode) {
    Run run = ekiden(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isNotBlank();
  }

  @Test
  void aWrongTokenIsForbidden() throws Exception {
    Path file = Files.writeString(directory.resolve("wrong"), "x".repeat(43));
    Run run = ekiden("jobs", "list", "--token-file", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
    assertThat(run.err()).contains("wrong-token");
    Path none = directory.resolve("no-such-file");
    assertThat(ekiden("jobs", "list", "--token-file", none.toString()).exitCode())
        .isEqualTo(ExitCode.FORBIDDEN);
  }

  @Test
  void anotherAddressDoesNotGetTheTokenOfThisServer() throws Exception {
    // The listener of the public answers with 404 where the control listener would ask for a token.
    Run run = ekiden("status", "--address", server.publicAddress().toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    Run own = ekiden("status", "--address", server.address().toString());
    assertThat(own.exitCode()).isEqualTo(ExitCode.OK);
    Run elsewhere =
        run(terminal("", false), Map.of("EKIDEN_ADDRESS", server.address().toString()), "status");
    assertThat(elsewhere.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
    Run withToken =
        run(
            terminal("", false),
            Map.of(
                "EKIDEN_ADDRESS",
                server.address().toString(),
                "EKIDEN_TOKEN_FILE",
                server.directory().resolve("token").toString()),
            "status");
    assertThat(withToken.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void withoutAServerItSaysHowToStartOne(@TempDir Path empty) {
    Run none =
        run(terminal("", false), Map.of("EKIDEN_DIRECTORY", empty.toString()), "jobs", "list");
    assertThat(none.exitCode()).isEqualTo(ExitCode.NO_SERVER);
    assertThat(none.err()).contains("ekiden up").contains(empty.toString());
    Run gone = ekiden("jobs", "list", "--address", "http://127.0.0.1:1");
    assertThat(gone.exitCode()).isEqualTo(ExitCode.NO_SERVER);
    assertThat(gone.err()).contains("ekiden up").contains("127.0.0.1:1");
    assertThat(ekiden("jobs", "list", "--address", "nowhere").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void unknownVariablesAreWarnedAbout() {
    Run run =
        run(
            terminal("", false),
            Map.of("EKIDEN_DIRECTORY", server.directory().toString(), "EKIDEN_PROT", "1"),
            "status");
    assertThat(run.err()).contains("EKIDEN_PROT").contains("warning");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void whatAJobWroteCannotSteerTheTerminal() throws Exception {
    long id =
        server
            .engine()
            .enqueue(SampleApplication.GREET.request(new Greeting("\u001b[2J\u202eevil")))
            .id();
    server.engine().jobs().await(id, TestEngine.PATIENCE);
    assertThat(ekiden("jobs", "get", Long.toString(id)).out())
        .doesNotContain("\u001b")
        .doesNotContain("\u202e")
        .contains("evil");
    TestEngine.awaitUntil(
        "the log is there", () -> !ekiden("jobs", "logs", Long.toString(id)).out().isEmpty());
    assertThat(ekiden("jobs", "logs", Long.toString(id)).out()).doesNotContain("\u001b");
  }

  @Test
  void aWrongNumberAndAWrongScopeAreToldInTheWordsOfTheCommandLine() {
    assertThat(ekiden("jobs", "get", "x").err()).contains("'x' is not a number");
    Run run = ekiden("limits", "set", "que:mail", "--running", "1");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("queue:NAME").contains("not of 'que:mail'");
    assertThat(ekiden("limits", "remove", "queue").err()).contains("not of 'queue'");
  }

  @Test
  void theHistoryOfAJobIsShown() {
    String id = id(ekiden("jobs", "submit", "fail", "--payload", "{\"name\":\"x\"}", "-o", "json"));
    ekiden("jobs", "wait", id);
    assertThat(ekiden("jobs", "history", id).out())
        .containsSubsequence("ENQUEUED", "CLAIMED", "STARTED", "FAILED", "JobFailure");
    assertThat(ekiden("jobs", "explain", id).out()).contains("no x");
    assertThat(ekiden("jobs", "history", "99999999").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void costsAreReportedComparedAndSimulatedFromWhatWasRecorded(@TempDir Path files)
      throws Exception {
    String id =
        id(ekiden("jobs", "submit", "greet", "--payload", "{\"name\":\"x\"}", "-o", "json"));
    ekiden("jobs", "wait", id);
    assertThat(ekiden("costs", "report", "--since", "1h").out())
        .containsSubsequence("DEFINITION", "greet", "(nobody's)", "TOTAL", "100.0%")
        .contains("taken for fargate-tokyo with 1.0 vCPU and 2048 MiB", "AWS Price List API");
    assertThat(ekiden("costs", "report", "--by", "day", "-o", "json").out())
        .contains("\"by\" : \"day\"");
    Run wrong = ekiden("costs", "report", "--since", "yesterday");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err()).contains("how long ago, such as 24h or 7d; not 'yesterday'");
    assertThat(ekiden("costs", "compare", "--since", "1h").out())
        .containsSubsequence("as it was", "resident", "cold", "warm", "function", "always-max");

    Path scenario = files.resolve("recorded.yaml");
    Run played =
        ekiden("simulate", "--from-history", "--since", "1h", "--save", scenario.toString());
    assertThat(played.err()).contains("wrote " + scenario);
    assertThat(played.out()).containsSubsequence("FLEET", "fixed", "goal");
    assertThat(ekiden("simulate", scenario.toString()).out()).isEqualTo(played.out());
    assertThat(ekiden("simulate", "calendar", "--since", "1h").err())
        .contains("need --from-history");
    assertThat(ekiden("simulate").err()).contains("give a scenario, or --from-history");
    assertThat(ekiden("simulate", "--from-history", "--queue", "none").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void aRunningJobIsAskedToStop() throws Exception {
    long id = server.engine().enqueue(JobRequest.of("sleep", null)).id();
    TestEngine.awaitUntil(
        "the nap has begun", () -> server.engine().jobs().get(id).startedAt() != null);
    assertThat(ekiden("jobs", "cancel", Long.toString(id)).exitCode()).isEqualTo(ExitCode.OK);
    Run waited = ekiden("jobs", "wait", Long.toString(id));
    assertThat(waited.exitCode()).isEqualTo(ExitCode.UNSUCCESSFUL);
    assertThat(waited.out()).contains("CANCELED");
  }

  private static String id(Run run) {
    return run.json().path("id").asString("");
  }

  private static Run ekiden(String... args) {
    return ekidenWith("", args);
  }

  private static Run ekidenWith(String input, String... args) {
    return run(terminal(input, false), args);
  }

  private record Streams(Terminal terminal, StringWriter out, StringWriter err) {}

  private static Streams terminal(String input, boolean interactive) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    return new Streams(
        new Terminal(
            new BufferedReader(new StringReader(input)),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            interactive),
        out,
        err);
  }

  private static Run run(Streams streams, String... args) {
    return run(streams, Map.of("EKIDEN_DIRECTORY", server.directory().toString()), args);
  }

  private static Run run(Streams streams, Map<String, String> environment, String... args) {
    int exitCode =
        Ekiden.run(args, List.of(new SampleApplication()), streams.terminal(), environment);
    return new Run(exitCode, streams.out().toString(), streams.err().toString());
  }
}
