package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.JobRequest;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.SampleApplication.Greeting;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The server does what its OpenAPI document says, and nothing else. */
final class ContractTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir static Path directory;
  private static RunningServer server;

  private final OpenApiContract contract = OpenApiContract.of("dev/ekiden/server/openapi.yaml");

  @BeforeAll
  static void start() {
    server = RunningServer.start(directory, database.address());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void routesAndDocumentAreTheSame() {
    contract.assertSame(
        server.process().controlRoutes().stream()
            .filter(route -> !route.path().startsWith("/sample/"))
            .filter(route -> !route.path().startsWith("/console"))
            .toList());
  }

  @Test
  void theDocumentIsServed() {
    Answer answer = server.http().get("/openapi.yaml");
    assertThat(answer.header("Content-Type")).isEqualTo("application/yaml");
    assertThat(answer.body()).startsWith("openapi: 3.1.0");
    assertThat(server.http().get("/sample/openapi.yaml").body()).contains("title: Sample");
    assertThat(server.publicHttp().get("/sample/openapi.yaml").body()).contains("title: Sample");
  }

  @Test
  void everyAnswerIsAsDocumented() throws Exception {
    Http http = server.http();
    check("GET", "/", http.get("/"));
    check("GET", "/", server.anonymous().get("/?token=" + server.token()));
    check("GET", "/health", http.get("/health"));
    check("GET", "/ready", http.get("/ready"));
    check("GET", "/metrics", http.get("/metrics"));
    check("GET", "/metrics", http.with("Accept", "application/openmetrics-text").get("/metrics"));
    check("GET", "/openapi.yaml", http.get("/openapi.yaml"));
    check("GET", "/api/v1/status", http.get("/api/v1/status"));
    try (EventStream events =
        EventStream.open(server.process().address(), server.token(), "/api/v1/events")) {
      check("GET", "/api/v1/events", events.head());
    }
    jobs(http);
    queues(http);
    history(http);
    costs(http);
    bulk(http);
    groups(http);
    limits(http);
    retention(http);
    schedules(http);
    check("GET", "/api/v1/workers", http.get("/api/v1/workers"));
    fleets(http);
    check("GET", "/api/v1/definitions", http.get("/api/v1/definitions"));
    check("GET", "/api/v1/definitions/{definition}", http.get("/api/v1/definitions/fail"));
    check("GET", "/api/v1/definitions/{definition}", http.get("/api/v1/definitions/none"));
    commands(http);
    contract.assertAllSeen();
  }

  @Test
  void refusalsAreAsDocumented() {
    Http http = server.http();
    check("POST", "/api/v1/jobs", http.post("/api/v1/jobs", "{"));
    check("POST", "/api/v1/jobs", server.anonymous().post("/api/v1/jobs", "{}"));
    check("GET", "/api/v1/jobs", http.get("/api/v1/jobs?limit=0"));
    check("GET", "/api/v1/jobs/{id}", http.get("/api/v1/jobs/999999"));
    check("POST", "/api/v1/jobs/{id}/retry", http.post("/api/v1/jobs/999999/retry"));
    check("POST", "/api/v1/queues/{queue}/pause", http.post("/api/v1/queues/none/pause"));
    check("DELETE", "/api/v1/schedules/{schedule}", http.delete("/api/v1/schedules/none"));
    check(
        "PUT",
        "/api/v1/schedules/{schedule}",
        http.put("/api/v1/schedules/x", "{\"definition\":\"greet\"}"));
  }

  private void jobs(Http http) throws Exception {
    Answer created =
        http.with("Idempotency-Key", "contract")
            .post("/api/v1/jobs", "{\"definition\":\"greet\",\"payload\":{\"name\":\"Aiko\"}}");
    assertThat(created.status()).isEqualTo(201);
    check("POST", "/api/v1/jobs", created);
    check(
        "POST",
        "/api/v1/jobs",
        http.with("Idempotency-Key", "contract")
            .post("/api/v1/jobs", "{\"definition\":\"greet\",\"payload\":{\"name\":\"Aiko\"}}"));
    check(
        "POST",
        "/api/v1/jobs",
        http.post("/api/v1/jobs", "[{\"definition\":\"greet\",\"payload\":{\"name\":\"Yui\"}}]"));

    String job = created.header("Location");
    Answer done = http.get(job + "?waitSeconds=30");
    assertThat(done.json().path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(done.json().path("result").asString()).isEqualTo("Hello, Aiko");
    assertThat(done.json().path("attempts")).hasSize(1);
    check("GET", "/api/v1/jobs/{id}", done);
    TestEngine.awaitUntil(
        "the log is there", () -> !http.get(job + "/logs").json().path("items").isEmpty());
    check("GET", "/api/v1/jobs/{id}/logs", http.get(job + "/logs"));
    logs(http, job + "/logs");
    check("GET", "/api/v1/jobs/{id}/history", http.get(job + "/history"));
    check("GET", "/api/v1/jobs/{id}/explain", http.get(job + "/explain"));
    check("GET", "/api/v1/jobs", http.get("/api/v1/jobs?limit=1"));

    long failing =
        server.engine().enqueue(SampleApplication.FAIL.request(new Greeting("luck"))).id();
    server.engine().jobs().await(failing, TestEngine.PATIENCE);
    check("GET", "/api/v1/jobs/{id}", http.get("/api/v1/jobs/" + failing));
    check("POST", "/api/v1/jobs/{id}/retry", http.post("/api/v1/jobs/" + failing + "/retry"));

    long later =
        server
            .engine()
            .enqueue(JobRequest.of("greet", new Greeting("later")).withDelay(Duration.ofHours(1)))
            .id();
    check("GET", "/api/v1/jobs/{id}", http.get("/api/v1/jobs/" + later));
    check("POST", "/api/v1/jobs/{id}/cancel", http.post("/api/v1/jobs/" + later + "/cancel"));

    long running = server.engine().enqueue(JobRequest.of("sleep", null)).id();
    TestEngine.awaitUntil(
        "the nap has begun", () -> server.engine().jobs().get(running).startedAt() != null);
    Answer asked = http.post("/api/v1/jobs/" + running + "/cancel");
    assertThat(asked.status()).isEqualTo(202);
    check("POST", "/api/v1/jobs/{id}/cancel", asked);
    server.engine().jobs().await(running, TestEngine.PATIENCE);
    check("GET", "/api/v1/jobs/{id}", http.get("/api/v1/jobs/" + running));
  }

  private void logs(Http http, String path) {
    Answer found = http.get(path + "?q=GREETING&level=info&order=newest&limit=1&attempt=1");
    check("GET", "/api/v1/jobs/{id}/logs", found);
    assertThat(found.json().path("matched").asInt()).isEqualTo(1);
    assertThat(found.json().has("nextOffset")).isFalse();
    assertThat(found.json().path("items").get(0).path("number").asInt()).isEqualTo(1);
    assertThat(http.get(path + "?level=error").json().path("items")).isEmpty();
    assertThat(http.get(path + "?level=error").json().path("total").asInt()).isEqualTo(1);
    for (String wrong :
        List.of(
            "level=loud",
            "order=up",
            "from=0",
            "offset=-1",
            "limit=0",
            "limit=10001",
            "attempt=0")) {
      Answer refused = http.get(path + "?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", "/api/v1/jobs/{id}/logs", refused);
    }
    String file = path + ".txt";
    Answer text = http.get(file + "?q=greeting");
    assertThat(text.status()).isEqualTo(200);
    assertThat(text.header("Content-Disposition"))
        .matches("attachment; filename=\"job-\\d+\\.log\"");
    assertThat(text.body()).matches("\\S+Z 1 .*\n");
    check("GET", "/api/v1/jobs/{id}/logs.txt", text);
    for (String wrong : List.of("level=loud", "limit=1", "attempt=0")) {
      Answer refused = http.get(file + "?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", "/api/v1/jobs/{id}/logs.txt", refused);
    }
  }

  private void fleets(Http http) {
    String fleet = "/api/v1/fleets/{fleet}";
    // Nobody can start such workers from a test: what is shown is a task that did not come up.
    Answer made =
        http.put(
            "/api/v1/fleets/nobody",
            """
            {"queues": ["elsewhere"], "policy": {"fixed": 1}, "mix": [{"class": "spot"}],
             "startTimeoutSeconds": 1, "reclaims": {"meanLifeSeconds": 60}}
            """);
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    check("PUT", fleet, made);
    check(
        "PUT",
        fleet,
        http.put("/api/v1/fleets/nobody?revision=7", made.json().path("settings").toString()));
    check(
        "PUT",
        fleet,
        http.put("/api/v1/fleets/nobody", "{\"queues\": [\"elsewhere\"], \"policy\": {}}"));
    Answer dry =
        http.put("/api/v1/fleets/nobody?dryRun=true", made.json().path("settings").toString());
    assertThat(dry.status()).isEqualTo(204);
    check("PUT", fleet, dry);
    String tasks = "/api/v1/fleets/nobody/tasks";
    TestEngine.awaitUntil(
        "a task was asked for",
        () -> !http.get(tasks + "?ended=true").json().path("items").isEmpty());
    check("GET", fleet, http.get("/api/v1/fleets/nobody"));
    check("GET", "/api/v1/fleets", http.get("/api/v1/fleets"));
    check("GET", fleet + "/plan", http.get("/api/v1/fleets/nobody/plan"));
    check("GET", fleet + "/decisions", http.get("/api/v1/fleets/nobody/decisions?limit=1"));
    Answer listed = http.get(tasks + "?ended=true&limit=1");
    check("GET", fleet + "/tasks", listed);
    String task = tasks + "/" + listed.json().path("items").get(0).path("id").asString();
    check("GET", fleet + "/tasks/{task}", http.get(task));
    check("GET", fleet + "/tasks/{task}/log", http.get(task + "/log"));
    check("GET", fleet + "/tasks/{task}/log", http.get(tasks + "/none/log"));
    check("DELETE", fleet, http.delete("/api/v1/fleets/nobody"));
    check("DELETE", fleet, http.delete("/api/v1/fleets/nobody"));
    check("GET", fleet, http.get("/api/v1/fleets/nobody"));
  }

  private void head(Http http) {
    String head = "/api/v1/queues/{queue}/head";
    long first =
        server.engine().enqueue(JobRequest.of("later", new Greeting("x")).withPriority(9)).id();
    Answer answer = http.get("/api/v1/queues/elsewhere/head?limit=1");
    check("GET", head, answer);
    JsonNode job = answer.json().path("items").get(0);
    assertThat(job.path("id").asString()).isEqualTo(Long.toString(first));
    assertThat(job.path("position").asInt()).isEqualTo(1);
    assertThat(job.path("reasons").get(0).path("code").asString()).isEqualTo("no-worker");
    for (String wrong : List.of("limit=0", "limit=101", "max=1")) {
      Answer refused = http.get("/api/v1/queues/elsewhere/head?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", head, refused);
    }
    assertThat(http.get("/api/v1/queues/none/head").status()).isEqualTo(404);
    Answer overview = http.get("/api/v1/overview");
    check("GET", "/api/v1/overview", overview);
    assertThat(overview.json().path("attention"))
        .anyMatch(one ->
            one.path("kind").asString("").equals("no-worker")
                && one.path("name").asString("").equals("elsewhere"));
    server.engine().jobs().cancel(first);
  }

  private void commands(Http http) {
    String yaml =
        "kind: job\\nname: contract-program\\ncommand: [/bin/echo, '${word}']\\n"
            + "parameters: {word: {allowed: [red, blue]}}\\n";
    String body = "{\"documents\":[{\"file\":\"a.yaml\",\"text\":\"" + yaml + "\"}]}";
    Answer created = http.post("/api/v1/apply", body);
    check("POST", "/api/v1/apply", created);
    assertThat(created.json().path("items").get(0).path("change").asString()).isEqualTo("created");
    Answer again = http.post("/api/v1/apply", body);
    assertThat(again.json().path("items").get(0).path("change").asString()).isEqualTo("unchanged");
    Answer wrong = http.post("/api/v1/apply", body.replace("kind: job", "kind: jobs"));
    check("POST", "/api/v1/apply", wrong);
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.json().path("detail").asString())
        .isEqualTo("a.yaml:1: kind must be 'job' for a job definition, not 'jobs'");
    String program = "/api/v1/definitions/contract-program";
    check("GET", "/api/v1/definitions/{definition}", http.get(program));
    String revisions = "/api/v1/definitions/{definition}/revisions";
    check("GET", revisions, http.get(program + "/revisions"));
    check("GET", revisions + "/{revision}", http.get(program + "/revisions/1"));
    assertThat(http.get(program + "/revisions/2").status()).isEqualTo(404);
    assertThat(http.get("/api/v1/definitions/none/revisions").status()).isEqualTo(404);
    Answer refused =
        http.post(
            "/api/v1/jobs",
            "{\"definition\":\"contract-program\",\"parameters\":{\"word\":\"green\"}}");
    check("POST", "/api/v1/jobs", refused);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().path("field").asString()).isEqualTo("parameters.word");
    Answer job =
        http.post(
            "/api/v1/jobs",
            "{\"definition\":\"contract-program\",\"parameters\":{\"word\":\"blue\"}}");
    check("POST", "/api/v1/jobs", job);
    Answer done = http.get(job.header("Location") + "?waitSeconds=30");
    assertThat(done.json().path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(done.json().path("payload").path("word").asString()).isEqualTo("blue");
    Answer tasks = http.get(job.header("Location") + "/tasks");
    check("GET", "/api/v1/jobs/{id}/tasks", tasks);
    scheduled(http);
    assertThat(tasks.json().path("items").get(0).path("ending").asString())
        .isEqualTo("exit code 0");
  }

  /** A schedule takes parameters as a job does. */
  private void scheduled(Http http) {
    String path = "/api/v1/schedules/blue-later";
    String body =
        "{\"definition\":\"contract-program\",\"at\":\"2100-01-01T00:00:00Z\",\"parameters\":{\"word\":\"%s\"}}";
    Answer put = http.put(path, body.formatted("blue"));
    check("PUT", "/api/v1/schedules/{schedule}", put);
    assertThat(put.json().path("payload").path("word").asString()).isEqualTo("blue");
    Answer refused = http.put(path, body.formatted("green"));
    check("PUT", "/api/v1/schedules/{schedule}", refused);
    assertThat(refused.json().path("field").asString()).isEqualTo("parameters.word");
    Answer both = http.put(path, body.formatted("blue").replace("}}", "},\"payload\":{}}"));
    assertThat(both.json().path("detail").asString()).contains("not both");
    http.delete(path);
  }

  private void queues(Http http) {
    check("GET", "/api/v1/queues", http.get("/api/v1/queues"));
    check("GET", "/api/v1/queues/{queue}", http.get("/api/v1/queues/greetings"));
    depth(http);
    head(http);
    check(
        "POST",
        "/api/v1/queues/{queue}/pause",
        http.post("/api/v1/queues/elsewhere/pause", "{\"reason\":\"test\"}"));
    check("POST", "/api/v1/queues/{queue}/resume", http.post("/api/v1/queues/elsewhere/resume"));
    check(
        "POST",
        "/api/v1/queues/{queue}/redrive",
        http.post("/api/v1/queues/failures/redrive?dryRun=true"));
    check("POST", "/api/v1/queues/{queue}/redrive", http.post("/api/v1/queues/failures/redrive"));
  }

  private void history(Http http) throws Exception {
    TestEngine.awaitUntil(
        "something is counted",
        () -> !http.get("/api/v1/history?queue=greetings").json().path("items").isEmpty());
    check("GET", "/api/v1/history", http.get("/api/v1/history"));
    for (String wrong :
        List.of(
            "from=x", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "queues=greetings")) {
      Answer refused = http.get("/api/v1/history?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", "/api/v1/history", refused);
    }
    assertThat(http.get("/api/v1/history?queue=none").status()).isEqualTo(404);
  }

  private void costs(Http http) throws Exception {
    long id = server.engine().enqueue(SampleApplication.GREET.request(new Greeting("cost"))).id();
    server.engine().jobs().await(id, TestEngine.PATIENCE);
    Answer ofJob = http.get("/api/v1/jobs/" + id + "/costs");
    check("GET", "/api/v1/jobs/{id}/costs", ofJob);
    assertThat(ofJob.json().path("items").size()).isEqualTo(1);
    check("GET", "/api/v1/jobs/{id}/costs", http.get("/api/v1/jobs/987654321/costs"));
    for (String by : List.of("definition", "queue", "group", "fleet", "class", "day")) {
      Answer report = http.get("/api/v1/costs?zone=Asia/Tokyo&by=" + by);
      check("GET", "/api/v1/costs", report);
      assertThat(report.json().path("total").path("attempts").asLong()).as(by).isPositive();
    }
    for (String wrong :
        List.of("by=x", "zone=x", "from=x", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")) {
      Answer refused = http.get("/api/v1/costs?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", "/api/v1/costs", refused);
    }
    String comparison = "/api/v1/costs/comparison";
    Answer compared = http.get(comparison);
    check("GET", comparison, compared);
    assertThat(compared.json().path("items").size()).isEqualTo(5);
    assertThat(compared.json().path("runs").asInt()).isPositive();
    check("GET", comparison, http.get(comparison + "?queue=greetings&vcpus=0.5&memoryMib=512"));
    for (String wrong :
        List.of(
            "vcpus=x", "vcpus=0", "price=none", "functionPrice=none", "warm=-1", "imageMib=x")) {
      Answer refused = http.get(comparison + "?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", comparison, refused);
    }
    assertThat(http.get(comparison + "?queue=none").status()).isEqualTo(404);
    Answer scenario = http.get("/api/v1/scenario?queue=greetings");
    check("GET", "/api/v1/scenario", scenario);
    assertThat(scenario.json().path("items").isEmpty()).isFalse();
    check("GET", "/api/v1/scenario", http.get("/api/v1/scenario?queue=none"));
  }

  private void depth(Http http) {
    String depth = "/api/v1/queues/{queue}/depth";
    server
        .engine()
        .enqueue(
            List.of(
                JobRequest.of("greet", new Greeting("one"))
                    .withGroup("depth")
                    .withDelay(Duration.ofHours(1)),
                JobRequest.of("greet", new Greeting("two")).withDelay(Duration.ofHours(1))));
    Answer definitions = http.get("/api/v1/queues/greetings/depth");
    check("GET", depth, definitions);
    assertThat(definitions.json().path("items").get(0).path("definition").asString())
        .isEqualTo("greet");
    Answer groups = http.get("/api/v1/queues/greetings/depth?by=group&limit=1000");
    check("GET", depth, groups);
    assertThat(groups.json().path("items")).anyMatch(group -> !group.has("group"));
    Answer one = http.get("/api/v1/queues/greetings/depth?by=group&only=depth");
    check("GET", depth, one);
    assertThat(one.json().path("items")).hasSize(1);
    assertThat(one.json().path("items").get(0).path("scheduled").asLong()).isEqualTo(1);
    check("GET", depth, http.get("/api/v1/queues/greetings/depth?only=greet"));
    for (String wrong : List.of("by=key", "limit=0", "limit=1001", "of=1")) {
      Answer refused = http.get("/api/v1/queues/greetings/depth?" + wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      check("GET", depth, refused);
    }
    assertThat(http.get("/api/v1/queues/none/depth").status()).isEqualTo(404);
    assertThat(http.get("/api/v1/queues/greetings/depth?only=none").status()).isEqualTo(404);
  }

  private void bulk(Http http) {
    long later =
        server
            .engine()
            .enqueue(
                JobRequest.of("greet", new Greeting("later"))
                    .withGroup("tenant")
                    .withDelay(Duration.ofHours(1)))
            .id();
    Answer clone =
        http.post(
            "/api/v1/jobs/" + later + "/clone",
            "{\"payload\":{\"name\":\"Rin\"},\"delaySeconds\":60,\"priority\":9}");
    assertThat(clone.status()).isEqualTo(201);
    assertThat(clone.json().path("cloneOf").asString()).isEqualTo(Long.toString(later));
    assertThat(clone.json().path("group").asString()).isEqualTo("tenant");
    assertThat(clone.json().path("payload").path("name").asString()).isEqualTo("Rin");
    check("POST", "/api/v1/jobs/{id}/clone", clone);
    check(
        "POST",
        "/api/v1/jobs/{id}/clone",
        http.post("/api/v1/jobs/" + later + "/clone", "{\"definition\":\"none\"}"));
    String filter = "\"filter\":{\"group\":\"tenant\",\"fromId\":\"" + later + "\"}";
    Answer counted =
        http.post("/api/v1/bulk", "{\"action\":\"cancel\",\"dryRun\":true," + filter + "}");
    assertThat(counted.json().path("total").asInt()).isEqualTo(2);
    check("POST", "/api/v1/bulk", counted);
    Answer canceled =
        http.post("/api/v1/bulk", "{\"id\":\"c1\",\"action\":\"cancel\"," + filter + "}");
    assertThat(canceled.json().path("changed").asInt()).isEqualTo(2);
    check("POST", "/api/v1/bulk", canceled);
    check("GET", "/api/v1/bulk/{id}", http.get("/api/v1/bulk/c1"));
    check("GET", "/api/v1/bulk/{id}", http.get("/api/v1/bulk/none"));
    Answer again =
        http.post(
            "/api/v1/bulk",
            "{\"action\":\"retry\",\"rate\":{\"starts\":1,\"periodSeconds\":3600},\"filter\":"
                + "{\"states\":[\"canceled\"],\"group\":\"tenant\"}}");
    assertThat(again.json().path("changed").asInt()).isEqualTo(2);
    assertThat(
            http.post("/api/v1/bulk", "{\"action\":\"retry\",\"filter\":{\"colour\":\"red\"}}")
                .status())
        .isEqualTo(422);
    assertThat(http.post("/api/v1/bulk", "{\"action\":\"cancel\",\"filter\":{}}").status())
        .isEqualTo(400);
    assertThat(
            http.post(
                    "/api/v1/bulk",
                    "{\"action\":\"retry\",\"filter\":{\"states\":[\"red\"],\"group\":\"x\"}}")
                .status())
        .isEqualTo(422);
    check("GET", "/api/v1/jobs", http.get("/api/v1/jobs?group=tenant&fromId=1&toId=" + later));
    for (String key :
        new String[] {
          "{\"kind\":\"serial\",\"value\":\"k\",\"holdOnFailure\":true}",
          "{\"kind\":\"limit\",\"value\":\"k\",\"running\":2}"
        }) {
      Answer keyed =
          http.post(
              "/api/v1/jobs",
              "{\"definition\":\"greet\",\"payload\":{\"name\":\"k\"},\"group\":\"tenant\",\"key\":"
                  + key
                  + "}");
      assertThat(keyed.status()).isEqualTo(201);
      check("GET", "/api/v1/jobs/{id}", http.get(keyed.header("Location")));
    }
    check(
        "POST",
        "/api/v1/queues/{queue}/release-key",
        http.post("/api/v1/queues/greetings/release-key", "{\"key\":\"k\"}"));
  }

  private void groups(Http http) {
    String group = "/api/v1/groups/{group}";
    check("POST", group + "/weight", http.post("/api/v1/groups/t/weight", "{\"weight\":2.5}"));
    check("POST", group + "/hold", http.post("/api/v1/groups/t/hold", "{\"reason\":\"why\"}"));
    check("POST", group + "/drain", http.post("/api/v1/groups/t/drain?waitSeconds=1"));
    check("POST", group + "/release", http.post("/api/v1/groups/t/release"));
    check("POST", group + "/epoch", http.post("/api/v1/groups/t/epoch"));
    check("GET", group, http.get("/api/v1/groups/t"));
    check("GET", "/api/v1/groups", http.get("/api/v1/groups"));
    assertThat(http.post("/api/v1/groups/t/weight", "{\"weight\":0}").status()).isEqualTo(422);
  }

  private void retention(Http http) {
    String all = "/api/v1/retention";
    String one = "/api/v1/retention/{definition}";
    String days = "{\"succeededDays\":5,\"failedDays\":50}";
    check("GET", all, http.get(all));
    check("PUT", all, http.put(all, days));
    check("PUT", one, http.put("/api/v1/retention/greet", days.replace("50", "400")));
    Answer list = http.get(all);
    check("GET", all, list);
    assertThat(list.json().path("items").get(0).path("failedDays").asInt()).isEqualTo(50);
    assertThat(list.json().path("items").get(1).path("definition").asString()).isEqualTo("greet");
    check("DELETE", one, http.delete("/api/v1/retention/greet"));
    assertThat(http.get(all).json().path("items")).hasSize(1);
    for (String wrong : List.of(days.replace("5,", "0,"), days.replace("50", "401"), "{}")) {
      Answer refused = http.put(all, wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(422);
      check("PUT", all, refused);
    }
    assertThat(http.put("/api/v1/retention/none", days).status()).isEqualTo(404);
    assertThat(http.delete("/api/v1/retention/none").status()).isEqualTo(404);
    http.put(all, "{\"succeededDays\":7,\"failedDays\":30}");
  }

  private void limits(Http http) {
    String nameless = "/api/v1/limits/{scope}";
    String named = "/api/v1/limits/{scope}/{name}";
    check("PUT", nameless, http.put("/api/v1/limits/each-group", "{\"running\":7,\"vcpus\":3.5}"));
    check(
        "PUT",
        named,
        http.put(
            "/api/v1/limits/each-key/greetings",
            "{\"rate\":{\"starts\":5,\"periodSeconds\":0.5}}"));
    check("GET", nameless, http.get("/api/v1/limits/each-group"));
    check("GET", named, http.get("/api/v1/limits/each-key/greetings"));
    check("GET", "/api/v1/limits", http.get("/api/v1/limits"));
    check("DELETE", nameless, http.delete("/api/v1/limits/each-group"));
    check("DELETE", named, http.delete("/api/v1/limits/each-key/greetings"));
    check("GET", named, http.get("/api/v1/limits/each-key/greetings"));
    assertThat(http.put("/api/v1/limits/queue/none", "{\"running\":1}").status()).isEqualTo(404);
    assertThat(http.put("/api/v1/limits/colour/red", "{\"running\":1}").status()).isEqualTo(400);
    assertThat(http.put("/api/v1/limits/everything", "{}").status()).isEqualTo(422);
  }

  private void schedules(Http http) {
    check(
        "PUT",
        "/api/v1/business-calendars/{calendar}",
        http.put(
            "/api/v1/business-calendars/office",
            "{\"weekend\":[\"FRIDAY\"],\"holidays\":[\"2026-01-01\"]}"));
    check("GET", "/api/v1/business-calendars", http.get("/api/v1/business-calendars"));
    check(
        "GET",
        "/api/v1/business-calendars/{calendar}",
        http.get("/api/v1/business-calendars/office"));
    for (String timing :
        new String[] {
          "\"cron\":\"0 3 * * *\",\"zone\":\"Asia/Tokyo\"",
          "\"cron\":\"0 3 * * *\",\"calendar\":\"office\",\"dayRule\":\"next\",\"overlap\":\"buffer\","
              + "\"missedPolicy\":\"run-all\",\"catchUp\":7,\"startBeforeSeconds\":90",
          "\"everySeconds\":3600",
          "\"at\":\"2099-01-01T00:00:00Z\""
        }) {
      check(
          "PUT",
          "/api/v1/schedules/{schedule}",
          http.put(
              "/api/v1/schedules/contract",
              "{\"definition\":\"later\",\"payload\":{\"name\":\"x\"}," + timing + "}"));
    }
    check("GET", "/api/v1/schedules", http.get("/api/v1/schedules"));
    check("GET", "/api/v1/schedules/{schedule}", http.get("/api/v1/schedules/contract"));
    assertThat(http.get("/api/v1/schedules/contract?next=101").status()).isEqualTo(400);
    check("POST", "/api/v1/schedules/{schedule}/run", http.post("/api/v1/schedules/contract/run"));
    check(
        "POST",
        "/api/v1/schedules/{schedule}/pause",
        http.post("/api/v1/schedules/contract/pause"));
    check(
        "POST",
        "/api/v1/schedules/{schedule}/resume",
        http.post("/api/v1/schedules/contract/resume"));
    check(
        "GET",
        "/api/v1/schedules/{schedule}/firings",
        http.get("/api/v1/schedules/contract/firings"));
    check("DELETE", "/api/v1/schedules/{schedule}", http.delete("/api/v1/schedules/contract"));
    check(
        "DELETE",
        "/api/v1/business-calendars/{calendar}",
        http.delete("/api/v1/business-calendars/office"));
  }

  private void check(String method, String path, Answer answer) {
    contract.check(method, path, answer);
  }
}
