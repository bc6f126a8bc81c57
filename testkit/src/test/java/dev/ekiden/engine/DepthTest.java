package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Depth.By;
import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Depths are exact, whatever moves the jobs, and are read without counting them. */
class DepthTest {
  record Work(int fails) {}

  /** How jobs stand, by brute force or by the depths: "queue/definition/state" to their number. */
  private record Counts(Map<String, Long> ofDefinitions, Map<String, Long> ofGroups) {}

  private static final long SEED = Long.getLong("depth.seed", 20_261_121L);
  private static final int STEPS = 200;
  private static final String[] QUEUES = {"north", "south"};

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> plain = definition("plain", "north");
  private final JobDefinition<Work> other = definition("other", "north");
  private final JobDefinition<Work> far = definition("far", "south");
  private final Engine engine = jobs.engine(plain, other, far);
  private final Random random = new Random(SEED);
  private final List<Long> known = new ArrayList<>();

  private static JobDefinition<Work> definition(String name, String queue) {
    return JobDefinition.named(name, Work.class)
        .queue(queue)
        .retry(new RetryPolicy(3, Duration.ofMillis(5), 2, Duration.ofSeconds(1), 0.5))
        .handler((work, context) -> {
          if (context.failures() < work.fails()) {
            throw new IllegalStateException("fails " + work.fails() + " times");
          }
          return null;
        });
  }

  // ---- the comparison ----

  /** What the depths say and what a count finds, in one snapshot. */
  private static void assertExact(String when) {
    List<Counts> both =
        jobs.database()
            .inTransaction(handle -> {
              handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
              return List.of(told(handle), counted(handle));
            });
    assertThat(both.getFirst()).as(when).isEqualTo(both.getLast());
  }

  private static Counts counted(Handle handle) {
    Map<String, Long> ofDefinitions = new TreeMap<>();
    Map<String, Long> ofGroups = new TreeMap<>();
    handle
        .createQuery(
            """
            SELECT queue.name AS queue, definition.name AS definition, live.group_id,
                   COALESCE(group_name, '') AS group_name, state
            FROM (
              SELECT id, queue_id, definition_id, group_id, 'ready' AS state FROM ekiden.ready
              UNION ALL
              SELECT id, queue_id, definition_id, group_id, 'scheduled' FROM ekiden.scheduled
              UNION ALL
              SELECT id, queue_id, definition_id, group_id, 'blocked' FROM ekiden.blocked
              UNION ALL
              SELECT id, queue_id, definition_id, group_id, 'running' FROM ekiden.running) AS live
            JOIN ekiden.job USING (id)
            JOIN ekiden.queue ON queue.id = live.queue_id
            JOIN ekiden.definition ON definition.id = live.definition_id
            """)
        .map((row, context) -> {
          String queue = row.getString("queue") + "/";
          String state = "/" + row.getString("state");
          ofDefinitions.merge(queue + row.getString("definition") + state, 1L, Long::sum);
          return ofGroups.merge(queue + row.getString("group_name") + state, 1L, Long::sum);
        })
        .list();
    return new Counts(ofDefinitions, ofGroups);
  }

  private static Counts told(Handle handle) {
    Map<String, Long> ofDefinitions = new TreeMap<>();
    Map<String, Long> ofGroups = new TreeMap<>();
    for (QueueSummary queue : DepthTable.queues(handle)) {
      short id =
          handle
              .createQuery("SELECT id FROM ekiden.queue WHERE name = ?")
              .bind(0, queue.name())
              .mapTo(Short.class)
              .one();
      List<Depth> definitions =
          DepthTable.ofDefinitions(handle, id, queue.name(), null, Queues.MAX_DEPTHS);
      List<Depth> groups = DepthTable.ofGroups(handle, id, queue.name(), null, Queues.MAX_DEPTHS);
      definitions.forEach(depth -> put(ofDefinitions, depth, String.valueOf(depth.definition())));
      groups.forEach(depth -> put(ofGroups, depth, depth.group() == null ? "" : depth.group()));
      for (List<Depth> depths : List.of(definitions, groups)) {
        assertThat(depths.stream().mapToLong(Depth::ready).sum()).isEqualTo(queue.ready());
        assertThat(depths.stream().mapToLong(Depth::scheduled).sum()).isEqualTo(queue.scheduled());
        assertThat(depths.stream().mapToLong(Depth::blocked).sum()).isEqualTo(queue.blocked());
        assertThat(depths.stream().mapToLong(Depth::running).sum()).isEqualTo(queue.running());
        assertThat(depths).allMatch(depth -> depth.live() > 0);
        assertThat(depths).allMatch(depth -> (depth.oldestReady() == null) == (depth.ready() == 0));
      }
    }
    return new Counts(ofDefinitions, ofGroups);
  }

