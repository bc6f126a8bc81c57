package dev.ekiden.calendar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.calendar.RunningCalendar.Run;
import dev.ekiden.server.ExitCode;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every verb against a real server, as an operator would use them one after the other. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CalendarCommandsTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  private static final List<String> FILES =
      List.of(
          "venues.csv",
          "spaces.csv",
          "plans.csv",
          "hours.csv",
          "special_periods.csv",
          "closures.csv",
          "prices.csv",
          "reservations.csv");

  @TempDir static Path directory;
  private static RunningCalendar server;
  private static Path sample;
  private static Run imported;

  /** With the sample imported, so that a test can also be run alone. */
  @BeforeAll
  static void start() {
    server = RunningCalendar.start(directory, database.address());
    sample = directory.resolve("sample");
    sample(sample);
    imported = server.ekiden("calendar", "import", sample.toString());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  @Order(1)
  void aSampleIsWrittenAndRepeatable() throws Exception {
    Path again = directory.resolve("again");
    assertThat(sample(again).out()).contains(FILES.toArray(String[]::new));
    for (String file : FILES) {
      assertThat(again.resolve(file)).hasSameBinaryContentAs(sample.resolve(file));
    }
    assertThat(server.ekiden("calendar", "sample", again.toString(), "--venues", "0").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  @Order(2)
  void aDirectoryIsImportedAndImportedAgainWithoutAChange() {
    assertThat(imported.err()).contains("import, bytes").contains("100 %");
    assertThat(imported.exitCode()).as(imported.out()).isEqualTo(ExitCode.OK);
    assertThat(imported.out()).startsWith("FILE").contains("plans.csv");
    Run again = succeeds("calendar", "import", sample.toString(), "--atomic", "-o", "json");
    for (JsonNode file : again.json().path("files")) {
      assertThat(file.path("unchanged").asLong()).isEqualTo(file.path("read").asLong());
    }
  }

  @Test
  @Order(3)
  void refusedRowsAreListedAndTheExitCodeSaysSo() throws Exception {
    Path bad = Files.createDirectories(directory.resolve("bad"));
    Path venues = bad.resolve("venues.csv");
    Files.writeString(venues, "code,name,zone\ncli-good,a,Asia/Tokyo\ncli-bad,b,Mars/Olympus\n");
    Run run = server.ekiden("calendar", "import", venues.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains("venues.csv:3 zone 'Mars/Olympus': ");
    assertThat(run.err()).contains("good rows were imported").contains("being refreshed");
    Files.writeString(venues, "code,name,zone\ncli-bad,b,Mars/Olympus\n");
    Files.writeString(bad.resolve("venue.csv"), "code,name,zone\n");
    Run none = server.ekiden("calendar", "import", bad.toString());
    assertThat(none.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(none.err())
        .contains("Nothing was imported")
        .contains("not named like a file of the calendar")
        .contains("venue.csv")
        .doesNotContain("being refreshed");
    Files.writeString(venues, "code,name,zone\ncli-more,a,Asia/Tokyo\ncli-bad,b,Mars/Olympus\n");
    Run atomic = server.ekiden("calendar", "import", bad.toString(), "--atomic");
    assertThat(atomic.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(atomic.err()).contains("Nothing was imported");
    Path other = Files.writeString(directory.resolve("notes.txt"), "");
    assertThat(server.ekiden("calendar", "import", other.toString()).exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(server.ekiden("calendar", "import", directory.toString()).exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(server.ekiden("calendar", "import", "/none/venues.csv").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  @Order(4)
  void whatIsExportedCanBeImportedAgain() {
    Path export = directory.resolve("export");
    assertThat(server.ekiden("calendar", "export", export.toString()).exitCode())
        .isEqualTo(ExitCode.OK);
    Run again = server.ekiden("calendar", "import", export.toString(), "-o", "json");
    assertThat(again.exitCode()).as(again.out()).isEqualTo(ExitCode.OK);
    for (JsonNode file : again.json().path("files")) {
      assertThat(file.path("changed").asLong() + file.path("added").asLong()).isZero();
    }
  }

  @Test
  @Order(5)
  void syncsRunAndCalendarsAreVerified() throws Exception {
    server.settle();
    Run sync = server.ekiden("calendar", "sync", "--wait", "-o", "json");
    assertThat(sync.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(sync.json().path("finished").asBoolean()).isTrue();
    assertThat(sync.json().path("refreshed").asInt()).isEqualTo(50);
    assertThat(sync.err()).contains("sync, plans");
    assertThat(server.ekiden("calendar", "sync").out()).contains("plans").contains("50");
    server.settle();
    assertThat(server.ekiden("calendar", "diff-sync", "-o", "json").json().path("stale").asInt(-1))
        .isZero();
    Run right = server.ekiden("calendar", "verify");
    assertThat(right.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(right.out()).contains("days wrong").contains("4500");

    server
        .database()
        .useTransaction(handle ->
            handle.execute(
                """
                DELETE FROM calendar.calendar_day
                WHERE day = '2026-12-24'
                  AND plan_id = (SELECT id FROM calendar.plan WHERE code = 'P000003')
                """));
    Run wrong = server.ekiden("calendar", "verify", "--plan", "P000003");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.out()).contains("P000003").contains("2026-12-24").contains("DAY_MISSING");
    Run rebuilt = server.ekiden("calendar", "verify", "P000003", "--rebuild");
    assertThat(rebuilt.out()).contains("DAY_MISSING").contains("days rebuilt");
    assertThat(rebuilt.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(server.ekiden("calendar", "verify", "P000003").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(server.ekiden("calendar", "verify", "--rebuild").exitCode()).isEqualTo(ExitCode.OK);
    server
        .database()
        .useTransaction(
            handle -> handle.execute("DELETE FROM calendar.calendar_day WHERE day = '2026-12-24'"));
    assertThat(server.ekiden("calendar", "verify", "--plan", "none").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
    server.ekiden("calendar", "sync", "--wait");
    assertThat(server.ekiden("calendar", "verify").exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  @Order(6)
  void aCustomerFindsAndBooksATime() throws Exception {
    server
        .control()
        .put("/calendar/spaces/S00001/hours", "{\"hours\":\"mon-sun,hol 00:00-24:00\"}");
    server.control().put("/calendar/plans/P000001/rules", "{\"unitMinutes\":60}");
    server.control().put("/calendar/plans/P000001/rentable-hours", "{\"hours\":\"\"}");
    server.control().post("/calendar/plans/P000001/publish");
    server.settle();
    assertThat(succeeds("calendar", "spaces", "--venue", "V0001", "--limit", "2").out())
        .contains("S00001");
    Run times =
        succeeds(
            "calendar",
            "availability",
            "P000001",
            "--from",
            "2026-12-01",
            "--to",
            "2026-12-20",
            "-o",
            "json");
    JsonNode time = times.json().path("times").get(0);
    String start = time.path("start").asString("");
    String end = time.path("end").asString("");
    assertThat(
            succeeds(
                    "calendar",
                    "availability",
                    "P000001",
                    "--from",
                    "2026-12-01",
                    "--to",
                    "2026-12-20")
                .out())
        .contains(start);
    assertThat(succeeds("calendar", "plans", "S00001", "--start", start, "--end", end).out())
        .contains("P000001");
    assertThat(
            succeeds("calendar", "search", "--start", start, "--end", end, "--max-total", "99999")
                .out())
        .contains("P000001")
        .contains("S00001");
    Run hold =
        succeeds(
            "calendar",
            "hold",
            "P000001",
            "--start",
            start,
            "--end",
            end,
            "--for",
            "10m",
            "-o",
            "json");
    String token = hold.json().path("token").asString("");
    assertThat(succeeds("calendar", "confirm", token).out()).contains("CONFIRMED");
    String later =
        OffsetDateTime.parse(end).plusHours(1).format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    assertThat(succeeds("calendar", "extend", token, "--end", later).out()).contains(later);
    assertThat(succeeds("calendar", "change", token, "--start", start, "--end", end).out())
        .doesNotContain(later);
    assertThat(succeeds("calendar", "cancel", token).out()).contains("CANCELED");
    assertThat(
            server.ekiden("calendar", "change", token, "--start", start, "--end", end).exitCode())
        .isEqualTo(ExitCode.FAILED);
    server.control().put("/calendar/plans/P000001/policy", "{\"approvalMinutes\":60}");
    Run request =
        succeeds("calendar", "hold", "P000001", "--start", start, "--end", end, "-o", "json");
    Run requested =
        succeeds("calendar", "confirm", request.json().path("token").asString(""), "-o", "json");
    String id = requested.json().path("id").asString("");
    assertThat(succeeds("calendar", "requests", "list").out()).contains(id);
    assertThat(succeeds("calendar", "requests", "approve", id).out()).contains("CONFIRMED");
    assertThat(server.ekiden("calendar", "requests", "reject", id).exitCode())
        .isEqualTo(ExitCode.FAILED);
    succeeds("calendar", "cancel", request.json().path("token").asString(""));
    server.control().put("/calendar/plans/P000001/policy", "{}");
    assertThat(server.ekiden("calendar", "confirm", token).exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(server.ekiden("calendar", "confirm", "x").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    Run reasons =
        succeeds(
            "calendar",
            "plans",
            "S00001",
            "--start",
            "2026-11-01T10:00",
            "--end",
            "2026-11-01T11:00",
            "--reasons");
    assertThat(reasons.out()).contains("NOT BOOKABLE").contains("MINIMUM_NOTICE");
    assertThat(
            server
                .ekiden(
                    "calendar", "plans", "S00001", "--start", "noon", "--end", "2026-11-01T11:00")
                .exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  @Order(7)
  void aCalendarOfAnotherSystemBlocksASpaceAndAFeedTellsOthers() throws Exception {
    Path google = directory.resolve("google.ics");
    String event = "BEGIN:VEVENT\nUID:%s\nDTSTART:%s\nDURATION:PT1H\nEND:VEVENT\n";
    Files.writeString(
        google,
        "BEGIN:VCALENDAR\n"
            + event.formatted("1", "20261205T010000Z")
            + event.formatted("2", "soon")
            + "END:VCALENDAR\n");
    Run run = server.ekiden("calendar", "import-ics", google.toString(), "--space", "S00001");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .contains("google")
        .contains(google + ":9 DTSTART: Could not parse date-time value.");
    assertThat(succeeds("calendar", "blocks", "list", "--space", "S00001").out())
        .contains("google");
    assertThat(
            succeeds(
                    "calendar",
                    "plans",
                    "S00001",
                    "--start",
                    "2026-12-05T10:00",
                    "--end",
                    "2026-12-05T11:00",
                    "--reasons")
                .out())
        .contains("BLOCKED");
    assertThat(
            server.ekiden("calendar", "blocks", "remove", "google", "--space", "S00001").exitCode())
        .isEqualTo(ExitCode.OK);
    assertThat(server.ekiden("calendar", "import-ics", google.toString()).exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(server.ekiden("calendar", "import-ics", "none.ics", "--space", "S00001").exitCode())
        .isEqualTo(ExitCode.USAGE);

    Run webhook =
        succeeds(
            "calendar",
            "webhooks",
            "create",
            "http://127.0.0.1:9/",
            "--secret-variable",
            "CALENDAR_WEBHOOK_SECRET",
            "--event",
            "reservation.rejected",
            "-o",
            "json");
    assertThat(succeeds("calendar", "webhooks", "list").out())
        .contains("http://127.0.0.1:9/")
        .contains("reservation.rejected");
    String number = webhook.json().path("id").asString("");
    assertThat(server.ekiden("calendar", "webhooks", "remove", number).exitCode())
        .isEqualTo(ExitCode.OK);

    Run feed = succeeds("calendar", "feeds", "create", "S00001", "--name", "google", "-o", "json");
    assertThat(server.open().get(feed.json().path("path").asString("")).body())
        .startsWith("BEGIN:VCALENDAR");
    assertThat(succeeds("calendar", "feeds", "list", "S00001").out()).contains("google");
    String id = feed.json().path("id").asString("");
    assertThat(server.ekiden("calendar", "feeds", "revoke", "S00001", id).exitCode())
        .isEqualTo(ExitCode.OK);
    assertThat(server.ekiden("calendar", "feeds", "revoke", "S00001", id).exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import",
        "import-ics",
        "blocks",
        "blocks list",
        "blocks remove",
        "bulk-feeds",
        "bulk-feeds list",
        "bulk-feeds create",
        "bulk-feeds download",
        "webhooks",
        "webhooks list",
        "webhooks create",
        "webhooks remove",
        "feeds",
        "feeds list",
        "feeds create",
        "feeds revoke",
        "export",
        "sync",
        "diff-sync",
        "verify",
        "spaces",
        "search",
        "availability",
        "plans",
        "hold",
        "confirm",
        "change",
        "extend",
        "requests",
        "requests list",
        "requests approve",
        "requests reject",
        "cancel",
        "sample"
      })
  void everyVerbHasHelpWithExamples(String verb) {
    Run help = server.ekiden(("calendar " + verb + " --help").split(" "));
    assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(help.out()).contains("Examples:").contains("ekiden calendar " + verb);
  }

  /** A command that must end well; why it did not is told. */
  private static Run succeeds(String... arguments) {
    Run run = server.ekiden(arguments);
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.OK);
    return run;
  }

  private static Run sample(Path to) {
    return succeeds(
        "calendar",
        "sample",
        to.toString(),
        "--venues",
        "1",
        "--seed",
        "7",
        "--from",
        "2026-11-21");
  }
}
