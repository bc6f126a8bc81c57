package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Engine;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.api.JobRoutes;
import dev.ekiden.server.api.QueueRoutes;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the API accepts and how it refuses the rest. */
final class JobsApiTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir static Path directory;
  private static RunningServer server;
  private final Http http = server.http();

  @BeforeAll
  static void start() {
    server = RunningServer.start(directory, database.address());
    server.engine().queues().pause("elsewhere", null);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                               | 400 | malformed-json   |",
        "not json                                        | 400 | malformed-json   |",
        "{\"definition\":\"later\"} {}                 | 400 | malformed-json   |",
        "{\"definition\":\"later\",\"definition\":\"later\"} | 400 | malformed-json |",
        "3                                               | 422 | invalid-field    |",
        "{}                                              | 422 | missing-field    | definition",
        "{\"definition\":null}                           | 422 | missing-field    | definition",
        "{\"definition\":7}                              | 422 | invalid-field    | definition",
        "{\"definition\":\"nope\"}                       | 422 | unknown-definition |",
        "{\"definition\":\"No Name\"}                    | 422 | invalid-name     | definition",
        "{\"definition\":\"later\",\"prio\":1}           | 422 | unknown-field    | prio",
        "{\"definition\":\"later\",\"priority\":-1}      | 422 | invalid-priority | priority",
        "{\"definition\":\"later\",\"priority\":10}      | 422 | invalid-priority | priority",
        "{\"definition\":\"later\",\"priority\":1.5}     | 422 | invalid-field    | priority",
        "{\"definition\":\"later\",\"priority\":\"1\"}   | 422 | invalid-field    | priority",
        "{\"definition\":\"later\",\"delaySeconds\":-1}  | 422 | invalid-field    | delaySeconds",
        "{\"definition\":\"later\",\"delaySeconds\":999999999} | 422 | invalid-time | delaySeconds",
        "{\"definition\":\"later\",\"startAt\":\"soon\"} | 422 | invalid-field    | startAt",
        "{\"definition\":\"later\",\"startAt\":\"2099-01-01T00:00:00Z\",\"delaySeconds\":1} | 422 | invalid-field | startAt",
        "{\"definition\":\"later\",\"key\":{\"kind\":\"parallel\",\"value\":\"x\"}} | 422 | invalid-field | key.kind",
        "{\"definition\":\"later\",\"key\":{\"kind\":\"unique\",\"value\":\"\"}} | 422 | invalid-key | key",
        "{\"definition\":\"later\",\"key\":{\"kind\":\"unique\"}} | 422 | missing-field | key.value",
        "{\"definition\":\"later\",\"key\":{\"kind\":\"unique\",\"value\":\"x\",\"windowSeconds\":99999999}} | 422 | invalid-key | key",
        "[]                                              | 422 | invalid-body     |",
        "[null]                                          | 422 | invalid-field    | [0]",
        "[{\"definition\":\"later\"},{\"definition\":\"later\",\"priority\":11}] | 422 | invalid-priority | [1].priority",
        "[{\"definition\":\"later\"},{\"definition\":\"later\",\"x\":1}] | 422 | unknown-field | [1].x",
      })
  void aWrongSubmissionIsRefused(String body, int status, String code, String field) {
    Answer answer = http.post("/api/v1/jobs", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).as(answer.body()).isEqualTo(code);
    assertThat(answer.json().path("field").asString("")).isEqualTo(field == null ? "" : field);
    assertThat(answer.json().path("detail").asString("")).isNotBlank();
  }

  @Test
  void aMalformedBodyIsLocated() {
    JsonNode problem = http.post("/api/v1/jobs", "{\n  \"definition\": oops\n}").json();
    assertThat(problem.path("line").asInt()).isEqualTo(2);
    assertThat(problem.path("column").asInt()).isGreaterThan(1);
  }

  @Test
  void anEmptyBodyIsRefused() {
    assertThat(http.post("/api/v1/jobs").code()).isEqualTo("missing-body");
  }

  @Test
  void aPayloadMayHaveItsLimitAndNotAByteMore() {
    // A JSON text of that many bytes: braces, name and quotes count.
    String frame = "{\"name\":\"%s\"}";
    int room = Engine.MAX_PAYLOAD_BYTES - frame.length() + "%s".length();
    String most = frame.formatted("x".repeat(room));
    String more = frame.formatted("x".repeat(room + 1));
    assertThat(http.post("/api/v1/jobs", submission(most)).status()).isEqualTo(201);
    Answer refused = http.post("/api/v1/jobs", submission(more));
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.code()).isEqualTo("payload-too-large");
    assertThat(refused.body()).contains(Integer.toString(Engine.MAX_PAYLOAD_BYTES));
  }

  @Test
  void aBodyMayHaveItsLimitAndNotAByteMore() {
    String job = submission("{\"name\":\"1\"}");
    int limit = Math.toIntExact(JobRoutes.MAX_SUBMISSION_BYTES);
    String most = job + " ".repeat(limit - job.length());
    assertThat(http.post("/api/v1/jobs", most).status()).isEqualTo(201);
    Answer refused = http.post("/api/v1/jobs", most + " ");
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.code()).isEqualTo("body-too-large");
    assertThat(refused.body()).contains(Integer.toString(limit));
  }

  @Test
  void aBodyOfUnknownLengthIsLimitedToo() {
    Http csv = http.with("Content-Type", "text/csv").with("Transfer-Encoding", null);
    String most = "x".repeat(Math.toIntExact(SampleApplication.MAX_IMPORT_BYTES));
    assertThat(csv.post("/sample/import", most).status()).isEqualTo(200);
    assertThat(csv.post("/sample/import", most + "x").code()).isEqualTo("body-too-large");
  }

  @Test
  void asManyJobsAtOnceAsAllowedAndNotOneMore() {
    String one = "{\"definition\":\"later\"}";
    String most = "[" + (one + ",").repeat(Engine.MAX_BULK - 1) + one + "]";
    Answer accepted = http.post("/api/v1/jobs", most);
    assertThat(accepted.status()).isEqualTo(201);
    assertThat(accepted.json()).hasSize(Engine.MAX_BULK);
    Answer refused = http.post("/api/v1/jobs", most.replace("]", "," + one + "]"));
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.code()).isEqualTo("too-many-jobs");
  }

  @Test
  void aBulkIsAllOrNothing() {
    String before = newest();
    Answer refused =
        http.post("/api/v1/jobs", "[{\"definition\":\"later\"},{\"definition\":\"nope\"}]");
    assertThat(refused.code()).isEqualTo("unknown-definition");
    assertThat(newest()).isEqualTo(before);
  }

  @Test
  void theSameIdempotencyKeyEnqueuesOnce() {
    Http keyed = http.with("Idempotency-Key", "once");
    Answer first = keyed.post("/api/v1/jobs", submission("{\"name\":\"1\"}"));
    Answer second = keyed.post("/api/v1/jobs", submission("{\"name\":\"1\"}"));
    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
    assertThat(second.json().path("created").asBoolean()).isFalse();
    assertThat(keyed.post("/api/v1/jobs", "[" + submission("{\"name\":\"1\"}") + "]").code())
        .isEqualTo("invalid-header");
    assertThat(
            keyed
                .post(
                    "/api/v1/jobs",
                    "{\"definition\":\"later\",\"key\":{\"kind\":\"coalesce\",\"value\":\"x\"}}")
                .json()
                .path("field")
                .asString(""))
        .isEqualTo("key");
    assertThat(
            http.with("Idempotency-Key", "x".repeat(201))
                .post("/api/v1/jobs", submission("{\"name\":\"1\"}"))
                .code())
        .isEqualTo("invalid-key");
  }

  @Test
  void listsAreFilteredAndPaged() {
    for (int i = 0; i < 5; i++) {
      http.post(
          "/api/v1/jobs",
          "{\"definition\":\"later\",\"key\":{\"kind\":\"unique\",\"value\":\"page-%d\"},\"delaySeconds\":3600}"
              .formatted(i));
    }
    String path = "/api/v1/jobs?state=scheduled&queue=elsewhere&definition=later&limit=2";
    JsonNode first = http.get(path).json();
    JsonNode second = http.get(path + "&cursor=" + first.path("next").asString("")).json();
    assertThat(first.path("items")).hasSize(2);
    assertThat(first.path("items").get(0).path("key").asString("")).isEqualTo("page-4");
    assertThat(second.path("items").get(0).path("key").asString("")).isEqualTo("page-2");
    assertThat(first.path("items").get(0).path("batchState").asString("")).isEqualTo("PENDING");
    assertThat(http.get("/api/v1/jobs?key=page-3").json().path("items")).hasSize(1);
    assertThat(http.get("/api/v1/jobs?from=2999-01-01T00:00:00Z").json().path("items")).isEmpty();
    assertThat(http.get("/api/v1/jobs?before=2000-01-01T00:00:00Z").json().path("items")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0,invalid-parameter,limit",
    "limit=1001,invalid-parameter,limit",
    "limit=x,invalid-parameter,limit",
    "limit=1&limit=2,invalid-parameter,limit",
    "state=done,invalid-parameter,state",
    "from=yesterday,invalid-parameter,from",
    "stat=failed,unknown-parameter,stat",
    "cursor=abc,invalid-cursor,",
    "cursor=-5,invalid-cursor,",
    "queue=No%20Name,invalid-name,",
  })
  void aWrongFilterIsRefused(String query, String code, String field) {
    Answer answer = http.get("/api/v1/jobs?" + query);
    assertThat(answer.status()).isIn(400, 422);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().path("field").asString("")).isEqualTo(field == null ? "" : field);
  }

  @Test
  void theLargestPageIsAllowed() {
    assertThat(http.get("/api/v1/jobs?limit=1000").status()).isEqualTo(200);
    assertThat(http.get("/api/v1/jobs?limit=1").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "9999999999999999999", "1.5"})
  void whatIsNoIdIsRefused(String id) {
    Answer answer = http.get("/api/v1/jobs/" + id);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid-parameter");
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    assertThat(http.get("/api/v1/jobs/999999999").code()).isEqualTo("unknown-job");
    assertThat(http.get("/api/v1/jobs/999999999?waitSeconds=30").code()).isEqualTo("unknown-job");
    assertThat(http.get("/api/v1/jobs/999999999/logs").code()).isEqualTo("unknown-job");
    assertThat(http.get("/api/v1/jobs/999999999/explain").code()).isEqualTo("unknown-job");
    assertThat(http.post("/api/v1/queues/none/pause").code()).isEqualTo("unknown-queue");
    assertThat(http.post("/api/v1/queues/none/redrive").code()).isEqualTo("unknown-queue");
    assertThat(http.get("/api/v1/schedules/none").code()).isEqualTo("unknown-schedule");
    assertThat(http.post("/api/v1/schedules/none/run").code()).isEqualTo("unknown-schedule");
    assertThat(http.get("/api/v2/jobs").code()).isEqualTo("unknown-path");
    assertThat(http.get("/sample/public").code()).isEqualTo("unknown-path");
  }

  @Test
  void anotherMethodIsNamed() {
    Answer answer = http.delete("/api/v1/jobs");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET, POST");
    assertThat(answer.code()).isEqualTo("method-not-allowed");
  }

  @Test
  void anotherTypeThanTheOneAskedForIsNotSent() {
    assertThat(http.with("Accept", "text/csv").get("/api/v1/jobs").status()).isEqualTo(406);
    assertThat(
            http.with("Accept", "text/csv")
                .post("/api/v1/jobs", submission("{\"name\":\"1\"}"))
                .status())
        .isEqualTo(406);
    assertThat(http.with("Accept", "text/csv").get("/sample/export").body()).isEqualTo("a,b\n");
    assertThat(http.with("Accept", "text/html, */*;q=0.1").get("/api/v1/jobs").status())
        .isEqualTo(200);
  }

  @Test
  void aHeadIsAGetWithoutBody() {
    Answer answer = http.send("HEAD", "/api/v1/jobs/999999999", "");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void aStateThatDoesNotAllowItIsAConflict() throws Exception {
    String id =
        http.post("/api/v1/jobs", submission("{\"name\":\"1\"}")).json().path("id").asString("");
    assertThat(http.post("/api/v1/jobs/" + id + "/cancel").status()).isEqualTo(200);
    Answer answer = http.post("/api/v1/jobs/" + id + "/cancel");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("job-state");
    assertThat(http.post("/api/v1/jobs/" + id + "/retry").status()).isEqualTo(200);
  }

  @Test
  void aWaitEndsWithItsTime() {
    String id =
        http.post("/api/v1/jobs", submission("{\"name\":\"1\"}")).json().path("id").asString("");
    assertThat(http.get("/api/v1/jobs/" + id + "?waitSeconds=1").json().path("state").asString(""))
        .isEqualTo("READY");
    assertThat(http.get("/api/v1/jobs/" + id + "?waitSeconds=31").code())
        .isEqualTo("invalid-parameter");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"cron\":\"0 3 * * *\"}                                  | missing-field    | definition",
        "{\"definition\":\"later\"}                                | invalid-body     |",
        "{\"definition\":\"later\",\"cron\":\"* * * * *\",\"everySeconds\":5} | invalid-body |",
        "{\"definition\":\"later\",\"cron\":\"0 0 31 2 *\"}        | cron-never-fires | cron",
        "{\"definition\":\"later\",\"cron\":\"whenever\"}          | invalid-cron     | cron",
        "{\"definition\":\"later\",\"cron\":\"* * * * *\",\"zone\":\"Mars/Base\"} | invalid-zone | zone",
        "{\"definition\":\"later\",\"everySeconds\":0.5}           | invalid-rate     | everySeconds",
        "{\"definition\":\"nope\",\"everySeconds\":5}              | unknown-definition | definition",
        "{\"definition\":\"later\",\"everySeconds\":5,\"priority\":12} | invalid-priority | priority",
        "{\"definition\":\"later\",\"every\":5}                    | unknown-field    | every",
        "{\"definition\":\"later\",\"everySeconds\":5,\"missedPolicy\":\"all\"} | invalid-field | missedPolicy",
        "{\"definition\":\"later\",\"everySeconds\":5,\"missedPolicy\":\"run-all\"} | invalid-option | missedPolicy",
        "{\"definition\":\"later\",\"everySeconds\":5,\"overlap\":\"x\"} | invalid-field | overlap",
        "{\"definition\":\"later\",\"everySeconds\":5,\"catchUp\":1001} | invalid-option | catchUp",
        "{\"definition\":\"later\",\"everySeconds\":5,\"startBeforeSeconds\":0} | invalid-option | startBeforeSeconds",
        "{\"definition\":\"later\",\"everySeconds\":5,\"dayRule\":\"next\"} | invalid-field | dayRule",
        "{\"definition\":\"later\",\"cron\":\"* * * * *\",\"calendar\":\"none\"} | unknown-business-calendar | calendar",
        "{\"definition\":\"later\",\"everySeconds\":5,\"calendar\":\"none\"} | invalid-option |",
      })
  void aWrongScheduleIsRefused(String body, String code, String field) {
    Answer answer = http.put("/api/v1/schedules/wrong", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(422);
    assertThat(answer.code()).as(answer.body()).isEqualTo(code);
    assertThat(answer.json().path("field").asString("")).isEqualTo(field == null ? "" : field);
    assertThat(http.get("/api/v1/schedules/wrong").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                               | missing-field",
        "{\"holidays\":[\"1 May\"]}                       | invalid-field",
        "{\"holidays\":[],\"weekend\":[\"FREEDAY\"]}      | invalid-field",
        "{\"holidays\":[\"1969-12-31\"]}                  | invalid-option",
      })
  void aWrongBusinessCalendarIsRefused(String body, String code) {
    Answer answer = http.put("/api/v1/business-calendars/wrong", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(422);
    assertThat(answer.code()).as(answer.body()).isEqualTo(code);
    assertThat(http.get("/api/v1/business-calendars/wrong").code())
        .isEqualTo("unknown-business-calendar");
    assertThat(http.delete("/api/v1/business-calendars/wrong").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"definition\":\"greet\",\"payload\":{\"nmae\":\"x\"}}   | unknown-field | payload.nmae",
        "{\"definition\":\"greet\",\"payload\":{\"name\":[1]}}    | invalid-field | payload.name",
        "{\"definition\":\"greet\",\"payload\":7}                 | invalid-field | payload",
        "[{\"definition\":\"greet\"},{\"definition\":\"greet\",\"payload\":{\"x\":1}}] | unknown-field | [1].payload.x",
      })
  void aPayloadThatDoesNotFitItsDefinitionIsRefused(String body, String code, String field) {
    Answer answer = http.post("/api/v1/jobs", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(422);
    assertThat(answer.code()).as(answer.body()).isEqualTo(code);
    assertThat(answer.json().path("field").asString("")).isEqualTo(field);
    assertThat(answer.json().path("detail").asString("")).contains("does not fit 'greet'");
  }

  @Test
  void aReasonMayHaveItsLimitAndNotACharacterMore() {
    String most = "x".repeat(QueueRoutes.MAX_REASON_LENGTH);
    Answer accepted = http.post("/api/v1/queues/naps/pause", "{\"reason\":\"" + most + "\"}");
    assertThat(accepted.json().path("pausedReason").asString("")).isEqualTo(most);
    Answer refused = http.post("/api/v1/queues/naps/pause", "{\"reason\":\"" + most + "x\"}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().path("field").asString("")).isEqualTo("reason");
    assertThat(http.post("/api/v1/queues/naps/resume").json().path("paused").asBoolean()).isFalse();
  }

  @Test
  void parametersSayWhatIsAllowed() {
    assertThat(
            http.get("/sample/numbers?count=10&day=2026-12-24&on=true")
                .json()
                .path("on")
                .asBoolean())
        .isTrue();
    assertThat(http.get("/sample/numbers").code()).isEqualTo("missing-parameter");
    assertThat(http.get("/sample/numbers?count=11").body()).contains("a whole number from 1 to 10");
    assertThat(http.get("/sample/numbers?count=1&day=24.12.").body()).contains("a date such as");
    assertThat(http.get("/sample/numbers?count=1&on=yes").body()).contains("true or false");
    assertThat(http.get("/sample/numbers?count=1&onn=true").body()).contains("count, day, on");
    String longest = "x".repeat(Parameter.MAX_LENGTH);
    assertThat(http.get("/api/v1/jobs?key=" + longest).status()).isEqualTo(200);
    assertThat(http.get("/api/v1/jobs?key=" + longest + "x").code()).isEqualTo("invalid-parameter");
  }

  @Test
  void metricsCountWhatHappens() throws Exception {
    String id =
        http.post("/api/v1/jobs", "{\"definition\":\"greet\",\"payload\":{\"name\":\"Aiko\"}}")
            .json()
            .path("id")
            .asString("");
    http.get("/api/v1/jobs/" + id + "?waitSeconds=30");
    TestEngine.awaitUntil(
        "the attempt is counted",
        () ->
            http.get("/metrics")
                .body()
                .contains(
                    "ekiden_attempts_total{definition=\"greet\",outcome=\"succeeded\",queue=\"greetings\"}"));
    assertThat(http.get("/metrics").body())
        .contains("ekiden_jobs_enqueued_total{definition=\"greet\",queue=\"greetings\"}")
        .contains("ekiden_attempt_run_seconds_bucket{definition=\"greet\"")
        .contains("ekiden_queue_jobs{queue=\"elsewhere\",state=\"ready\"}")
        .contains("ekiden_queue_oldest_ready_seconds{queue=\"elsewhere\"}")
        .contains("ekiden_queue_paused{queue=\"elsewhere\"} 1.0")
        .contains("ekiden_workers{queue=\"elsewhere\"} 0.0")
        .contains("ekiden_workers{queue=\"greetings\"} 1.0")
        .contains("ekiden_database_up 1.0");
  }

  @Test
  void theStatusListsApplications() {
    assertThat(server.application().isStarted()).isTrue();
    JsonNode application = http.get("/api/v1/status").json().path("applications").get(0);
    assertThat(application.path("name").asString("")).isEqualTo("sample");
    assertThat(application.path("openapi").asString("")).isEqualTo("/sample/openapi.yaml");
    assertThat(application.path("publicAddress").asString(""))
        .isEqualTo(server.publicAddress().toString());
  }

  private String newest() {
    return http.get("/api/v1/jobs?limit=1").json().path("items").path(0).path("id").asString("");
  }

  private static String submission(String payload) {
    return "{\"definition\":\"later\",\"payload\":" + payload + "}";
  }
}
