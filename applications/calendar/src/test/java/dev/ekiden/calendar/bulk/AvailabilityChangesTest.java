package dev.ekiden.calendar.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.bulk.AvailabilityChanges.Changes;
import dev.ekiden.calendar.bulk.AvailabilityChanges.PlanChange;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.BulkFeedTable.BulkFeed;
import dev.ekiden.calendar.store.ChangeTable;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.Json;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What partners are told after the file: every change, whatever happens meanwhile. */
@Timeout(180)
final class AvailabilityChangesTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  private static final int PLANS = 60;
  private static final int DAYS = 2;

  @TempDir static Path directory;
  private static RunningCalendar server;
  private static AvailabilityChanges changes;

  @BeforeAll
  static void start() throws Exception {
    server = RunningCalendar.start(directory, database.address());
    server.load(new SampleSize(2, 6, PLANS, 10), directory.resolve("sample"));
    changes = new AvailabilityChanges(server.database());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A receiver's copy: what it has of each plan. */
  private static final class Replica {
    private final Map<String, List<PlanLines.Line>> plans = new TreeMap<>();
    private long cursor;

    /** Takes a page, or takes it twice: it may not have noticed that it had it. */
    boolean follow(int limit, boolean twice) {
      Changes page = page(cursor, limit);
      for (int times = twice ? 2 : 1; times > 0; times--) {
        page.items().forEach(this::take);
      }
      assertThat(page.next()).isGreaterThanOrEqualTo(cursor);
      cursor = page.next();
      return page.more();
    }

    private void take(PlanChange change) {
      List<PlanLines.Line> before = plans.put(change.plan(), change.days());
      if (before != null && !before.isEmpty() && !change.days().isEmpty()) {
        assertThat(change.days().getFirst().version())
            .isGreaterThanOrEqualTo(before.getFirst().version());
      }
    }
  }

  private static Changes page(long after, int limit) {
    return changes.after(
        after,
        RunningCalendar.TODAY,
        RunningCalendar.TODAY.plusDays(DAYS - 1),
        limit,
        RunningCalendar.NOW);
  }

  private static Replica everything() {
    Replica all = new Replica();
    while (all.follow(AvailabilityChanges.MAXIMUM_PLANS, false)) {
      // Until there is no more.
    }
    return all;
  }

  @Test
  void aReceiverHasAtTheEndWhatIsCachedWhateverChangesWhileItReads() throws Exception {
    Replica replica = new Replica();
    AtomicBoolean stop = new AtomicBoolean();
    List<Throwable> failures = new ArrayList<>();
    List<Thread> writers = new ArrayList<>();
    List<String> plans = List.copyOf(everything().plans.keySet());
    for (int writer = 0; writer < 4; writer++) {
      Random random = new Random(writer);
      writers.add(
          Thread.ofVirtual()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(() -> {
                while (!stop.get()) {
                  change(plans.get(random.nextInt(plans.size())), random);
                }
              }));
    }
    // Small pages, so that many begin and end between changes.
    Random random = new Random(99);
    for (int read = 0; read < 150; read++) {
      replica.follow(1 + random.nextInt(7), random.nextBoolean());
    }
    stop.set(true);
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(failures).isEmpty();
    server.settle();
    while (replica.follow(7, false)) {
      // Until there is no more.
    }
    assertThat(replica.plans).isEqualTo(everything().plans);
    assertThat(page(replica.cursor, 10).items()).as("nothing is told again").isEmpty();
  }

  private static void change(String plan, Random random) {
    int amount = 1_000 + 10 * random.nextInt(500);
    Answer answer =
        switch (random.nextInt(8)) {
          case 0 -> server.control().post("/calendar/plans/" + plan + "/unpublish");
          case 1 -> server.control().post("/calendar/plans/" + plan + "/publish");
          default ->
              server
                  .control()
                  .put(
                      "/calendar/plans/%s/prices".formatted(plan),
                      "{\"rules\":\"any %d\"}".formatted(amount));
        };
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void aWriterThatCommitsLateIsNotMissed() throws Exception {
    String plan = everything().plans.keySet().iterator().next();
    Replica replica = everything();
    long before = replica.cursor;
    // A calendar is being written, and its number is taken away, when others are numbered.
    server
        .database()
        .useTransaction(handle -> {
          handle.execute(
              """
              UPDATE calendar.plan_calendar SET change = NULL
              WHERE plan_id = (SELECT id FROM calendar.plan WHERE code = ?)
              """,
              plan);
          // A reader of its own, which must not wait for the writer.
          CompletableFuture.runAsync(() -> replica.follow(10, false)).join();
        });
    assertThat(page(replica.cursor, 10).items()).extracting(PlanChange::plan).containsExactly(plan);
  }

  @Test
  void theFileAndTheChangesAfterItAreTheWhole() throws Exception {
    BulkFeeds feeds = new BulkFeeds(server.process().services());
    long id = feeds.begin(DAYS).id();
    TestEngine.awaitUntil(
        "it is complete", () -> feeds.find(id).orElseThrow().published().isPresent());
    BulkFeed feed = feeds.find(id).orElseThrow();
    Map<String, Integer> lines = new TreeMap<>();
    for (JsonNode line : lines(feeds, id)) {
      lines.merge(line.path("plan").asString(""), 1, Integer::sum);
    }
    assertThat(page(feed.changeCursor(), 10).items()).as("nothing since").isEmpty();

    String plan = lines.keySet().iterator().next();
    server.control().put("/calendar/plans/" + plan + "/prices", "{\"rules\":\"any 7770\"}");
    server.settle();
    PlanChange change = page(feed.changeCursor(), 10).items().getFirst();
    assertThat(change.plan()).isEqualTo(plan);
    assertThat(change.published()).isTrue();
    assertThat(change.days()).hasSize(DAYS);

    server.control().post("/calendar/plans/" + plan + "/unpublish");
    server.settle();
    List<PlanChange> unpublished = page(feed.changeCursor(), 10).items();
    assertThat(unpublished).as("told once, as it is now").hasSize(1);
    assertThat(unpublished.getFirst().published()).isFalse();
    assertThat(unpublished.getFirst().days()).isEmpty();
    server.control().post("/calendar/plans/" + plan + "/publish");
    server.settle();
  }

  @Test
  void aSyncOverUnchangedCalendarsTellsNothing() throws Exception {
    Replica replica = everything();
    server.control().post("/calendar/sync");
    server.settle();
    assertThat(page(replica.cursor, 10).items()).isEmpty();
  }

  @Test
  void aRepairedDayIsAChange() throws Exception {
    Replica replica = everything();
    String plan = replica.plans.keySet().iterator().next();
    server
        .database()
        .useTransaction(handle ->
            handle.execute(
                """
                DELETE FROM calendar.calendar_day
                WHERE plan_id = (SELECT id FROM calendar.plan WHERE code = ?) AND day = ?
                """,
                plan,
                RunningCalendar.TODAY));
    server.control().post("/calendar/sync");
    server.settle();
    assertThat(page(replica.cursor, 10).items()).extracting(PlanChange::plan).containsExactly(plan);
  }

  @Test
  void aCursorOfTheFutureIsRefused() {
    changes.cursor();
    long last = server.database().withHandle(ChangeTable::last);
    assertThat(page(last, 10).items()).isEmpty();
    assertThatThrownBy(() -> page(last + 1, 10))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("begin again with 0");
  }

  @Test
  void theCommandTellsWhereToGoOn() {
    var all = server.ekiden("calendar", "changes", "--days", "1", "--limit", "3");
    assertThat(all.exitCode()).as(all.err()).isZero();
    assertThat(all.out()).contains("PLAN").contains("true");
    assertThat(all.err()).contains("There are more: --after ");
    var json = server.ekiden("calendar", "changes", "--days", "1", "-o", "json").json();
    assertThat(json.path("items").size()).isEqualTo(PLANS);
    String next = json.path("next").asString("");
    assertThat(server.ekiden("calendar", "changes", "--after", next).err()).contains("Go on later");
    assertThat(server.ekiden("calendar", "changes", "--after", "99999999").err())
        .contains("begin again with 0");
  }

  private static List<JsonNode> lines(BulkFeeds feeds, long id) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    feeds.write(id, out);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(out.toByteArray()))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(Json.MAPPER::readTree)
          .toList();
    }
  }
}