  private static void put(Map<String, Long> counts, Depth depth, String name) {
    String prefix = depth.queue() + "/" + name + "/";
    Map.of(
            "ready", depth.ready(),
            "scheduled", depth.scheduled(),
            "blocked", depth.blocked(),
            "running", depth.running())
        .forEach((state, number) -> {
          if (number != 0) {
            counts.put(prefix + state, number);
          }
        });
  }

  // ---- everything at once ----

  @Test
  void depthsAreExactWhateverMovesTheJobs() throws Exception {
    engine.start();
    engine.worker(WorkerOptions.of("north", "south").withConcurrency(8)).start();
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> tallies = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      DepthTally tally = new DepthTally(jobs.database());
      tallies.add(
          Thread.ofVirtual()
              .start(() -> {
                while (!over.get()) {
                  tally.addUp();
                }
              }));
    }
    try {
      for (int i = 0; i < STEPS; i++) {
        int step = i;
        try {
          step();
        } catch (ConflictException | NotFoundException e) {
          // It ended meanwhile, or is forgotten.
        }
        assertExact("seed " + SEED + ", step " + step);
      }
    } finally {
      over.set(true);
      for (Thread tally : tallies) {
        tally.join();
      }
    }
  }

  private void step() {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4 -> enqueue();
      case 5 -> enqueueArray();
      case 6 -> engine.jobs().cancel(aJob());
      case 7 -> engine.bulk().run(BulkRequest.cancel(someJobs()));
      case 8 -> engine.bulk().run(BulkRequest.retry(someJobs()));
      case 9 ->
          engine
              .bulk()
              .run(
                  BulkRequest.clone(
                      someJobs(), JobChanges.NONE.withGroup("clones").withPriority(2)));
      case 10 -> engine.clock().advance(Duration.ofSeconds(random.nextInt(90)));
      case 11 -> {
        String queue = QUEUES[random.nextInt(2)];
        if (random.nextBoolean()) {
          engine.queues().pause(queue, null);
        } else {
          engine.queues().resume(queue);
        }
      }
      case 12 -> limit();
      case 13 -> {
        String group = "g" + random.nextInt(4);
        if (random.nextBoolean()) {
          engine.groups().hold(group, null);
        } else {
          engine.groups().release(group);
        }
      }
      case 14 -> engine.queues().age(QUEUES[random.nextInt(2)], Duration.ofSeconds(1));
      default -> engine.jobs().redrive(QUEUES[random.nextInt(2)]);
    }
  }

  private long aJob() {
    return known.isEmpty() ? 1 : known.get(random.nextInt(known.size()));
  }

  private JobFilter someJobs() {
    long from = aJob();
    return JobFilter.ALL.withIds(from, from + random.nextInt(20));
  }

  private void limit() {
    Limit.Scope scope =
        switch (random.nextInt(4)) {
          case 0 -> new Limit.Scope.Definition("plain");
          case 1 -> new Limit.Scope.Queue("south");
          case 2 -> new Limit.Scope.EachGroup();
          default -> new Limit.Scope.EachKey("north");
        };
    switch (random.nextInt(3)) {
      case 0 -> engine.limits().remove(scope);
      case 1 ->
          engine
              .limits()
              .put(
                  scope instanceof Limit.Scope.EachKey
                      ? Limit.rate(scope, 5, Duration.ofSeconds(1))
                      : Limit.running(scope, 1 + random.nextInt(3)));
      default -> engine.limits().put(Limit.rate(scope, 20, Duration.ofSeconds(1)));
    }
  }

  private void enqueue() {
    List<JobRequest> requests = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      requests.add(request());
    }
    engine.enqueue(requests).forEach(one -> known.add(one.id()));
  }

  private JobRequest request() {
    JobDefinition<Work> definition =
        switch (random.nextInt(3)) {
          case 0 -> plain;
          case 1 -> other;
          default -> far;
        };
    JobRequest request = definition.request(new Work(Math.max(0, random.nextInt(9) - 5)));
    String key = "k" + random.nextInt(5);
    request =
        switch (random.nextInt(9)) {
          case 0 -> request.withKey(Key.coalesce("c" + key));
          case 1 -> request.withKey(Key.serial("s" + key));
          case 2 -> request.withKey(Key.serial("h" + key).holdOnFailure());
          case 3 -> request.withKey(Key.limit("l" + key, 2));
          case 4 -> request.withKey(Key.unique("u" + random.nextInt(1_000), Duration.ofHours(1)));
          default -> request;
        };
    if (random.nextInt(3) == 0) {
      request = request.withGroup("g" + random.nextInt(4));
    }
    if (random.nextInt(5) == 0) {
      request = request.withDelay(Duration.ofSeconds(random.nextInt(120)));
    }
    if (random.nextInt(6) == 0) {
      request = request.startBefore(engine.clock().now().plusSeconds(random.nextInt(60)));
    }
    if (random.nextInt(6) == 0 && !(request.key() instanceof Key.Coalesce) && !known.isEmpty()) {
      Dependencies.Condition[] conditions = Dependencies.Condition.values();
      request =
          request.after(
              Dependencies.any(conditions[random.nextInt(conditions.length)], aJob(), aJob()));
    }
    return request.withPriority(random.nextInt(10));
  }

  private void enqueueArray() {
    JobRequest request = plain.request(new Work(random.nextInt(2))).withGroup("g0");
    known.add(
        engine.enqueueArray(ArrayRequest.of(request, 1 + random.nextInt(15)).tolerating(1)).id());
  }

  // ---- the comparison sees mistakes ----

  @Test
  void aWrongRowIsSeen() {
    engine.enqueue(Collections.nCopies(3, plain.request(new Work(0)).withGroup("a")));
    assertExact("before");
    for (String mistake :
        List.of(
            "INSERT INTO ekiden.depth_note SELECT queue_id, definition_id, group_id, state, 1, one_job FROM ekiden.depth_note LIMIT 1",
            "DELETE FROM ekiden.depth_note",
            "ALTER TABLE ekiden.ready DISABLE TRIGGER USER; DELETE FROM ekiden.ready")) {
      assertThatThrownBy(() ->
              jobs.database()
                  .useTransaction(handle -> {
                    handle.execute(mistake);
                    assertThat(told(handle)).isEqualTo(counted(handle));
                  }))
          .as(mistake)
          .isInstanceOf(AssertionError.class);
    }
    new DepthTally(jobs.database()).addUp();
    for (String mistake :
        List.of(
            "UPDATE ekiden.depth_of_definition SET jobs = jobs + 1",
            "UPDATE ekiden.depth_of_group SET jobs = jobs - 1",
            "DELETE FROM ekiden.depth_of_group")) {
      assertThatThrownBy(() ->
              jobs.database()
                  .useTransaction(handle -> {
                    handle.execute(mistake);
                    assertThat(told(handle)).isEqualTo(counted(handle));
                  }))
          .as(mistake)
          .isInstanceOf(AssertionError.class);
    }
    assertExact("after");
  }

  @Test
  void nothingMovesAJobBehindTheBackOfTheDepths() {
    engine.enqueue(plain.request(new Work(0)));
    for (String column : List.of("queue_id", "definition_id", "group_id")) {
      assertThatThrownBy(() ->
              jobs.database()
                  .useTransaction(
                      handle -> handle.execute("UPDATE ekiden.ready SET %s = 7".formatted(column))))
          .hasMessageContaining("queue, definition and group of a job in ready do not change");
    }
  }

  // ---- adding up ----

  private static long rows(String table) {
    return jobs.database()
        .withHandle(handle ->
            handle.createQuery("SELECT count(*) FROM ekiden." + table).mapTo(Long.class).one());
  }

  @Test
  void notesBecomeOneRowForWhatIsNotZero() {
    DepthTally tally = new DepthTally(jobs.database());
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      JobRequest request = plain.request(new Work(0));
      ids.add(engine.enqueue(i % 3 == 0 ? request.withGroup("a") : request).id());
    }
    assertThat(rows("depth_note")).isEqualTo(30);
    tally.addUp();
    assertThat(rows("depth_note")).isZero();
    assertThat(rows("depth_of_definition")).isEqualTo(1);
    assertThat(rows("depth_of_group")).isEqualTo(2);
    assertExact("added up");
    ids.forEach(engine.jobs()::cancel);
    assertExact("canceled");
    tally.addUp();
    assertThat(rows("depth_note") + rows("depth_of_definition") + rows("depth_of_group")).isZero();
    assertExact("added up again");
  }

  @Test
  void moreThanABatchOfNotesIsAddedUp() {
    engine.enqueue(plain.request(new Work(0)));
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                """
                INSERT INTO ekiden.depth_note
                SELECT queue_id, definition_id, group_id, state, 2 * (n %% 2) - 1, one_job
                FROM ekiden.depth_note, generate_series(1, %d) AS n
                """
                    .formatted(2 * DepthTally.BATCH)));
    new DepthTally(jobs.database()).addUp();
    assertThat(rows("depth_note")).isZero();
    assertExact("added up");
  }

  @Test
  void oneThatAddsUpDoesNotWaitForAnother() throws Exception {
    engine.enqueue(plain.request(new Work(0)));
    CountDownLatch added = new CountDownLatch(1);
    CompletableFuture<Void> commit = new CompletableFuture<>();
    Thread first =
        Thread.ofVirtual()
            .start(() ->
                jobs.database()
                    .useTransaction(handle -> {
                      DepthTable.addUp(handle, 100);
                      added.countDown();
                      commit.join();
                    }));
    added.await();
    engine.enqueue(plain.request(new Work(0)));
    assertExact("while the first is at it");
    new DepthTally(jobs.database()).addUp();
    assertExact("after the second");
    assertThat(rows("depth_note")).isEqualTo(2);
    commit.complete(null);
    first.join();
    assertExact("after the first");
    new DepthTally(jobs.database()).addUp();
    assertThat(rows("depth_note")).isZero();
    assertExact("after all");
  }

  @Test
  void aStartedEngineAddsUp() {
    engine.start();
    engine.enqueue(Collections.nCopies(5, plain.request(new Work(0))));
    TestEngine.awaitUntil("notes are added up", () -> rows("depth_note") == 0);
    assertExact("added up");
  }

  // ---- answers ----

  @Test
  void ofEachDefinitionAndGroupWithTheMostFirst() {
    engine.clock().advance(Duration.ofHours(-1));
    long old = engine.enqueue(plain.request(new Work(0)).withPriority(0).withGroup("a")).id();
    engine.clock().advance(Duration.ofHours(1));
    engine.enqueue(
        List.of(
            plain.request(new Work(0)).withPriority(9).withGroup("a"),
            plain.request(new Work(0)).withDelay(Duration.ofHours(1)),
            other.request(new Work(0)).withGroup("b").after(old)));
    new DepthTally(jobs.database()).addUp();
    engine.enqueue(other.request(new Work(0)).withGroup("a"));

    List<Depth> definitions = engine.queues().depth("north", By.DEFINITION, 10);
    assertThat(definitions).extracting(Depth::definition).containsExactly("plain", "other");
    assertThat(definitions).extracting(Depth::ready).containsExactly(2L, 2L);
    assertThat(definitions).extracting(Depth::scheduled).containsExactly(1L, 0L);
    assertThat(definitions).extracting(Depth::live).containsExactly(3L, 2L);
    assertThat(definitions.getFirst().oldestReady())
        .isBetween(Duration.ofHours(1), Duration.ofMinutes(65));
    assertThat(definitions.getLast().oldestReady()).isLessThan(Duration.ofMinutes(5));

    List<Depth> groups = engine.queues().depth("north", By.GROUP, 10);
    assertThat(groups).extracting(Depth::group).startsWith("a").containsOnly("a", "b", null);
    assertThat(groups.getFirst().ready()).isEqualTo(3);
    assertThat(groups.getFirst().oldestReady()).isGreaterThan(Duration.ofHours(1));
    assertThat(engine.queues().depth("north", By.GROUP, 1))
        .extracting(Depth::group)
        .containsExactly("a");

    assertThat(engine.queues().depthOfGroup("north", "b").ready()).isEqualTo(1);
    assertThat(engine.queues().depthOfGroup("north", null).scheduled()).isEqualTo(1);
    assertThat(engine.queues().depthOfGroup("north", "nobody").live()).isZero();
    assertThat(engine.queues().depthOfDefinition("north", "plain").live()).isEqualTo(3);
    assertThat(engine.queues().depthOfDefinition("north", "far").live()).isZero();
    assertThat(engine.queues().find("north").orElseThrow().oldestReady())
        .isBetween(Duration.ofHours(1), Duration.ofMinutes(65));
  }

  @Test
  void aGroupIsNamedByAnyJobOfIt() {
    long blocker = engine.enqueue(plain.request(new Work(0)).withDelay(Duration.ofDays(1))).id();
    engine.enqueue(plain.request(new Work(0)).withGroup("tenant").after(blocker));
    long last = engine.enqueue(other.request(new Work(0)).withGroup("tenant")).id();
    new DepthTally(jobs.database()).addUp();
    engine.jobs().cancel(last);
    assertThat(engine.queues().depth("north", By.GROUP, 10))
        .extracting(Depth::group)
        .contains("tenant");
    jobs.database()
        .useTransaction(handle -> handle.execute("DELETE FROM ekiden.finished WHERE id = ?", last));
    assertThat(engine.queues().depth("north", By.GROUP, 10))
        .extracting(Depth::group)
        .as("the job that was noted is forgotten")
        .contains("tenant");
  }

  @Test
  void badQuestionsAreRefused() {
    assertThatThrownBy(() -> engine.queues().depth("nowhere", By.GROUP, 1))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.queues().depthOfDefinition("north", "none"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.queues().depthOfGroup("north", ""))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.queues().depth("north", By.GROUP, 0))
        .hasMessage("one answer has 1 to 1000 depths, not 0");
    assertThatThrownBy(() -> engine.queues().depth("north", By.GROUP, Queues.MAX_DEPTHS + 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(engine.queues().depth("north", By.GROUP, Queues.MAX_DEPTHS)).isEmpty();
    assertThat(engine.queues().depth("north", By.DEFINITION, 1)).isEmpty();
  }

  @Test
  void hardlyAnyJobIsReadHoweverManyThereAre() {
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      requests.add(
          (i % 2 == 0 ? plain : other)
              .request(new Work(0))
              .withGroup("g" + i % 20)
              .withPriority(i % 10));
    }
    for (int i = 0; i < 20; i++) {
      engine.enqueue(requests);
    }
    long read =
        jobs.database()
            .inTransaction(handle -> {
              assertThat(DepthTable.queues(handle).getFirst().ready()).isEqualTo(200_000);
              short queue =
                  handle
                      .createQuery("SELECT id FROM ekiden.queue WHERE name = 'north'")
                      .mapTo(Short.class)
                      .one();
              assertThat(DepthTable.ofDefinitions(handle, queue, "north", null, 10))
                  .extracting(Depth::ready)
                  .containsExactly(100_000L, 100_000L);
              assertThat(DepthTable.ofGroups(handle, queue, "north", null, 100))
                  .extracting(Depth::ready)
                  .hasSize(20)
                  .containsOnly(10_000L);
              return handle
                  .createQuery(
                      """
                      SELECT sum(pg_stat_get_xact_tuples_returned(oid))
                      FROM pg_class
                      WHERE oid IN ('ekiden.ready'::regclass, 'ekiden.job'::regclass,
                                    'ekiden.ready_oldest'::regclass, 'ekiden.ready_order'::regclass)
                      """)
                  .mapTo(Long.class)
                  .one();
            });
    assertThat(read).as("rows of ready and job that were read").isLessThan(1_000);
  }
}
