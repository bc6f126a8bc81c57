package dev.ekiden.calendar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.calendar.availability.Quote;
import dev.ekiden.calendar.availability.ReferenceQuotes;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.TruthReader;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.server.Http;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.Json;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What customers and operators get over HTTP, good and bad. */
@Timeout(120)
final class CalendarHttpTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  /** A plan of its own, an hour or more around the clock, 1000 yen an hour. */
  private static final String PLAN = "always";

  private static final int PLANS = 40;

  @TempDir static Path directory;
  private static RunningCalendar server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningCalendar.start(directory, database.address());
    server.load(new SampleSize(2, 4, PLANS, 10), directory.resolve("sample"));
    Http csv = server.control().with("Content-Type", "text/csv");
    csv.post("/calendar/import/venues.csv", "code,name,zone\ntokyo,東京 100%_,Asia/Tokyo\n");
    csv.post("/calendar/import/spaces.csv", "code,venue,name\nroom,tokyo,会議室\n");
    csv.post(
        "/calendar/import/plans.csv",
        "code,space,name,maximum_minutes\n%s,room,いつでも,480\n".formatted(PLAN));
    csv.post("/calendar/import/hours.csv", "space,hours\nroom,mon-sun 00:00-24:00\n");
    csv.post("/calendar/import/prices.csv", "plan,prices\n%s,any 1000\n".formatted(PLAN));
    server.settle();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  // ---- who may come in ----

  @Test
  void aForeignHostIsRefusedOnThePublicListener() {
    Answer answer = server.open().with("Host", "evil.example").get("/calendar/spaces");
    assertThat(answer.status()).isEqualTo(421);
    assertThat(answer.code()).isEqualTo("unknown-host");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/health",
    "GET,/metrics",
    "GET,/api/v1/jobs",
    "POST,/api/v1/jobs",
    "PUT,/calendar/plans/always/prices",
    "PUT,/calendar/plans/always/rules",
    "POST,/calendar/plans/always/unpublish",
    "PUT,/calendar/plans/always/policy",
    "GET,/calendar/requests",
    "POST,/calendar/requests/1/approve",
    "PUT,/calendar/spaces/room/hours",
    "GET,/calendar/spaces/room/hours",
    "POST,/calendar/spaces/room/closures",
    "PUT,/calendar/venues/tokyo/calendar",
    "POST,/calendar/import/venues.csv",
    "GET,/calendar/export/reservations.csv",
    "PUT,/calendar/spaces/room/blocks/google",
    "GET,/calendar/spaces/room/feeds",
    "POST,/calendar/spaces/room/feeds",
    "GET,/calendar/bulk-feeds",
    "GET,/calendar/bulk-feeds/latest/content",
    "GET,/calendar/webhooks",
    "POST,/calendar/webhooks",
    "POST,/calendar/sync",
    "POST,/calendar/verify"
  })
  void noControlRouteIsPublic(String method, String path) {
    assertThat(server.open().send(method, path, "").status()).isEqualTo(404);
    // With the token neither: it is not a matter of rights there.
    assertThat(server.open().withToken(server.token()).send(method, path, "").status())
        .isEqualTo(404);
  }

  @Test
  void theControlListenerNeedsItsTokenForBookingToo() {
    Http anonymous = server.control().with("Authorization", null);
    assertThat(anonymous.get("/calendar/spaces").status()).isEqualTo(401);
    assertThat(anonymous.post("/calendar/sync").status()).isEqualTo(401);
  }

  // ---- wrong questions ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/calendar/plans/none/availability?from=2026-12-01&to=2026-12-01|404|unknown-plan",
        "/calendar/plans/1/availability?from=2026-12-01&to=2026-12-01|404|unknown-plan",
        "/calendar/plans/none|404|unknown-plan",
        "/calendar/spaces/none|404|unknown-space",
        "/calendar/spaces/none/plans?start=2026-12-01T10:00&end=2026-12-01T11:00|404|unknown-space",
        "/calendar/plans/always/availability?to=2026-12-01|400|missing-parameter",
        "/calendar/plans/always/availability?from=2026-12-01&to=tomorrow|400|invalid-parameter",
        "/calendar/plans/always/availability?from=2026-02-30&to=2026-03-01|400|invalid-parameter",
        "/calendar/plans/always/availability?from=2026-12-02&to=2026-12-01|400|invalid-parameter",
        "/calendar/plans/always/availability?from=2026-12-01&to=2027-01-01|400|invalid-parameter",
        "/calendar/plans/always/availability?from=1969-12-31&to=1969-12-31|400|invalid-parameter",
        "/calendar/plans/always/availability?from=3000-01-01&to=3000-01-01|400|invalid-parameter",
        "/calendar/plans/always/availability?from=2026-12-01&to=2026-12-01&minutes=0|400|invalid-parameter",
        "/calendar/plans/always/availability?from=2026-12-01&to=2026-12-01&minutes=10081|400|invalid-parameter",
        "/calendar/plans/always/availability?from=2026-12-01&to=2026-12-01&minuts=60|400|unknown-parameter",
        "/calendar/search?start=noon&end=2026-12-01T11:00|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T11:00|400|missing-parameter",
        "/calendar/search?start=2026-12-01T11:00&end=2026-12-01T11:00|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T11:00&end=2026-12-08T11:01|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T10:00&end=2026-12-01T11:00&currency=YEN|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T10:00&end=2026-12-01T11:00&maxTotal=-1|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T10:00&end=2026-12-01T11:00&units=101|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T10:00&end=2026-12-01T11:00&capacity=100001|400|invalid-parameter",
        "/calendar/search?start=2026-12-01T10:00&end=2026-12-01T11:00&limit=101|400|invalid-parameter",
        "/calendar/search/spaces?start=2026-12-01T10:00&end=2026-12-01T11:00&after=7|400|invalid-parameter",
        "/calendar/search/spaces?start=2026-12-01T10:00&end=2026-12-01T11:00&sort=total|400|unknown-parameter",
        "/calendar/spaces/room/plans?start=noon&end=2026-12-01T11:00|400|invalid-parameter",
        "/calendar/spaces/room/plans?start=2026-12-01T10:00&end=2026-12-01T10:00|400|invalid-parameter",
        "/calendar/spaces/room/plans?start=2026-12-01T11:00&end=2026-12-01T10:00|400|invalid-parameter",
        "/calendar/spaces/room/plans?start=0000-01-01T00:00Z&end=2026-12-01T10:00|400|invalid-parameter",
        "/calendar/spaces/room/plans?start=2026-12-01T10:00&end=9999-12-31T10:00|400|invalid-parameter",
        "/calendar/spaces/room/plans?start=2026-12-01T10:00|400|missing-parameter",
        "/calendar/spaces/room/plans?start=2026-12-01T10:00&end=2026-12-01T11:00&reasons=yes|400|invalid-parameter",
        "/calendar/spaces?limit=101|400|invalid-parameter",
        "/calendar/reservations/x|404|unknown-reservation",
        "/calendar/reservations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|404|unknown-reservation"
      })
  void aWrongQuestionIsRefusedWithAReason(String path, int status, String code) {
    Answer answer = server.open().get(path);
    assertThat(answer.body()).contains(code);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  private static final String SEARCH =
      "/calendar/search/spaces?start=2026-12-01T10:00&end=2026-12-01T11:00";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "&limit=1",
        "&limit=100",
        "&capacity=0",
        "&capacity=100000",
        "&units=1",
        "&units=100",
        "&minTotal=0&maxTotal=999999999999999&currency=JPY",
        "&after=JPY-0-1",
        "&venue=none",
        "&name="
      })
  void aSearchAtItsLimitsIsAnswered(String rest) {
    assertThat(server.open().get(SEARCH + rest).status()).isEqualTo(200);
    assertThat(
            server
                .open()
                .get("/calendar/search?start=2026-12-01T10:00&end=2026-12-08T10:00&capacity=100000")
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "&limit=0,limit",
    "&limit=101,limit",
    "&limit=many,limit",
    "&limit=99999999999999999999,limit",
    "&capacity=-1,capacity",
    "&capacity=100001,capacity",
    "&units=0,units",
    "&units=101,units",
    "&minTotal=1.5,minTotal",
    "&maxTotal=1000000000000000,maxTotal",
    "&after=JPY,after",
    "&after=JPY-99999999999999999999-1,after",
    "&limit=1&limit=2,limit",
    "&name=%00,name",
    "&venue=%00,venue"
  })
  void aSearchBeyondItsLimitsIsToldWhichFieldIsWrong(String rest, String field) {
    Answer answer = server.open().get(SEARCH + rest);
    assertThat(answer.body()).contains("\"" + field + "\"");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("field").asString("")).isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/calendar/spaces?name=%00",
        "/calendar/spaces/%00",
        "/calendar/plans/%00",
        "/calendar/reservations/%00",
        "/calendar/booking/js/..%2f..%2fopenapi.yaml",
        "/calendar/booking/js/%00"
      })
  void whatIsNoTextIsNobodysFault(String path) {
    assertThat(server.open().get(path).status()).isBetween(400, 404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "|400",
        "{|400",
        "[]|422",
        "null|400",
        "{\"plan\":7}|422",
        "{\"plan\":\"\\u0000\",\"start\":\"2026-12-01T10:00\",\"end\":\"2026-12-01T11:00\"}|422",
        "{\"plan\":\"always\",\"start\":\"2026-12-01T10:00\"}|422",
        "{\"plan\":\"always\",\"start\":\"2026-12-01T10:00\",\"end\":\"2026-12-01T11:00\",\"price\":1}|422"
      })
  void aWrongWishIsRefused(@Nullable String body, int status) {
    Answer answer = server.open().post("/calendar/holds", body == null ? "" : body);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isNotEmpty();
  }

  @Test
  void theLongestQuestionIsAnswered() {
    JsonNode answer = availability("2026-12-01", "2026-12-31", "&minutes=10080");
    assertThat(answer.path("times")).isEmpty();
    assertThat(answer.path("slots")).hasSize(31 * 24);
    assertThat(answer.path("ready").asBoolean()).isTrue();
  }

  @Test
  void aPlusThatBecameASpaceIsExplained() {
    Answer answer =
        server
            .open()
            .get("/calendar/spaces/room/plans?start=2026-12-01T10:00+09:00&end=2026-12-01T11:00");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("field").asString("")).isEqualTo("start");
  }

  @Test
  void spacesAreFoundByTheNamesTheyHave() {
    assertThat(codes("/calendar/spaces?name=%E4%BC%9A%E8%AD%B0")).contains("room");
    assertThat(codes("/calendar/spaces?venue=tokyo")).contains("room").doesNotContain("S00001");
    // By the venue's name, in which % and _ stand for themselves.
    assertThat(codes("/calendar/spaces?name=100%25_"))
        .containsExactlyElementsOf(codes("/calendar/spaces?venue=tokyo"));
    assertThat(codes("/calendar/spaces?venue=none")).isEmpty();
    assertThat(codes("/calendar/spaces?name=nobody")).isEmpty();
  }

  // ---- plans that are not published ----

  @Test
  void customersSeeNoPlanThatIsNotPublished() throws Exception {
    plan("hidden");
    assertThat(server.open().get("/calendar/plans/hidden").status()).isEqualTo(200);
    server.control().post("/calendar/plans/hidden/unpublish");
    server.settle();
    String time = "?start=2026-12-01T10:00&end=2026-12-01T11:00&reasons=true";
    assertThat(server.open().get("/calendar/plans/hidden").code()).isEqualTo("unknown-plan");
    assertThat(server.open().get("/calendar/spaces/room").body()).doesNotContain("hidden");
    assertThat(server.open().get("/calendar/spaces/room/plans" + time).body())
        .doesNotContain("hidden");
    assertThat(server.control().get("/calendar/spaces/room/plans" + time).body())
        .contains("hidden", "PLAN_NOT_PUBLISHED");
  }

  // ---- changes ----

  @Test
  void everySlotCarriesANewPriceAfterItIsPut() throws Exception {
    plan("priced");
    Answer changed =
        server.control().put("/calendar/plans/priced/prices", "{\"rules\":\"any 2400\"}");
    assertThat(changed.json().path("affectedPlans").asInt()).isEqualTo(1);
    server.settle();
    JsonNode answer =
        server
            .open()
            .get("/calendar/plans/priced/availability?from=2026-12-01&to=2026-12-07")
            .json();
    assertThat(answer.path("slots")).hasSize(7 * 24);
    answer.path("slots").forEach(s -> assertThat(s.path("amount").asInt()).isEqualTo(2_400));
    Answer again =
        server.control().put("/calendar/plans/priced/prices", "{\"rules\":\"any 2400\"}");
    assertThat(again.json().path("affectedPlans").asInt()).isZero();
  }

  @Test
  void aChangeEnqueuesAJobThatNamesWhatWasChanged() {
    plan("named");
    server.control().put("/calendar/plans/named/prices", "{\"rules\":\"any 1100\"}");
    long id =
        Long.parseLong(
            server.open().get("/calendar/plans/named").json().path("plan").path("id").asString(""));
    List<Job> jobs =
        server
            .engine()
            .jobs()
            .list(JobFilter.ALL.withQueue("calendar-live").withKey("plan-" + id), null, 10)
            .items();
    assertThat(jobs).anyMatch(job -> String.valueOf(job.payload()).contains("plan " + id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any many\"}|invalid-value|prices",
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any 1000\",\"dayPrice\":\"5000\"}|invalid-field|dayPrice",
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any 1000\",\"dayPrice\":1.5}|invalid-field|dayPrice",
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any 1000\",\"dayPrice\":-1}|invalid-value|dayPrice",
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any 1000\",\"currency\":\"YEN\"}|invalid-value|currency",
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any 1000\",\"taxPercent\":101}|invalid-value|taxPercent",
        "PUT|/calendar/plans/always/prices|{}|missing-field|rules",
        "PUT|/calendar/plans/always/prices|{\"rules\":\"any 1000\",\"price\":1}|unknown-field|price",
        "PUT|/calendar/plans/always/rules|{\"unitMinutes\":20}|invalid-value|unitMinutes",
        "PUT|/calendar/plans/always/rules|{\"unitMinutes\":60,\"minimumMinutes\":30}|invalid-value|minimumMinutes",
        "PUT|/calendar/spaces/room/hours|{\"hours\":\"mon 09:00-12:00; mon 11:00-13:00\"}|invalid-value|hours",
        "PUT|/calendar/spaces/room/hours|{\"hours\":\"mon 22:00-26:00; tue 01:00-03:00\"}|invalid-value|hours",
        "PUT|/calendar/spaces/room/hours|{\"hours\":\"mon 18:00-09:00\"}|invalid-value|hours",
        "PUT|/calendar/venues/tokyo/calendar|{\"zone\":\"Mars/Olympus\",\"holidayCalendar\":\"jp\"}|invalid-value|zone",
        "PUT|/calendar/venues/tokyo/calendar|{\"zone\":\"Asia/Tokyo\",\"holidayCalendar\":\"xx\"}|invalid-value|holidayCalendar",
        "POST|/calendar/spaces/room/closures|{\"from\":\"2026-12-24T12:00\",\"to\":\"2026-12-24T10:00\"}|invalid-value|to",
        "POST|/calendar/spaces/room/closures|{\"from\":\"noon\",\"to\":\"2026-12-24T10:00\"}|invalid-field|from",
        "POST|/calendar/spaces/room/special-periods|{\"from\":\"2026-12-24\",\"to\":\"2026-12-25\",\"name\":\"x\",\"hours\":\"\"}|invalid-value|hours",
        "PUT|/calendar/spaces/room/resources|{\"resources\":[]}|invalid-value|resources",
        "PUT|/calendar/spaces/room/resources|{\"resources\":[{\"code\":\"a\",\"units\":0}]}|invalid-value|units",
        "POST|/calendar/holds|{\"plan\":\"none\",\"start\":\"2026-12-01T10:00\",\"end\":\"2026-12-01T11:00\"}|unknown-plan|plan",
        "POST|/calendar/holds|{\"plan\":\"always\",\"start\":\"soon\",\"end\":\"2026-12-01T11:00\"}|invalid-field|start",
        "POST|/calendar/holds|{\"plan\":\"always\",\"start\":\"2026-12-01T11:00\",\"end\":\"2026-12-01T11:00\"}|invalid-field|end",
        "POST|/calendar/holds|{\"plan\":\"always\",\"start\":\"2026-12-01T10:00\",\"end\":\"2026-12-01T11:00\",\"holdSeconds\":0}|invalid-field|holdSeconds",
        "POST|/calendar/holds|{\"plan\":\"always\",\"start\":\"2026-12-01T10:00\",\"end\":\"2026-12-01T11:00\",\"holdSeconds\":3601}|invalid-field|holdSeconds",
        "POST|/calendar/verify|{\"limit\":0}|invalid-field|limit",
        "POST|/calendar/verify|{\"limit\":1001}|invalid-field|limit",
        "POST|/calendar/verify|{\"plans\":[]}|invalid-field|plans",
        "POST|/calendar/verify|{\"after\":\"x\"}|invalid-field|after"
      })
  void aWrongValueIsRefusedWithItsField(
      String method, String path, String body, String code, String field) {
    Answer answer = server.control().send(method, path, body);
    assertThat(answer.body()).contains(code);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().path("field").asString("")).isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/calendar/spaces/room/special-periods/2026-12-24",
        "/calendar/spaces/room/closures?from=2026-12-24T10:00&to=2026-12-24T12:00",
        "/calendar/spaces/none/special-periods/2026-12-24"
      })
  void whatIsNotThereCannotBeRemoved(String path) {
    assertThat(server.control().delete(path).status()).isEqualTo(404);
  }

  // ---- booking ----

  @Test
  void aTimeIsHeldConfirmedAndCanceled() {
    plan("booked");
    Answer held = hold("booked", "2026-12-03T10:00", "2026-12-03T13:00");
    assertThat(held.status()).isEqualTo(201);
    JsonNode hold = held.json();
    assertThat(hold.path("price").path("total").asInt()).isEqualTo(3_000);
    assertThat(hold.path("price").path("tax").asInt()).isEqualTo(272);
    assertThat(hold.path("start").asString("")).isEqualTo("2026-12-03T10:00:00+09:00");
    Duration length =
        Duration.between(
            server.engine().clock().now(),
            OffsetDateTime.parse(hold.path("expiresAt").asString("")));
    assertThat(length).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));

    String reservation = held.header("Location");
    assertThat(state(server.open().get(reservation))).isEqualTo("HELD");
    Answer taken = hold("booked", "2026-12-03T12:00", "2026-12-03T14:00");
    assertThat(taken.status()).isEqualTo(409);
    assertThat(taken.code()).isEqualTo("slot-unavailable");
    assertThat(reasons(taken)).containsExactly("OCCUPIED");

    for (int times = 0; times < 2; times++) {
      Answer confirmed = server.open().post(reservation + "/confirm");
      assertThat(confirmed.status()).isEqualTo(200);
      assertThat(state(confirmed)).isEqualTo("CONFIRMED");
      assertThat(confirmed.json().path("total").asInt()).isEqualTo(3_000);
    }
    assertThat(state(server.open().post(reservation + "/cancel"))).isEqualTo("CANCELED");
    Answer late = server.open().post(reservation + "/confirm");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.code()).isEqualTo("reservation-state");
    assertThat(hold("booked", "2026-12-03T12:00", "2026-12-03T14:00").status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-12-04T10:30,2026-12-04T11:30,NOT_ALIGNED",
    "2026-12-04T10:00,2026-12-04T10:30,TOO_SHORT",
    "2026-12-04T10:00,2026-12-04T19:00,TOO_LONG",
    "2026-12-04T10:00,2026-12-14T10:00,TOO_LONG",
    "2026-11-20T10:00,2026-11-20T11:00,MINIMUM_NOTICE",
    "2027-06-04T10:00,2027-06-04T11:00,BEYOND_BOOKING_WINDOW"
  })
  void whatTheRulesForbidIsNotAMatterOfLuck(String start, String end, String reason) {
    Answer answer = hold(PLAN, start, end);
    assertThat(answer.body()).contains(reason);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("booking-rules");
    assertThat(reasons(answer)).contains(reason);
  }

  @Test
  void anExpiredHoldIsGone() throws Exception {
    plan("expiring");
    Answer held =
        server
            .open()
            .post(
                "/calendar/holds",
                "{\"plan\":\"expiring\",\"start\":\"2026-12-05T10:00\",\"end\":\"2026-12-05T11:00\",\"holdSeconds\":1}");
    assertThat(held.status()).isEqualTo(201);
    String reservation = held.header("Location");
    Instant before = server.engine().clock().now();
    server.engine().clock().advance(Duration.ofSeconds(2));
    try {
      assertThat(state(server.open().get(reservation))).isEqualTo("EXPIRED");
      Answer late = server.open().post(reservation + "/confirm");
      assertThat(late.status()).isEqualTo(410);
      assertThat(late.code()).isEqualTo("hold-expired");
      assertThat(hold("expiring", "2026-12-05T10:00", "2026-12-05T11:00").status()).isEqualTo(201);
    } finally {
      server.engine().clock().set(before);
    }
  }

  @Test
  void ofAThousandBookingsOfOneSlotOneSucceeds() throws Exception {
    plan("wanted");
    List<Future<Integer>> answers = new ArrayList<>();
    // A hundred at once: of a thousand, some would on a busy machine wait in vain for a connection.
    try (ExecutorService customers = Executors.newFixedThreadPool(100)) {
      for (int customer = 0; customer < 1_000; customer++) {
        answers.add(
            customers.submit(
                () -> hold("wanted", "2026-12-06T10:00", "2026-12-06T11:00").status()));
      }
    }
    Map<Integer, Integer> counts = new TreeMap<>();
    for (Future<Integer> answer : answers) {
      counts.merge(answer.get(), 1, Integer::sum);
    }
    assertThat(counts).isEqualTo(Map.of(201, 1, 409, 999));
  }

  // ---- files ----

  @Test
  void aBadRowIsToldAndTheGoodOnesAreKept() {
    Http csv = server.control().with("Content-Type", "text/csv");
    String file = "code,name,zone\nkept-1,a,Asia/Tokyo\nlost-1,b,Mars/Olympus\n";
    JsonNode report = csv.post("/calendar/import/venues.csv", file).json();
    assertThat(report.path("applied").asBoolean()).isTrue();
    JsonNode problem = report.path("problems").get(0);
    assertThat(problem.path("line").asInt()).isEqualTo(3);
    assertThat(problem.path("column").asString("")).isEqualTo("zone");
    assertThat(problem.path("value").asString("")).isEqualTo("Mars/Olympus");
    assertThat(report.path("files").get(0).path("added").asInt()).isEqualTo(1);

    String atomic = file.replace("-1", "-2");
    JsonNode refused = csv.post("/calendar/import/venues.csv?atomic=true", atomic).json();
    assertThat(refused.path("applied").asBoolean()).isFalse();
    assertThat(server.control().get("/calendar/export/venues.csv").body())
        .contains("kept-1")
        .doesNotContain("lost-1", "kept-2");
  }

  @Test
  void severalFilesAreImportedAllOrNone() throws Exception {
    Path files = Files.createDirectories(directory.resolve("several"));
    Path venues =
        Files.writeString(files.resolve("venues.csv"), "code,name,zone\nzip-1,a,Asia/Tokyo\n");
    Path spaces =
        Files.writeString(files.resolve("spaces.csv"), "code,venue,name\nzip-s,zip-1,b\n,x,c\n");
    ZipRequest zip = ZipRequest.of(List.of(spaces, venues));
    JsonNode refused = zip.send(server, "/calendar/import?atomic=true").json();
    assertThat(refused.path("applied").asBoolean()).isFalse();
    assertThat(server.control().get("/calendar/export/venues.csv").body()).doesNotContain("zip-1");
    JsonNode kept = zip.send(server, "/calendar/import").json();
    assertThat(kept.path("problems").size()).isPositive();
    assertThat(server.control().get("/calendar/export/spaces.csv").body()).contains("zip-s");
  }

  @Test
  void anArchiveOfOtherThingsIsRefused() throws Exception {
    Path other = Files.writeString(directory.resolve("notes.txt"), "hello");
    assertThat(ZipRequest.of(List.of(other)).send(server, "/calendar/import").code())
        .isEqualTo("unknown-file");
    assertThat(ZipRequest.of(List.of()).send(server, "/calendar/import").status()).isIn(400, 422);
    assertThat(
            server
                .control()
                .with("Content-Type", "application/zip")
                .post("/calendar/import", "no zip")
                .code())
        .isEqualTo("malformed-zip");
    assertThat(server.control().post("/calendar/import", "{}").status()).isEqualTo(415);
    assertThat(
            server
                .control()
                .with("Content-Type", "text/csv")
                .post("/calendar/import/notes.txt", "a")
                .code())
        .isEqualTo("unknown-file");
  }

  // ---- both flows against brute force ----

  @Test
  void theFreeTimesOfRandomPlansAreThoseOfBruteForce() throws Exception {
    server.settle();
    Random random = new Random(11);
    int offered = 0;
    for (int question = 0; question < 25; question++) {
      String plan = "P%06d".formatted(1 + random.nextInt(PLANS));
      LocalDate from = RunningCalendar.TODAY.plusDays(random.nextInt(85));
      LocalDate to = from.plusDays(random.nextInt(3));
      Instant now = server.engine().clock().now();
      Truth truth = truth(plan, from, to.plusDays(2));
      int minutes =
          truth.plan().rules().minimumMinutes()
              + truth.plan().rules().unitMinutes() * random.nextInt(3);
      JsonNode answer =
          server
              .control()
              .get(
                  "/calendar/plans/%s/availability?from=%s&to=%s&minutes=%d"
                      .formatted(plan, from, to, minutes))
              .json();
      Map<Instant, Long> times = new TreeMap<>();
      answer
          .path("times")
          .forEach(time ->
              times.put(
                  OffsetDateTime.parse(time.path("start").asString("")).toInstant(),
                  time.path("total").asLong()));
      assertThat(times).as(plan + " " + from).isEqualTo(expected(truth, from, to, minutes, now));
      offered += times.size();
    }
    assertThat(offered).isGreaterThan(100);
  }

  @Test
  void thePlansOfARandomTimeAreThoseOfBruteForceAndOfTheOtherFlow() throws Exception {
    server.settle();
    Random random = new Random(12);
    int bookable = 0;
    for (int question = 0; question < 25; question++) {
      String space = "S%05d".formatted(1 + random.nextInt(4));
      LocalDate day = RunningCalendar.TODAY.plusDays(1 + random.nextInt(80));
      Instant start =
          day.atTime(random.nextInt(24), 0).atZone(java.time.ZoneId.of("Asia/Tokyo")).toInstant();
      int minutes = 60 * (1 + random.nextInt(4));
      Instant end = start.plus(Duration.ofMinutes(minutes));
      Instant now = server.engine().clock().now();
      JsonNode answer =
          server
              .control()
              .get(
                  "/calendar/spaces/%s/plans?start=%s&end=%s&reasons=true"
                      .formatted(space, start, end))
              .json();
      Map<String, Long> offered = new TreeMap<>();
      answer
          .path("plans")
          .forEach(plan ->
              offered.put(
                  plan.path("plan").path("code").asString(""),
                  plan.path("price").path("total").asLong()));
      Map<String, Long> expected = new TreeMap<>();
      Map<String, Long> otherFlow = new TreeMap<>();
      for (String plan : plansOf(space)) {
        new ReferenceQuotes(truth(plan, day.minusDays(1), day.plusDays(2)))
            .quote(start, end, now)
            .ifPresent(quote -> expected.put(plan, quote.total()));
        otherFlow(plan, day, start, minutes).ifPresent(total -> otherFlow.put(plan, total));
      }
      assertThat(offered).as(space + " " + start).isEqualTo(expected).isEqualTo(otherFlow);
      assertThat(answer.path("plans").size() + answer.path("unavailable").size())
          .isEqualTo(plansOf(space).size());
      bookable += offered.size();
    }
    assertThat(bookable).isGreaterThan(30);
  }

  // ---- once and only once ----

  @Test
  void theSameRequestWithTheSameKeyIsAnsweredOnce() throws Exception {
    plan("once");
    String body = hold("once", 10, 12);
    Http http = server.open().with("Idempotency-Key", "4f9a3c52-0c3e-4d7e-9d53-once");

    Answer first = http.post("/calendar/holds", body);
    Answer again = http.post("/calendar/holds", body);

    assertThat(first.status()).isEqualTo(201);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.header("Location")).isEqualTo(first.header("Location"));
    assertThat(server.open().post("/calendar/holds", body).status()).isEqualTo(409);
    Answer other = http.post("/calendar/holds", hold("once", 14, 15));
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.code()).isEqualTo("idempotency-key-reused");
    Answer elsewhere = http.post(first.header("Location") + "/confirm");
    assertThat(elsewhere.code()).as("the path counts too").isEqualTo("idempotency-key-reused");
    String stored =
        server
            .database()
            .withHandle(handle ->
                handle
                    .createQuery(
                        "SELECT string_agg(encode(answer, 'escape'), ' ') FROM"
                            + " calendar.idempotency_key")
                    .mapTo(String.class)
                    .one());
    assertThat(stored).doesNotContain(first.json().path("token").asString("")).isNotEmpty();
  }

  @Test
  void aReplayedChangeIsAnsweredAsItWasThenAndDoesNothing() {
    plan("replay");
    String reservation =
        server.open().post("/calendar/holds", hold("replay", 10, 12)).header("Location");
    server.open().post(reservation + "/confirm");
    String wanted = "{\"start\":\"2026-12-01T14:00\",\"end\":\"2026-12-01T16:00\"}";
    Http http = server.open().with("Idempotency-Key", "4f9a3c52-0c3e-4d7e-9d53-change");
    Answer moved = http.post(reservation + "/change", wanted);
    assertThat(moved.status()).isEqualTo(200);
    server.open().post(reservation + "/cancel");

    Answer again = http.post(reservation + "/change", wanted);

    assertThat(again.body()).isEqualTo(moved.body());
    assertThat(server.open().get(reservation).json().path("state").asString(""))
        .isEqualTo("CANCELED");
  }

  @Test
  void aRefusalIsNotKept() {
    plan("refused");
    Answer taken = server.open().post("/calendar/holds", hold("refused", 10, 12));
    Http http = server.open().with("Idempotency-Key", "4f9a3c52-0c3e-4d7e-9d53-refused");
    assertThat(http.post("/calendar/holds", hold("refused", 10, 12)).status()).isEqualTo(409);
    server.open().post(taken.header("Location") + "/cancel");
    assertThat(http.post("/calendar/holds", hold("refused", 10, 12)).status()).isEqualTo(201);
  }

  @Test
  void ofManyEqualRequestsAtOnceOneWorksAndAllGetItsAnswer() throws Exception {
    plan("crowd");
    Http http = server.open().with("Idempotency-Key", "4f9a3c52-0c3e-4d7e-9d53-crowd");
    List<Future<Answer>> answers = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      for (int count = 0; count < 40; count++) {
        answers.add(executor.submit(() -> http.post("/calendar/holds", hold("crowd", 10, 12))));
      }
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().body()).isEqualTo(answers.getFirst().get().body());
        assertThat(answer.get().status()).isEqualTo(201);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "fifteen-charact", "with blanks in the middle"})
  void aKeyThatCouldBeGuessedIsRefused(String key) {
    Answer answer =
        server.open().with("Idempotency-Key", key).post("/calendar/holds", hold(PLAN, 10, 12));
    assertThat(answer.code()).isEqualTo("invalid-idempotency-key");
    assertThat(
            server
                .open()
                .with("Idempotency-Key", "k".repeat(201))
                .post("/calendar/holds", hold(PLAN, 10, 12))
                .code())
        .isEqualTo("invalid-idempotency-key");
  }

  private static String hold(String plan, int fromHour, int toHour) {
    return "{\"plan\":\"%s\",\"start\":\"2026-12-01T%02d:00\",\"end\":\"2026-12-01T%02d:00\"}"
        .formatted(plan, fromHour, toHour);
  }

  @Test
  void aSearchFindsWhatBruteForceFindsPageByPage() {
    Random random = new Random(17);
    Http csv = server.control().with("Content-Type", "text/csv");
    List<String> plans = new ArrayList<>();
    Map<String, Integer> capacities = new TreeMap<>();
    for (String code : List.of("S00001", "S00002", "S00003", "S00004")) {
      JsonNode space = server.control().get("/calendar/spaces/" + code).json();
      if (!space.has("space")) {
        continue;
      }
      int capacity = random.nextInt(20);
      csv.post(
          "/calendar/import/spaces.csv",
          "code,venue,name,capacity\n%s,%s,x,%d\n"
              .formatted(
                  code, space.path("space").path("venue").path("code").asString(""), capacity));
      for (String plan : plansOf(code)) {
        plans.add(plan);
        capacities.put(plan, capacity);
      }
    }
    assertThat(plans).hasSizeGreaterThan(20);
    settle();
    int matches = 0;
    for (int count = 0; count < 15; count++) {
      LocalDate day = LocalDate.of(2026, 11, 24).plusDays(random.nextInt(40));
      String start = "%sT%02d:00".formatted(day, 8 + random.nextInt(12));
      int hours = 1 + random.nextInt(4);
      String end = java.time.LocalDateTime.parse(start).plusHours(hours) + "";
      int capacity = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
      long minimum = random.nextInt(3_000);
      long maximum = minimum + random.nextInt(12_000);
      int units = 1 + random.nextInt(2);
      Instant now = server.engine().clock().now();
      Map<String, Long> expected = new TreeMap<>();
      for (String plan : plans) {
        Truth truth = truth(plan, day.minusDays(1), day.plusDays(2));
        Instant from =
            java.time.LocalDateTime.parse(start).atZone(truth.venue().zone()).toInstant();
        Instant to = from.plus(Duration.ofHours(hours));
        new ReferenceQuotes(truth)
            .quote(from, to, now)
            .filter(quote -> quote.total() >= minimum && quote.total() <= maximum)
            .filter(quote -> capacities.getOrDefault(plan, 0) >= capacity)
            .filter(quote -> quote.currency().getCurrencyCode().equals("JPY"))
            .filter(quote -> ReferenceQuotes.unitsFree(truth, from, to) >= units)
            .ifPresent(quote -> expected.put(plan, quote.total()));
      }
      Map<String, Long> found = new TreeMap<>();
      String after = "";
      do {
        JsonNode page =
            server
                .open()
                .get(
                    "/calendar/search?start=%s&end=%s&capacity=%d&minTotal=%d&maxTotal=%d&units=%d&limit=3%s"
                        .formatted(start, end, capacity, minimum, maximum, units, after))
                .json();
        for (JsonNode item : page.path("items")) {
          String plan = item.path("plan").path("code").asString("");
          if (plans.contains(plan)) {
            assertThat(found.put(plan, item.path("price").path("total").asLong()))
                .as("found once")
                .isNull();
          }
        }
        after = page.has("next") ? "&after=" + page.path("next").asString("") : "";
      } while (!after.isEmpty());
      assertThat(found).as(start + " " + end).isEqualTo(expected);
      matches += found.size();
      assertSpacesAreTheSame(
          "start=%s&end=%s&capacity=%d&minTotal=%d&maxTotal=%d&units=%d"
              .formatted(start, end, capacity, minimum, maximum, units));
    }
    assertThat(matches).isGreaterThan(8);
  }

  /** The plans of a search, by space: the cheapest first, those that cost the same by their ids. */
  private static void assertSpacesAreTheSame(String question) {
    record Cheapest(String space, long total, long plans) {}
    Map<Long, Cheapest> expected = new TreeMap<>();
    JsonNode all = server.open().get("/calendar/search?limit=100&" + question).json();
    assertThat(all.has("next")).isFalse();
    for (JsonNode item : all.path("items")) {
      long total = item.path("price").path("total").asLong();
      expected.merge(
          Long.parseLong(item.path("space").path("id").asString("")),
          new Cheapest(item.path("space").path("code").asString(""), total, 1),
          (one, other) ->
              new Cheapest(one.space, Math.min(one.total, other.total), one.plans + other.plans));
    }
    List<Cheapest> found = new ArrayList<>();
    String after = "";
    do {
      JsonNode page =
          server.open().get("/calendar/search/spaces?limit=1&" + question + after).json();
      assertThat(page.path("total").asInt()).isEqualTo(expected.size());
      assertThat(page.path("complete").asBoolean()).isTrue();
      for (JsonNode item : page.path("items")) {
        found.add(
            new Cheapest(
                item.path("space").path("code").asString(""),
                item.path("price").path("total").asLong(),
                item.path("plans").asLong()));
      }
      after = page.has("next") ? "&after=" + page.path("next").asString("") : "";
    } while (!after.isEmpty());
    assertThat(found)
        .containsExactlyElementsOf(
            expected.values().stream()
                .sorted(java.util.Comparator.comparingLong(Cheapest::total))
                .toList());
  }

  @Test
  void aSearchByWordsLooksAtVenueSpaceAndPlan() {
    String time = "/calendar/search/spaces?start=2026-12-20T10:00&end=2026-12-20T11:00";
    assertThat(found(time + "&name=%E3%81%84%E3%81%A4%E3%81%A7%E3%82%82")).contains("room");
    // Words with the wide space of a Japanese keyboard between; % and _ stand for themselves.
    assertThat(found(time + "&name=100%25_%E3%80%80%E4%BC%9A%E8%AD%B0")).containsExactly("room");
    assertThat(found(time + "&name=%E6%9D%B1%E4%BA%AC+nowhere")).isEmpty();
    Answer tooLong = server.open().get(time + "&name=" + "x".repeat(101));
    assertThat(tooLong.code()).isEqualTo("invalid-parameter");
    assertThat(server.open().get(time + "&name=" + "x".repeat(100)).status()).isEqualTo(200);
  }

  private static List<String> found(String path) {
    return server
        .open()
        .get(path)
        .json()
        .path("items")
        .valueStream()
        .map(item -> item.path("space").path("code").asString(""))
        .toList();
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() {
    String path = "/calendar/plans/always/availability?from=2027-01-15&to=2027-01-15";
    Answer first = server.open().get(path);
    String tag = first.header("ETag");
    assertThat(first.header("Cache-Control")).isEqualTo("private, no-cache");
    Answer again = server.open().with("If-None-Match", "\"other\", W/" + tag).get(path);
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    server.open().post("/calendar/holds", hold("always", 3, 4).replace("2026-12-01", "2027-01-15"));
    settle();
    Answer changed = server.open().with("If-None-Match", tag).get(path);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.header("ETag")).isNotEqualTo(tag);
    // A reservation is for whoever holds the token, and kept nowhere.
    Answer held =
        server
            .open()
            .post("/calendar/holds", hold("always", 5, 6).replace("2026-12-01", "2027-01-15"));
    assertThat(held.header("Cache-Control")).isEqualTo("no-store");
    Answer reservation = server.open().get(held.header("Location"));
    assertThat(reservation.header("Cache-Control")).isEqualTo("no-store");
    assertThat(reservation.json().path("planName").asString("")).isEqualTo("いつでも");
    assertThat(reservation.json().path("space").path("name").asString("")).isEqualTo("会議室");
  }

  private static void settle() {
    try {
      server.settle();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<Instant, Long> expected(
      Truth truth, LocalDate from, LocalDate to, int minutes, Instant now) {
    ReferenceQuotes reference = new ReferenceQuotes(truth);
    Map<Instant, Long> times = new TreeMap<>();
    Instant end = to.plusDays(1).atStartOfDay(truth.venue().zone()).toInstant();
    for (Instant start = from.atStartOfDay(truth.venue().zone()).toInstant();
        start.isBefore(end);
        start = start.plus(Duration.ofMinutes(15))) {
      Optional<Quote> quote = reference.quote(start, start.plus(Duration.ofMinutes(minutes)), now);
      if (quote.isPresent()) {
        times.put(start, quote.get().total());
      }
    }
    return times;
  }

  private static Optional<Long> otherFlow(String plan, LocalDate day, Instant start, int minutes) {
    JsonNode answer =
        server
            .control()
            .get(
                "/calendar/plans/%s/availability?from=%s&to=%s&minutes=%d"
                    .formatted(plan, day.minusDays(1), day.plusDays(1), minutes))
            .json();
    for (JsonNode time : answer.path("times")) {
      if (OffsetDateTime.parse(time.path("start").asString("")).toInstant().equals(start)) {
        return Optional.of(time.path("total").asLong());
      }
    }
    return Optional.empty();
  }

  private static Truth truth(String plan, LocalDate from, LocalDate to) {
    return server
        .database()
        .inSnapshot(handle -> {
          long id =
              handle
                  .createQuery("SELECT id FROM calendar.plan WHERE code = :code")
                  .bind("code", plan)
                  .mapTo(Long.class)
                  .one();
          return new TruthReader().read(handle, List.of(id), from, to).get(id);
        });
  }

  private static List<String> plansOf(String space) {
    return server
        .control()
        .get("/calendar/spaces/" + space)
        .json()
        .path("plans")
        .valueStream()
        .map(plan -> plan.path("code").asString(""))
        .toList();
  }

  /** A plan like {@link #PLAN} on a space of its own. */
  private static void plan(String code) {
    Http csv = server.control().with("Content-Type", "text/csv");
    String space = code.equals("hidden") ? "room" : "of-" + code;
    if (!space.equals("room")) {
      csv.post("/calendar/import/spaces.csv", "code,venue,name\n%s,tokyo,x\n".formatted(space));
    }
    csv.post("/calendar/import/plans.csv", "code,space,name\n%s,%s,y\n".formatted(code, space));
    csv.post(
        "/calendar/import/hours.csv", "space,hours\n%s,mon-sun 00:00-24:00\n".formatted(space));
    csv.post("/calendar/import/prices.csv", "plan,prices\n%s,any 1000\n".formatted(code));
  }

  private static Answer hold(String plan, String start, String end) {
    ObjectNode body =
        Json.MAPPER.createObjectNode().put("plan", plan).put("start", start).put("end", end);
    return server.open().post("/calendar/holds", body.toString());
  }

  private static JsonNode availability(String from, String to, String more) {
    return server
        .open()
        .get("/calendar/plans/%s/availability?from=%s&to=%s%s".formatted(PLAN, from, to, more))
        .json();
  }

  private static List<String> codes(String path) {
    return server
        .open()
        .get(path)
        .json()
        .path("items")
        .valueStream()
        .map(space -> space.path("code").asString(""))
        .toList();
  }

  private static String state(Answer answer) {
    return answer.json().path("state").asString("");
  }

  private static List<String> reasons(Answer answer) {
    return answer
        .json()
        .path("reasons")
        .valueStream()
        .map(reason -> reason.path("code").asString(""))
        .toList();
  }
}
