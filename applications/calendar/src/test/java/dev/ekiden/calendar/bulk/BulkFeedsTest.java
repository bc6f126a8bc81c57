package dev.ekiden.calendar.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.BulkFeedTable;
import dev.ekiden.calendar.store.BulkFeedTable.BulkFeed;
import dev.ekiden.calendar.store.Secrets;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.Json;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The file that partners get. */
@Timeout(120)
final class BulkFeedsTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  /** More than two parts. */
  private static final int PLANS = 450;

  @TempDir static Path directory;
  private static RunningCalendar server;
  private static BulkFeeds feeds;

  @BeforeAll
  static void start() throws Exception {
    server = RunningCalendar.start(directory, database.address());
    server.load(new SampleSize(2, 6, PLANS, 10), directory.resolve("sample"));
    feeds = new BulkFeeds(server.process().services());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theFileSaysWhatTheSearchSays() throws Exception {
    BulkFeed feed = make(2);
    List<JsonNode> lines = lines(feed.id());
    assertThat(lines).hasSize((int) feed.lines());
    Set<String> keys = new HashSet<>();
    int compared = 0;
    for (JsonNode line : lines) {
      String plan = line.path("plan").asString("");
      String day = line.path("day").asString("");
      assertThat(keys.add(plan + " " + day)).as("once").isTrue();
      if (compared < 30 && plan.endsWith("7")) {
        compared++;
        assertThat(starts(line, line.path("slotMinutes").asInt()))
            .as(plan + " " + day)
            .isEqualTo(slots(plan, day));
      }
    }
    assertThat(compared).isGreaterThan(10);
    long published =
        server
            .database()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT count(*) FROM calendar.plan WHERE published")
                    .mapTo(Long.class)
                    .one());
    assertThat(feed.plans()).isEqualTo((int) published);
    assertThat(published).isGreaterThan(2 * BulkFeeds.PART_PLANS);
  }

  @Test
  void theChecksumIsThatOfTheBytes() throws Exception {
    BulkFeed feed = make(1);
    byte[] content = content(feed.id());
    assertThat(feed.published().orElseThrow().bytes()).isEqualTo(content.length);
    assertThat(feed.published().orElseThrow().sha256()).isEqualTo(Secrets.sha256(content));
  }

  @Test
  void anInterruptedFileGoesOnAfterItsLastPartAndIsNotSeenBefore() throws Exception {
    long id = row();
    assertThat(feeds.addPart(id)).isTrue();
    assertThat(feeds.find(id).orElseThrow().published()).isEmpty();
    assertThat(feeds.latest().map(BulkFeed::id)).isNotEqualTo(java.util.Optional.of(id));
    Answer early = server.control().get("/calendar/bulk-feeds/" + id + "/content");
    assertThat(early.code()).isEqualTo("not-complete");

    // Another attempt, in another process.
    BulkFeeds other = new BulkFeeds(server.process().services());
    while (other.addPart(id)) {
      assertThat(other.find(id).orElseThrow().published()).isEmpty();
    }
    other.publish(id);
    assertThat(other.addPart(id)).as("what is complete stays as it is").isFalse();

    BulkFeed whole = make(1);
    assertThat(plainLines(id)).isEqualTo(plainLines(whole.id()));
  }

  @Test
  void threeCompleteFilesAreKept() throws Exception {
    List<Long> made = new ArrayList<>();
    for (int count = 0; count < BulkFeeds.KEPT + 1; count++) {
      made.add(make(1).id());
    }
    assertThat(feeds.find(made.getFirst())).isEmpty();
    assertThat(feeds.find(made.get(1))).isPresent();
    assertThat(feeds.latest().orElseThrow().id()).isEqualTo(made.getLast());
  }

  @Test
  void daysHaveLimits() {
    assertThatThrownBy(() -> feeds.begin(0)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> feeds.begin(BulkFeeds.MAXIMUM_DAYS + 1))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void theCommandsMakeAndFetchIt() throws Exception {
    var created =
        server.ekiden("calendar", "bulk-feeds", "create", "--days", "1", "-o", "json").json();
    long id = Long.parseLong(created.path("id").asString(""));
    TestEngine.awaitUntil(
        "it is complete", () -> feeds.find(id).orElseThrow().published().isPresent());
    assertThat(server.ekiden("calendar", "bulk-feeds", "list").out()).contains("true");
    Path file = directory.resolve("availability.ndjson.gz");
    var run =
        server.ekiden("calendar", "bulk-feeds", "download", Long.toString(id), file.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(HexFormat.of().formatHex(Secrets.sha256(Files.readAllBytes(file))));
    assertThat(
            server
                .ekiden("calendar", "bulk-feeds", "download", "999999", file.toString())
                .exitCode())
        .isNotZero();
  }

  private static BulkFeed make(int days) throws InterruptedException {
    long id = feeds.begin(days).id();
    TestEngine.awaitUntil(
        "it is complete", () -> feeds.find(id).orElseThrow().published().isPresent());
    return feeds.find(id).orElseThrow();
  }

  /** Without its job. */
  private static long row() {
    LocalDate today = RunningCalendar.TODAY;
    return server
        .database()
        .<Long>inTransaction(
            handle -> BulkFeedTable.insert(handle, today, today, 0, RunningCalendar.NOW));
  }

  private static byte[] content(long id) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    feeds.write(id, out);
    return out.toByteArray();
  }

  private static List<String> plainLines(long id) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(content(id)))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static List<JsonNode> lines(long id) throws IOException {
    return plainLines(id).stream().map(Json.MAPPER::readTree).toList();
  }

  private static List<String> starts(JsonNode line, int slotMinutes) {
    List<String> starts = new ArrayList<>();
    for (JsonNode range : line.path("free")) {
      var end = java.time.OffsetDateTime.parse(range.path("end").asString(""));
      for (var start = java.time.OffsetDateTime.parse(range.path("start").asString(""));
          start.isBefore(end);
          start = start.plusMinutes(slotMinutes)) {
        starts.add(
            "%s %d %d"
                .formatted(
                    start.toInstant(), range.path("amount").asLong(), range.path("units").asInt()));
      }
    }
    return starts;
  }

  private static List<String> slots(String plan, String day) {
    List<String> slots = new ArrayList<>();
    server
        .control()
        .get("/calendar/plans/%s/availability?from=%s&to=%s".formatted(plan, day, day))
        .json()
        .path("slots")
        .forEach(slot ->
            slots.add(
                "%s %d %d"
                    .formatted(
                        java.time.OffsetDateTime.parse(slot.path("start").asString("")).toInstant(),
                        slot.path("amount").asLong(),
                        slot.path("units").asInt())));
    return slots;
  }
}
