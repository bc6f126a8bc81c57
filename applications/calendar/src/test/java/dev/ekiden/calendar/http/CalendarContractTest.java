package dev.ekiden.calendar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.server.Http;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.OpenApiContract;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The calendar does what its OpenAPI document says, and nothing else. */
final class CalendarContractTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  private static final String DAY = "2026-12-01";

  @TempDir static Path directory;
  private static RunningCalendar server;
  private static String space;
  private static String plan;

  private final OpenApiContract contract = OpenApiContract.of("dev/ekiden/calendar/openapi.yaml");

  @BeforeAll
  static void start() throws Exception {
    server = RunningCalendar.start(directory, database.address());
    server.load(new SampleSize(1, 2, 8, 4), directory.resolve("sample"));
    space = "S00001";
    plan = "P000001";
    Http http = server.control();
    http.put("/calendar/spaces/S00001/hours", "{\"hours\":\"mon-sun,hol 00:00-24:00\"}");
    http.post("/calendar/plans/P000001/publish");
    http.put("/calendar/plans/P000001/rentable-hours", "{\"hours\":\"\"}");
    http.put("/calendar/plans/P000001/rules", "{\"unitMinutes\":60}");
    http.put("/calendar/plans/P000001/prices", "{\"rules\":\"any 1000\"}");
    server.settle();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void routesAndDocumentAreTheSame() {
    contract.assertSame(
        server.process().controlRoutes().stream()
            .filter(route -> route.path().startsWith("/calendar/"))
            .toList());
  }

  @Test
  void thePublicListenerHasTheOperationsForBookingOnly() {
    assertThat(
            server.process().publicRoutes("calendar").stream()
                .map(route -> route.method() + " " + route.path()))
        .containsExactlyInAnyOrder(
            "GET /calendar/openapi.yaml",
            "GET /calendar/booking",
            "GET /calendar/booking/<path>",
            "GET /calendar/",
            "GET /calendar/search",
            "GET /calendar/search/spaces",
            "GET /calendar/spaces",
            "GET /calendar/spaces/{space}",
            "GET /calendar/spaces/{space}/plans",
            "GET /calendar/plans/{plan}",
            "GET /calendar/plans/{plan}/availability",
            "POST /calendar/holds",
            "GET /calendar/reservations/{token}",
            "POST /calendar/reservations/{token}/confirm",
            "POST /calendar/reservations/{token}/change",
            "POST /calendar/reservations/{token}/extend",
            "POST /calendar/reservations/{token}/cancel",
            "GET /calendar/feeds/{token}/busy.ics",
            "GET /calendar/feeds/{token}/freebusy.ics",
            "GET /calendar/feeds/{token}/availability.ics");
  }

  @Test
  void everyAnswerIsAsDocumented() throws Exception {
    search(server.open());
    search(server.control());
    booking(server.open());
    requests(server.control(), server.open());
    truth(server.control());
    files(server.control());
    icalendar(server.control(), server.open());
    webhooks(server.control());
    bulkFeeds(server.control());
    syncs(server.control());
    contract.assertAllSeen();
  }

  @Test
  void refusalsAreAsDocumented() {
    Http http = server.control();
    check("GET", "/calendar/spaces", http.get("/calendar/spaces?limit=0"));
    check("GET", "/calendar/spaces/{space}", http.get("/calendar/spaces/none"));
    check("GET", "/calendar/plans/{plan}", http.get("/calendar/plans/none"));
    check("POST", "/calendar/holds", http.post("/calendar/holds", "{"));
    check("POST", "/calendar/holds", http.post("/calendar/holds", hold(10, 10)));
    check("POST", "/calendar/holds", http.post("/calendar/holds", hold(10, 11, 30)));
    String there = http.post("/calendar/holds", hold(1, 2)).json().path("token").asString("");
    Answer taken = http.post("/calendar/holds", hold(1, 2));
    assertThat(taken.status()).isEqualTo(409);
    check("POST", "/calendar/holds", taken);
    String reservation = "/calendar/reservations/" + there;
    http.post(reservation + "/cancel");
    check("POST", "/calendar/reservations/{token}/confirm", http.post(reservation + "/confirm"));
    check(
        "PUT",
        "/calendar/spaces/{space}/hours",
        http.put(
            "/calendar/spaces/S00001/hours", "{\"hours\":\"mon 09:00-12:00; mon 11:00-13:00\"}"));
    check(
        "PUT",
        "/calendar/plans/{plan}/prices",
        http.put("/calendar/plans/P000001/prices", "{\"rules\":\"any many\"}"));
    check("GET", "/calendar/syncs/{id}", http.get("/calendar/syncs/999999"));
    check("POST", "/calendar/verify", http.post("/calendar/verify", "{\"plans\":[\"none\"]}"));
    check("GET", "/calendar/export/{file}", http.get("/calendar/export/none.csv"));
  }

  private void search(Http http) {
    check("GET", "/calendar/openapi.yaml", http.get("/calendar/openapi.yaml"));
    check("GET", "/calendar/", http.get("/calendar/"));
    assertThat(http.get("/calendar").json().path("links").size()).isPositive();
    Answer page = http.get("/calendar/spaces?limit=1");
    check("GET", "/calendar/spaces", page);
    assertThat(page.json().path("next").asString("")).isEqualTo("S00001");
    Answer last = http.get("/calendar/spaces?limit=1&after=S00001");
    check("GET", "/calendar/spaces", last);
    assertThat(last.json().has("next")).isFalse();
    check("GET", "/calendar/spaces/{space}", http.get("/calendar/spaces/" + space));
    check("GET", "/calendar/plans/{plan}", http.get("/calendar/plans/" + plan));
    Answer availability =
        http.get("/calendar/plans/%s/availability?from=%s&to=%s".formatted(plan, DAY, DAY));
    check("GET", "/calendar/plans/{plan}/availability", availability);
    assertThat(availability.json().path("times")).hasSize(24);
    Answer plans =
        http.get(
            "/calendar/spaces/%s/plans?start=%sT10:00&end=%sT11:00&reasons=true"
                .formatted(space, DAY, DAY));
    check("GET", "/calendar/spaces/{space}/plans", plans);
    assertThat(plans.json().path("plans").size()).isPositive();
  }

  private void booking(Http http) {
    String search = "/calendar/search?start=%sT20:00&end=%sT22:00".formatted(DAY, DAY);
    Answer found = http.get(search + "&limit=1");
    check("GET", "/calendar/search", found);
    assertThat(found.json().path("items")).hasSize(1);
    check("GET", "/calendar/search", http.get(search + "&capacity=many"));
    String spaces = search.replace("/search?", "/search/spaces?");
    Answer cheapest = http.get(spaces + "&limit=1");
    check("GET", "/calendar/search/spaces", cheapest);
    assertThat(cheapest.json().path("items")).hasSize(1);
    check("GET", "/calendar/search/spaces", http.get(spaces + "&after=1"));
    check(
        "GET",
        "/calendar/search/spaces",
        http.with("If-None-Match", cheapest.header("ETag")).get(spaces + "&limit=1"));
    Answer held = http.post("/calendar/holds", hold(20, 22));
    check("POST", "/calendar/holds", held);
    assertThat(held.json().path("price").path("total").asInt()).isEqualTo(2_000);
    String reservation = held.header("Location");
    check("GET", "/calendar/reservations/{token}", http.get(reservation));
    check("POST", "/calendar/reservations/{token}/confirm", http.post(reservation + "/confirm"));
    Answer changed = http.post(reservation + "/change", times(21, 23));
    check("POST", "/calendar/reservations/{token}/change", changed);
    assertThat(changed.json().path("start").asString("")).isEqualTo(DAY + "T21:00:00+09:00");
    check(
        "POST",
        "/calendar/reservations/{token}/change",
        http.post(reservation + "/change", times(23, 21)));
    Answer extended = http.post(reservation + "/extend", "{\"end\":\"2026-12-02T00:00\"}");
    check("POST", "/calendar/reservations/{token}/extend", extended);
    assertThat(extended.json().path("total").asInt()).isEqualTo(3_000);
    check("POST", "/calendar/reservations/{token}/cancel", http.post(reservation + "/cancel"));
    Answer notAnymore = http.post(reservation + "/change", times(20, 21));
    assertThat(notAnymore.code()).isEqualTo("reservation-state");
    check("POST", "/calendar/reservations/{token}/change", notAnymore);
  }

  private static String times(int fromHour, int toHour) {
    return "{\"start\":\"%sT%02d:00\",\"end\":\"%sT%02d:00\"}"
        .formatted(DAY, fromHour, DAY, toHour);
  }

  private void requests(Http control, Http open) {
    String policy = "/calendar/plans/P000001/policy";
    check(
        "PUT",
        "/calendar/plans/{plan}/policy",
        control.put(policy, "{\"approvalMinutes\":60,\"cancelFeePercent\":50}"));
    check(
        "PUT",
        "/calendar/plans/{plan}/policy",
        control.put(policy, "{\"approvalMinutes\":-1,\"cancelFeePercent\":101}"));
    String one = open.post("/calendar/holds", hold(14, 15)).header("Location");
    String two = open.post("/calendar/holds", hold(15, 16)).header("Location");
    String three = open.post("/calendar/holds", hold(16, 17)).header("Location");
    for (String reservation : List.of(one, two, three)) {
      Answer requested = open.post(reservation + "/confirm");
      check("POST", "/calendar/reservations/{token}/confirm", requested);
      assertThat(requested.json().path("state").asString("")).isEqualTo("REQUESTED");
    }
    Answer page = control.get("/calendar/requests?limit=2");
    check("GET", "/calendar/requests", page);
    String first = page.json().path("items").get(0).path("id").asString("");
    String next = page.json().path("next").asString("");
    Answer last = control.get("/calendar/requests?after=" + next);
    check("GET", "/calendar/requests", last);
    assertThat(last.json().path("items")).hasSize(1);
    Answer approved = control.post("/calendar/requests/" + first + "/approve");
    check("POST", "/calendar/requests/{id}/approve", approved);
    check(
        "POST",
        "/calendar/requests/{id}/reject",
        control.post("/calendar/requests/" + first + "/reject"));
    check(
        "POST",
        "/calendar/requests/{id}/reject",
        control.post("/calendar/requests/" + next + "/reject"));
    check(
        "POST",
        "/calendar/requests/{id}/approve",
        control.post("/calendar/requests/" + next + "/approve"));
    Answer guest = open.post(one + "/change", times(17, 18));
    check("POST", "/calendar/reservations/{token}/change", guest);
    assertThat(guest.code()).isEqualTo("approval-required");
    assertThat(control.post(one + "/change", times(17, 18)).status()).isEqualTo(200);
    control.put(policy, "{}");
  }

  private void truth(Http http) {
    check(
        "PUT",
        "/calendar/venues/{venue}/calendar",
        http.put(
            "/calendar/venues/V0001/calendar",
            "{\"zone\":\"Asia/Tokyo\",\"holidayCalendar\":\"jp\"}"));
    String other = "/calendar/spaces/S00002";
    check(
        "PUT",
        "/calendar/spaces/{space}/hours",
        http.put(other + "/hours", "{\"hours\":\"mon-fri 09:00-18:00; sat,hol 22:00-26:00\"}"));
    check(
        "POST",
        "/calendar/spaces/{space}/special-periods",
        http.post(
            other + "/special-periods",
            "{\"from\":\"2027-05-01\",\"to\":\"2027-05-05\",\"name\":\"GW\",\"hours\":\"closed\"}"));
    check(
        "POST",
        "/calendar/spaces/{space}/closures",
        http.post(
            other + "/closures",
            "{\"from\":\"2026-12-24T10:00\",\"to\":\"2026-12-24T12:00\",\"reason\":\"清掃\"}"));
    check("GET", "/calendar/spaces/{space}/hours", http.get(other + "/hours"));
    check(
        "DELETE",
        "/calendar/spaces/{space}/special-periods/{from}",
        http.delete(other + "/special-periods/2027-05-01"));
    check(
        "DELETE",
        "/calendar/spaces/{space}/closures",
        http.delete(other + "/closures?from=2026-12-24T10:00&to=2026-12-24T12:00"));
    check(
        "PUT",
        "/calendar/spaces/{space}/resources",
        http.put(other + "/resources", "{\"resources\":[{\"code\":\"S00002\",\"units\":20}]}"));
    String plan5 = "/calendar/plans/P000008";
    check(
        "PUT",
        "/calendar/plans/{plan}/prices",
        http.put(
            plan5 + "/prices",
            "{\"rules\":\"sat,sun 1200; any 1000\",\"currency\":\"USD\",\"dayPrice\":5000,"
                + "\"minimumAmount\":100,\"taxPercent\":8.875,\"taxIncluded\":false}"));
    check(
        "PUT",
        "/calendar/plans/{plan}/rentable-hours",
        http.put(plan5 + "/rentable-hours", "{\"hours\":\"mon-sun 10:00-20:00\"}"));
    check(
        "PUT",
        "/calendar/plans/{plan}/rules",
        http.put(plan5 + "/rules", "{\"unitMinutes\":15,\"bufferAfterMinutes\":30}"));
    check("POST", "/calendar/plans/{plan}/unpublish", http.post(plan5 + "/unpublish"));
    check("POST", "/calendar/plans/{plan}/publish", http.post(plan5 + "/publish"));
    check("GET", "/calendar/plans/{plan}", http.get(plan5));
  }

  private void files(Http http) throws Exception {
    Http csv = http.with("Content-Type", "text/csv");
    check(
        "POST",
        "/calendar/import/{file}",
        csv.post("/calendar/import/venues.csv", "code,name,zone\nV9,x,Mars/Olympus\n"));
    ZipRequest zip = ZipRequest.of(List.of(directory.resolve("sample/venues.csv")));
    check("POST", "/calendar/import", zip.send(server, "/calendar/import"));
    Answer venues = http.get("/calendar/export/venues.csv");
    check("GET", "/calendar/export/{file}", venues);
    assertThat(venues.body()).isEqualTo(Files.readString(directory.resolve("sample/venues.csv")));
  }

  private void icalendar(Http http, Http open) throws Exception {
    Http ics = http.with("Content-Type", "text/calendar; charset=utf-8");
    String text =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261205T010000Z\r\n"
            + "DURATION:PT1H\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    for (String[] target : new String[][] {{"spaces", "space"}, {"resources", "resource"}}) {
      String sources = "/calendar/%s/S00002/blocks".formatted(target[0]);
      String pattern = "/calendar/%s/{%s}/blocks".formatted(target[0], target[1]);
      Answer imported = ics.put(sources + "/google", text);
      check("PUT", pattern + "/{source}", imported);
      assertThat(imported.json().path("added").asInt()).isEqualTo(1);
      assertThat(imported.json().path("problems").get(0).path("line").asInt()).isEqualTo(7);
      check("PUT", pattern + "/{source}", ics.put(sources + "/google", "<html>"));
      check("GET", pattern, http.get(sources));
      check("DELETE", pattern + "/{source}", http.delete(sources + "/google"));
      check("DELETE", pattern + "/{source}", http.delete(sources + "/google"));
    }
    String feeds = "/calendar/spaces/S00002/feeds";
    Answer created = http.post(feeds, "{\"name\":\"google\"}");
    check("POST", "/calendar/spaces/{space}/feeds", created);
    check("POST", "/calendar/spaces/{space}/feeds", http.post(feeds, "{\"name\":\" \"}"));
    check("GET", "/calendar/spaces/{space}/feeds", http.get(feeds));
    for (Http reader : List.of(http, open.with("Content-Type", null))) {
      Answer feed = reader.get(created.json().path("path").stringValue());
      check("GET", "/calendar/feeds/{token}/busy.ics", feed);
      check(
          "GET",
          "/calendar/feeds/{token}/freebusy.ics",
          reader.get(created.json().path("freeBusyPath").stringValue()));
      check(
          "GET",
          "/calendar/feeds/{token}/availability.ics",
          reader.get(created.json().path("availabilityPath").stringValue()));
      Http conditional = reader.with("If-None-Match", "\"other\", " + feed.header("ETag"));
      Answer same = conditional.get(created.header("Location"));
      assertThat(same.status()).isEqualTo(304);
      assertThat(same.body()).isEmpty();
      assertThat(
              reader
                  .with("If-Modified-Since", feed.header("Last-Modified"))
                  .get(created.header("Location"))
                  .status())
          .isEqualTo(304);
      assertThat(
              reader
                  .with("If-None-Match", "\"other\"")
                  .with("If-Modified-Since", feed.header("Last-Modified"))
                  .get(created.header("Location"))
                  .status())
          .isEqualTo(200);
    }
    check(
        "DELETE",
        "/calendar/spaces/{space}/feeds/{feed}",
        http.delete(feeds + "/" + created.json().path("id").stringValue()));
    Answer revoked = open.get(created.header("Location"));
    assertThat(revoked.status()).isEqualTo(404);
    check("GET", "/calendar/feeds/{token}/busy.ics", revoked);
  }

  private void bulkFeeds(Http http) throws InterruptedException {
    Answer begun = http.post("/calendar/bulk-feeds", "{\"days\":1}");
    check("POST", "/calendar/bulk-feeds", begun);
    check("POST", "/calendar/bulk-feeds", http.post("/calendar/bulk-feeds", "{\"days\":91}"));
    String feed = begun.header("Location");
    TestEngine.awaitUntil(
        "it is complete", () -> http.get(feed).json().path("complete").asBoolean());
    check("GET", "/calendar/bulk-feeds", http.get("/calendar/bulk-feeds"));
    check("GET", "/calendar/changes", http.get("/calendar/changes?days=2&limit=3"));
    check("GET", "/calendar/changes", http.get("/calendar/changes?after=999999999"));
    check("GET", "/calendar/bulk-feeds/{id}", http.get("/calendar/bulk-feeds/latest"));
    check("GET", "/calendar/bulk-feeds/{id}", http.get("/calendar/bulk-feeds/999999"));
    check("GET", "/calendar/bulk-feeds/{id}/content", http.get(feed + "/content"));
  }

  private void webhooks(Http http) {
    Answer registered =
        http.post(
            "/calendar/webhooks",
            "{\"url\":\"http://127.0.0.1:9/hook\",\"secretVariable\":\"CALENDAR_WEBHOOK_SECRET\","
                + "\"events\":[\"reservation.rejected\"]}");
    check("POST", "/calendar/webhooks", registered);
    check(
        "POST",
        "/calendar/webhooks",
        http.post("/calendar/webhooks", "{\"url\":\"x\",\"secretVariable\":\"y\"}"));
    check("GET", "/calendar/webhooks", http.get("/calendar/webhooks"));
    check("DELETE", "/calendar/webhooks/{webhook}", http.delete(registered.header("Location")));
  }

  private void syncs(Http http) {
    Answer begun = http.post("/calendar/sync");
    check("POST", "/calendar/sync", begun);
    check("GET", "/calendar/syncs", http.get("/calendar/syncs"));
    check("GET", "/calendar/syncs/{id}", http.get(begun.header("Location")));
    check("POST", "/calendar/diff-sync", http.post("/calendar/diff-sync"));
    Answer verified = http.post("/calendar/verify", "{}");
    check("POST", "/calendar/verify", verified);
    JsonNode counts = verified.json();
    assertThat(counts.path("plansChecked").asInt()).isEqualTo(8);
    check(
        "POST",
        "/calendar/verify",
        http.post("/calendar/verify", "{\"plans\":[\"P000001\"],\"rebuild\":true}"));
  }

  private static String hold(int fromHour, int toHour) {
    return hold(fromHour, toHour, 0);
  }

  private static String hold(int fromHour, int toHour, int toMinute) {
    return "{\"plan\":\"P000001\",\"start\":\"%sT%02d:00\",\"end\":\"%sT%02d:%02d+09:00\"}"
        .formatted(DAY, fromHour, DAY, toHour, toMinute);
  }

  private void check(String method, String path, Answer answer) {
    contract.check(method, path, answer);
  }
}
