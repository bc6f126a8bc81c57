package dev.ekiden.calendar.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.server.Http;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.Json;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What receivers get, over real HTTP and through the engine's jobs. */
@Timeout(120)
final class WebhooksTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  private record Received(
      String event, String key, String timestamp, String signature, String body) {}

  @TempDir static Path directory;
  private static RunningCalendar server;
  private static HttpServer receiver;
  private static final List<Received> received = new CopyOnWriteArrayList<>();
  private static final AtomicInteger status = new AtomicInteger(204);
  private static int hour;

  @BeforeAll
  static void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", WebhooksTest::receive);
    receiver.start();
    server = RunningCalendar.start(directory, database.address());
    Http csv = server.control().with("Content-Type", "text/csv");
    csv.post("/calendar/import/venues.csv", "code,name,zone\ntokyo,東京,Asia/Tokyo\n");
    csv.post("/calendar/import/spaces.csv", "code,venue,name\nroom,tokyo,会議室\n");
    csv.post("/calendar/import/plans.csv", "code,space,name\nplan,room,いつでも\n");
    csv.post("/calendar/import/hours.csv", "space,hours\nroom,mon-sun 00:00-24:00\n");
    csv.post("/calendar/import/prices.csv", "plan,prices\nplan,any 1000\n");
  }

  @AfterAll
  static void stop() {
    server.close();
    receiver.stop(0);
  }

  @BeforeEach
  void forget() {
    server
        .control()
        .get("/calendar/webhooks")
        .json()
        .path("items")
        .forEach(webhook ->
            server.control().delete("/calendar/webhooks/" + webhook.path("id").asString("")));
    received.clear();
    status.set(204);
  }

  private static void receive(HttpExchange exchange) throws IOException {
    int answer = status.get(); // before the test hears of it and sets the next
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    received.add(
        new Received(
            exchange.getRequestHeaders().getFirst("Ekiden-Event"),
            exchange.getRequestHeaders().getFirst("Idempotency-Key"),
            exchange.getRequestHeaders().getFirst("Ekiden-Timestamp"),
            exchange.getRequestHeaders().getFirst("Ekiden-Signature"),
            body));
    exchange.sendResponseHeaders(answer, -1);
    exchange.close();
  }

  @Test
  void aBookingIsToldSignedAndWithoutItsToken() throws Exception {
    register("\"reservation.confirmed\",\"reservation.canceled\"");
    Answer held = hold();
    server.open().post(held.header("Location") + "/confirm");
    server.open().post(held.header("Location") + "/confirm");
    server.open().post(held.header("Location") + "/cancel");

    TestEngine.awaitUntil("both are told", () -> received.size() == 2);

    Received confirmed =
        received.stream()
            .filter(told -> told.event().equals("reservation.confirmed"))
            .findFirst()
            .orElseThrow();
    assertThat(confirmed.signature())
        .isEqualTo(
            Signature.of(
                RunningCalendar.WEBHOOK_SECRET,
                Long.parseLong(confirmed.timestamp()),
                confirmed.body()));
    var body = Json.MAPPER.readTree(confirmed.body());
    assertThat(body.path("id").asString("")).isEqualTo(confirmed.key());
    var told = body.path("data").path("reservations").get(0);
    assertThat(told.path("plan").asString("")).isEqualTo("plan");
    assertThat(told.path("state").asString("")).isEqualTo("CONFIRMED");
    assertThat(confirmed.body()).doesNotContain(held.json().path("token").asString(""));
  }

  @Test
  void aFailedDeliveryIsRepeatedWithTheSameKeyAndAFreshSignature() throws Exception {
    status.set(500);
    register("\"reservation.confirmed\"");
    server.open().post(hold().header("Location") + "/confirm");
    TestEngine.awaitUntil("it is told", () -> !received.isEmpty());
    status.set(200);
    TestEngine.awaitUntil(
        "the failure is noted", () -> jobs().getFirst().state() == JobState.SCHEDULED);

    server.engine().clock().advance(Webhooks.RETRY.initialDelay());

    TestEngine.awaitUntil("it is told again", () -> received.size() == 2);
    assertThat(received.get(1).key()).isEqualTo(received.getFirst().key());
    assertThat(received.get(1).body()).isEqualTo(received.getFirst().body());
    TestEngine.awaitUntil(
        "it has succeeded", () -> jobs().getFirst().state() == JobState.SUCCEEDED);
  }

  @Test
  void aReceiverThatIsGoneIsNotAskedAgain() throws Exception {
    status.set(410);
    register("\"reservation.confirmed\"");
    server.open().post(hold().header("Location") + "/confirm");
    TestEngine.awaitUntil("it has failed", () -> jobs().getFirst().state() == JobState.FAILED);
    assertThat(received).hasSize(1);
  }

  @Test
  void whatDidNotHappenIsNotTold() throws Exception {
    register("\"reservation.changed\"");
    Answer first = hold();
    Answer second = hold();
    server.open().post(first.header("Location") + "/confirm");
    server.open().post(second.header("Location") + "/confirm");
    long before = jobs().size();
    Answer taken =
        server
            .open()
            .post(
                first.header("Location") + "/change",
                times(
                    second.json().path("start").asString(""),
                    second.json().path("end").asString("")));
    assertThat(taken.status()).isEqualTo(409);
    assertThat(jobs()).hasSize((int) before);
  }

  @Test
  void changesOfAvailabilityNameThePlans() throws Exception {
    register("\"availability.changed\"");
    server
        .control()
        .put("/calendar/plans/plan/prices", "{\"rules\":\"any %d\"}".formatted(1_000 + hour));
    server.engine().clock().advance(Webhooks.AVAILABILITY_DELAY);
    TestEngine.awaitUntil("it is told", () -> !received.isEmpty());
    assertThat(
            Json.MAPPER
                .readTree(received.getFirst().body())
                .path("data")
                .path("plans")
                .get(0)
                .asString(""))
        .isEqualTo("plan");
  }

  @Test
  void theSecretIsNowhereInTheDatabase() throws Exception {
    register("\"reservation.confirmed\"");
    server.open().post(hold().header("Location") + "/confirm");
    TestEngine.awaitUntil("it is told", () -> !received.isEmpty());
    String stored =
        server
            .database()
            .withHandle(handle ->
                handle
                        .createQuery(
                            "SELECT string_agg(row_to_json(w)::text, ' ') FROM calendar.webhook w")
                        .mapTo(String.class)
                        .one()
                    + server
                        .engine()
                        .jobs()
                        .list(JobFilter.ALL.withQueue(Webhooks.QUEUE), null, 100));
    assertThat(stored)
        .contains(WebhookSettings.SECRET_PREFIX)
        .doesNotContain(RunningCalendar.WEBHOOK_SECRET);
    assertThat(WebhookSettings.ofEnvironment().toString()).contains("hidden");
  }

  @Test
  void whatCannotWorkIsRefusedWhenItIsRegistered() {
    assertThat(post("ftp://example.com", "CALENDAR_WEBHOOK_SECRET", "").status()).isEqualTo(422);
    assertThat(post(url(), "PATH", "").body()).contains("must begin with CALENDAR_WEBHOOK_SECRET");
    assertThat(post(url(), "CALENDAR_WEBHOOK_SECRET_2", "").body())
        .contains("must be a variable of this server");
    assertThat(post(url(), "CALENDAR_WEBHOOK_SECRET", "\"reservation.eaten\"").body())
        .contains("must be among");
    for (int count = 0; count < Webhooks.MAXIMUM_WEBHOOKS; count++) {
      assertThat(post(url(), "CALENDAR_WEBHOOK_SECRET", "\"reservation.rejected\"").status())
          .isEqualTo(201);
    }
    assertThat(post(url(), "CALENDAR_WEBHOOK_SECRET", "").body()).contains("at most 20");
  }

  private static List<Job> jobs() {
    return server.engine().jobs().list(JobFilter.ALL.withQueue(Webhooks.QUEUE), null, 100).items();
  }

  private static String url() {
    return "http://127.0.0.1:%d/hook".formatted(receiver.getAddress().getPort());
  }

  private static void register(String events) {
    assertThat(post(url(), "CALENDAR_WEBHOOK_SECRET", events).status()).isEqualTo(201);
  }

  private static Answer post(String url, String variable, String events) {
    return server
        .control()
        .post(
            "/calendar/webhooks",
            "{\"url\":\"%s\",\"secretVariable\":\"%s\",\"events\":[%s]}"
                .formatted(url, variable, events));
  }

  private static Answer hold() {
    hour++;
    Answer held =
        server
            .open()
            .post(
                "/calendar/holds",
                "{\"plan\":\"plan\","
                    + times(
                            "2026-12-%02dT10:00".formatted(hour),
                            "2026-12-%02dT11:00".formatted(hour))
                        .substring(1));
    assertThat(held.status()).as(held.body()).isEqualTo(201);
    return held;
  }

  private static String times(String start, String end) {
    return "{\"start\":\"%s\",\"end\":\"%s\"}".formatted(start, end);
  }
}
