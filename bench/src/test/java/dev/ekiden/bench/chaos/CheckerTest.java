package dev.ekiden.bench.chaos;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.ArrayRequest;
import dev.ekiden.engine.Dependencies;
import dev.ekiden.engine.Dependencies.Condition;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every rule is seen to be broken when it is. */
class CheckerTest {
  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  /** What is done to a good history; {@code {NAME}} is a job of {@link #play}. */
  enum Planted {
    LOST(
        Rule.NOTHING_LOST,
        "DELETE FROM ekiden.finished WHERE id = {coalesce}",
        "was accepted and has no end"),
    LEFT(
        Rule.NOTHING_LEFT,
        """
        INSERT INTO ekiden.ready (queue_id, priority, id, definition_id, attempt, failures, losses)
        SELECT queue_id, priority, 1000, definition_id, 0, 0, 0
        FROM ekiden.finished WHERE id = {coalesce}
        """,
        "1000 is still READY"),
    KEY_KEPT(
        Rule.NOTHING_LEFT,
        "INSERT INTO ekiden.held_key SELECT queue_id, 'k', id, finished_at"
            + " FROM ekiden.finished WHERE id = {coalesce}",
        "key k is still held"),
    TWO_STATES(
        Rule.ONE_STATE,
        """
        INSERT INTO ekiden.ready (queue_id, priority, id, definition_id, attempt, failures, losses)
        SELECT queue_id, priority, id, definition_id, 0, 0, 0
        FROM ekiden.finished WHERE id = {coalesce}
        """,
        "is ENDED and READY"),
    STATELESS(
        Rule.ONE_STATE,
        """
        INSERT INTO ekiden.job (id, queue_id, definition_id, priority, payload, created_at)
        SELECT 1000, queue_id, definition_id, priority, payload, created_at
        FROM ekiden.finished WHERE id = {coalesce}
        """,
        "job 1000 has no state"),
    WRONG_DEPTH(
        Rule.DEPTH,
        """
        INSERT INTO ekiden.depth_note (queue_id, definition_id, group_id, state, jobs, one_job)
        SELECT queue_id, definition_id, group_id, 'READY', 2, id
        FROM ekiden.finished WHERE id = {coalesce}
        """,
        "tells 2 too many READY of definition"),
    DOUBLED(
        Rule.ONE_START,
        """
        INSERT INTO public.history (kind, job, attempt, process)
        SELECT 'BEGIN', job, attempt, 'elsewhere, call 1'
        FROM public.history WHERE kind = 'BEGIN' AND job = {coalesce}
        """,
        "and in elsewhere"),
    UNCLAIMED(
        Rule.ONE_START,
        "DELETE FROM public.history WHERE kind = 'ENTER' AND state = 'RUNNING' AND job = {coalesce}",
        "was not claimed"),
    ENDED_TWICE(
        Rule.ONE_END,
        """
        INSERT INTO public.history (kind, state, job, attempt)
        SELECT kind, state, job, attempt
        FROM public.history WHERE state = 'SUCCEEDED' AND job = {coalesce}
        """,
        "ended twice"),
    DEAD_COMPLETION(
        Rule.NO_DEAD_COMPLETION,
        """
        UPDATE public.history SET tx = '1'
        WHERE job = {coalesce} AND kind = 'LEAVE' AND state = 'RUNNING'
        """,
        "was completed when it no longer ran"),
    NO_EFFECT(
        Rule.EFFECT,
        "DELETE FROM public.history WHERE kind = 'DONE' AND job = {coalesce}",
        "succeeded and did nothing"),
    EFFECT_TWICE(
        Rule.EFFECT_ONCE,
        """
        INSERT INTO public.history (kind, job, attempt, process)
        VALUES ('DONE', {effect}, 3, 'elsewhere, call 1')
        """,
        "is SUCCEEDED with 2 effects"),
    EFFECT_OF_A_FAILURE(
        Rule.EFFECT_ONCE,
        "UPDATE ekiden.finished SET state = 'FAILED' WHERE id = {effect}",
        "is FAILED with 1 effects"),
    CHECKPOINT_LOST(
        Rule.CHECKPOINT,
        "UPDATE public.history SET note = '0' WHERE kind = 'LOADED' AND job = {steps}",
        "saw step 0, but step 1 was kept"),
    TOO_EARLY(
        Rule.DEPENDENCIES,
        """
        UPDATE public.history SET position = position + 1000000
        WHERE job = {serial} AND kind = 'ENTER' AND state = 'SUCCEEDED'
        """,
        "was claimed before what it waits for"),
    GIVEN_UP(
        Rule.DEPENDENCIES,
        """
        UPDATE public.history SET position = position + 1000000
        WHERE job = {failing} AND kind = 'ENTER' AND state = 'FAILED'
        """,
        "was given up although this could still come"),
    MISCOUNTED_ARRAY(
        Rule.ARRAYS,
        "UPDATE ekiden.array_job SET failed = failed + 1 WHERE id = {array}",
        "is SUCCEEDED with 2 and 2, but its children are 2 and 1"),
    INTOLERANT_ARRAY(
        Rule.ARRAYS,
        "UPDATE ekiden.array_job SET tolerated = 0 WHERE id = {array}",
        "tolerates 0 and is SUCCEEDED"),
    CHILD_LOST(
        Rule.ARRAYS,
        "DELETE FROM ekiden.finished WHERE parent_id = {array} AND state = 'FAILED'",
        "its children are 2 and 0"),
    STARTED_LATE(
        Rule.DEADLINES,
        "UPDATE ekiden.finished SET start_before = claimed_at - interval '1 s' WHERE id = {effect}",
        "microseconds too late, and begun"),
    DROPPED_EARLY(
        Rule.DEADLINES,
        "UPDATE ekiden.finished SET start_before = finished_at + interval '1 s' WHERE id = {late}",
        "was dropped at"),
    COALESCE_OVERLAP(
        Rule.NO_OVERLAP,
        """
        UPDATE public.history SET position = position + 1000000
        WHERE job = {coalesce} AND (kind = 'DONE' OR (kind = 'LEAVE' AND state = 'RUNNING'))
        """,
        "began beside"),
    SERIAL_OVERLAP(
        Rule.NO_OVERLAP,
        """
        UPDATE public.history SET position = position + 1000000
        WHERE job = {serial} AND (kind = 'DONE' OR (kind = 'LEAVE' AND state = 'RUNNING'))
        """,
        "began beside"),
    OVERTAKEN(
        Rule.SERIAL_ORDER,
        """
        UPDATE public.history SET position = position + 1000000
        WHERE job = {serial} AND kind = 'ENTER' AND state = 'SUCCEEDED'
        """,
        "began before job"),
    NOT_STOPPED(
        Rule.SERIAL_ORDER,
        "DELETE FROM public.history WHERE kind = 'LETTING_GO'",
        "had stopped the key"),
    QUEUE_LIMIT(Rule.LIMITS, together("narrow"), "queue narrow"),
    VCPU_LIMIT(Rule.LIMITS, together("heavy"), "queue heavy"),
    DEFINITION_LIMIT(Rule.LIMITS, together("few"), "definition few"),
    GROUP_LIMIT(
        Rule.LIMITS,
        "UPDATE public.history SET position = position + 1000000"
            + " WHERE group_id <> 0 AND kind = 'LEAVE' AND state = 'RUNNING'",
        "group g0"),
    KEY_LIMIT(
        Rule.LIMITS,
        "UPDATE public.history SET position = position + 1000000"
            + " WHERE key_kind = 'LIMIT' AND kind = 'LEAVE' AND state = 'RUNNING'",
        "key mixed l0"),
    RATE(
        Rule.RATES,
        """
        INSERT INTO public.history (kind, state, job, attempt, definition, engine_micros)
        SELECT 'ENTER', 'RUNNING', 5000 + n, 1, definition.id, 1000 * n
        FROM generate_series(1, 41) AS n, ekiden.definition WHERE name = 'paced'
        """,
        "41 starts of paced"),
    STALE(
        Rule.NO_CHANGE_MISSED,
        "UPDATE public.history SET note = '0' WHERE kind = 'DONE' AND job = {coalesce}",
        "was to see version"),
    UNLIKE_ITS_LEADER(
        Rule.NO_CHANGE_MISSED,
        "UPDATE ekiden.finished SET coalesced_into = 1 WHERE id = {coalesce}",
        "but ran as"),
    UNIQUE_TWICE(
        Rule.UNIQUE_ONCE, "UPDATE ekiden.finished SET key_kind = 'UNIQUE', key = 'u'", "key u has"),
    MISCOUNTED(
        Rule.COUNTS,
        "UPDATE ekiden.finished SET failures = failures + 1 WHERE id = {coalesce}",
        "says 1 failures"),
    TOO_OFTEN(
        Rule.COUNTS,
        "UPDATE ekiden.finished SET failures = 4 WHERE id = {coalesce}",
        "failed 4 times"),
    NOT_CANCELED(Rule.CANCELED, "SELECT 1", "is SUCCEEDED"),
    PAUSED(
        Rule.HELD,
        "INSERT INTO public.history (position, kind, job, attempt, process, note)"
            + " VALUES (0, 'PAUSED', 0, 0, 'control, call 100', 'mixed')",
        "while queue mixed was held"),
    HELD(
        Rule.HELD,
        "INSERT INTO public.history (position, kind, job, attempt, process, note)"
            + " VALUES (0, 'HELD', 0, 0, 'control, call 100', 'g0')",
        "while group g0 was held"),
    INNOCENT(
        Rule.INNOCENT,
        """
        INSERT INTO public.history (kind, job, attempt, process)
        VALUES ('BEGIN', {coalesce}, 50, 'one, call 1'), ('CRASH', 999, 1, 'one, call 2'),
               ('BEGIN', {coalesce}, 51, 'two, call 1'), ('CRASH', 999, 2, 'two, call 2')
        """,
        "lost more than one attempt to job 999");

    private final Rule rule;
    private final String plant;
    private final String seen;

    Planted(Rule rule, String plant, String seen) {
      this.rule = rule;
      this.plant = plant;
      this.seen = seen;
    }

    /** All jobs of a definition run until late. */
    private static String together(String definition) {
      return """
      UPDATE public.history SET position = position + 1000000
      WHERE kind = 'LEAVE' AND state = 'RUNNING'
        AND definition = (SELECT id FROM ekiden.definition WHERE name = '%s')
      """
          .formatted(definition);
    }
  }

  /** Rules that need no history of the states; their own tests are below. */
  private static final Set<Rule> ELSEWHERE =
      EnumSet.of(Rule.INTERRUPTED, Rule.RECOVERY, Rule.OUTAGE, Rule.REFUSAL);

  /** What planted faults change. */
  private static final List<String> CHANGED =
      List.of(
          "ekiden.ready",
          "ekiden.job",
          "ekiden.finished",
          "ekiden.held_key",
          "ekiden.array_job",
          "ekiden.depth_note",
          "ekiden.depth_of_definition",
          "ekiden.depth_of_group",
          "public.history");

  private final List<Long> accepted = new ArrayList<>();
  private final Set<Long> canceled = new HashSet<>();
  private final Map<Long, Long> versions = new HashMap<>();
  private final Map<Long, Dependencies> dependencies = new HashMap<>();
  private final Map<String, Long> jobNamed = new HashMap<>();
  private final CountDownLatch letGo = new CountDownLatch(0);
  private History history;
  private Marks marks;
  private Engine engine;

  @BeforeEach
  void watch() {
    history = History.watch(jobs.database());
    marks = Marks.of(jobs.database(), "test");
    engine =
        jobs.engine(
            Load.definitions(marks, jobs.database().dataSource(), 0, letGo)
                .toArray(JobDefinition<?>[]::new));
    Load.limit(engine);
  }

  @AfterEach
  void stop() {
    marks.close();
  }

  @Test
  void everyRuleHasAPlantedFault() {
    Set<Rule> seen = Arrays.stream(Planted.values()).map(one -> one.rule).collect(toSet());
    seen.addAll(ELSEWHERE);
    assertThat(seen).containsExactlyInAnyOrder(Rule.values());
  }

  @Test
  void theCheckerSeesEveryPlantedFault() {
    play();
    assertThat(check()).isEmpty();
    for (String table : CHANGED) {
      execute(
          "CREATE TABLE saved_%s AS TABLE %s"
              .formatted(table.substring(table.indexOf('.') + 1), table));
    }
    SoftAssertions softly = new SoftAssertions();
    for (Planted planted : Planted.values()) {
      softly
          .assertThat(with(planted))
          .as(planted.name())
          .anySatisfy(violation -> {
            assertThat(violation.rule()).isEqualTo(planted.rule);
            assertThat(violation.how()).contains(planted.seen);
          });
    }
    softly.assertAll();
  }

  /** What the checker says when a fault is planted; nothing is left of it. */
  private List<Violation> with(Planted planted) {
    if (planted == Planted.NOT_CANCELED) {
      canceled.add(jobNamed.get("coalesce"));
    }
    String sql = planted.plant;
    for (Map.Entry<String, Long> name : jobNamed.entrySet()) {
      sql = sql.replace("{" + name.getKey() + "}", name.getValue().toString());
    }
    execute(sql);
    List<Violation> violations = check();
    canceled.clear();
    jobs.database()
        .useTransaction(handle -> {
          handle.execute("SET LOCAL session_replication_role = 'replica'"); // without triggers
          for (String table : CHANGED) {
            handle.execute("DELETE FROM " + table);
            handle.execute(
                "INSERT INTO %s OVERRIDING SYSTEM VALUE TABLE saved_%s"
                    .formatted(table, table.substring(table.indexOf('.') + 1)));
          }
        });
    return violations;
  }

  private static void execute(String statement) {
    jobs.database().useTransaction(handle -> handle.execute(statement));
  }

  private List<Violation> check() {
    return Checker.check(history, new Known(accepted, canceled, versions, dependencies));
  }

  private long enqueue(JobRequest request) {
    long id = engine.enqueue(request).id();
    accepted.add(id);
    if (request.dependencies() != null) {
      dependencies.put(id, request.dependencies());
    }
    return id;
  }

  private static JobRequest work(String definition, int fails, @Nullable String change) {
    return JobRequest.of(definition, new Item(1, fails, 0, change, 0));
  }

  /** One good run of some jobs of each kind. */
  private void play() {
    for (long version = 1; version <= 3; version++) {
      long present = version;
      jobs.database()
          .useTransaction(handle ->
              handle.execute(
                  "INSERT INTO public.change VALUES ('c0', ?)"
                      + " ON CONFLICT (key) DO UPDATE SET version = excluded.version",
                  present));
      long id = enqueue(work("single", 0, "c0").withKey(Key.coalesce("c0")));
      versions.put(id, version);
      if (version == 2) {
        jobNamed.put("coalesce", id);
      }
      jobs.runDue();
    }
    jobNamed.put("serial", enqueue(work("single", 0, null).withKey(Key.serial("s0"))));
    enqueue(work("single", 1, null).withKey(Key.serial("s0")));
    enqueue(work("single", 9, null).withKey(Key.serial("h0").holdOnFailure()));
    enqueue(work("single", 0, null).withKey(Key.serial("h0").holdOnFailure()));
    enqueue(work("single", 0, null).withKey(Key.unique("u0", Duration.ofDays(1))));
    enqueue(work("batch", 1, null));
    jobNamed.put("effect", enqueue(work("effect", 1, null)));
    jobNamed.put("steps", enqueue(work("steps", 1, null)));
    jobNamed.put("failing", enqueue(work("single", 9, null)));
    enqueue(work("single", 0, null).after(jobNamed.get("serial")));
    enqueue(work("single", 0, null).after(jobNamed.get("failing")));
    enqueue(
        work("single", 0, null)
            .after(
                Dependencies.any(
                    Condition.FAILURE, jobNamed.get("serial"), jobNamed.get("failing"))));
    jobNamed.put("late", enqueue(work("single", 0, null).startBefore(Instant.EPOCH)));
    jobNamed.put("array", engine.enqueueArray(array(0, 9, 1)).id());
    for (int i = 0; i < 4; i++) {
      enqueue(work("narrow", 0, null));
      enqueue(work("heavy", 0, null));
      enqueue(work("few", 0, null));
      enqueue(work("single", 0, null).withGroup("g0"));
      enqueue(work("single", 0, null).withKey(Key.limit("l0", Load.KEY_RUNNING)));
    }
    jobs.runDue();
    for (int i = 0; i < 3; i++) {
      jobs.advance(Duration.ofMinutes(1));
    }
    marks.write(Act.LETTING_GO, "h0");
    engine.queues().releaseKey("mixed", "h0");
    jobs.runDue();
  }

  /** One child for each number of failures; as many may fail as are to. */
  private static ArrayRequest array(int... fails) {
    List<Item> items = Arrays.stream(fails).mapToObj(n -> new Item(1, n, 0, null, 0)).toList();
    return ArrayRequest.of(JobRequest.of("single", null), items).tolerating(1);
  }

  // ---- what other classes find ----

  @Test
  void aLateInterruptIsSeen() {
    long job = enqueue(work("single", 0, null).withKey(Key.serial("s0")));
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                """
                INSERT INTO public.history
                  (kind, state, job, attempt, key_kind, key, process, handler_millis)
                VALUES ('ENTER', 'RUNNING', %1$d, 1, 'SERIAL', 's0', NULL, NULL),
                       ('BEGIN', NULL, %1$d, 1, NULL, NULL, 'stopped, call 1', 500),
                       ('LEAVE', 'RUNNING', %1$d, 1, 'SERIAL', 's0', NULL, NULL),
                       ('INTERRUPTED', NULL, %1$d, 1, NULL, NULL, 'stopped, call 1', 2500)
                """
                    .formatted(job)));
    List<Event> events = history.events();
    assertThat(interrupts(events, 2_000).violations()).isEmpty();
    assertThat(interrupts(events, 2_000).times()).containsExactly(Duration.ofMillis(500));
    assertThat(interrupts(events, 1_000).violations())
        .singleElement()
        .satisfies(violation -> assertThat(violation.how()).contains("after 1500 ms"));
    List<Event> never = events.stream().filter(event -> !event.is(Act.INTERRUPTED)).toList();
    assertThat(interrupts(never, 1_000).violations())
        .singleElement()
        .satisfies(violation -> assertThat(violation.how()).contains("was not"));
  }

  private static Interrupts interrupts(List<Event> events, long resumedMillis) {
    return Interrupts.of(events, List.of(new Interrupts.Stop("stopped", resumedMillis)));
  }

  @Test
  void aLateRecoveryIsSeen() throws Exception {
    enqueue(work("single", 0, null));
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                """
                WITH worker AS (
                  INSERT INTO ekiden.worker
                    (name, concurrency, queues, definitions, started_at, expires_at)
                  VALUES ('dead', 1, '{}', '{}', now(), now()) RETURNING id)
                INSERT INTO ekiden.running
                  (id, worker_id, queue_id, priority, definition_id, attempt, failures, losses,
                   claimed_at)
                SELECT 1000, worker.id, 1, 5, 1, 1, 0, 0, now() FROM worker
                """));
    Recoveries recoveries = new Recoveries(jobs.database(), Duration.ZERO, Duration.ZERO);
    recoveries.watch("dead");
    recoveries.watch("another");
    recoveries.join();
    assertThat(recoveries.violations())
        .singleElement()
        .satisfies(violation -> assertThat(violation.how()).contains("dead still holds 1 jobs"));
  }

  @Test
  void anAttemptThatAnOutageRestartedIsSeen() {
    long id = enqueue(Load.longOne(1));
    jobs.runDue();
    assertThat(Outage.broken(jobs.database())).isEmpty();
    jobs.database()
        .useTransaction(
            handle -> handle.execute("UPDATE ekiden.finished SET attempt = 2 WHERE id = ?", id));
    assertThat(Outage.broken(jobs.database()))
        .singleElement()
        .satisfies(violation -> assertThat(violation.how()).contains("after attempt 2"));
  }

  @Test
  void whatARefusedEnqueueLeftIsSeen() {
    enqueue(work("narrow", 0, null).withDelay(Duration.ofDays(1)));
    assertThat(FullDisk.refusals(jobs.database(), 1)).isEmpty();
    assertThat(FullDisk.refusals(jobs.database(), 0))
        .singleElement()
        .satisfies(violation -> assertThat(violation.how()).contains("1 jobs are stored"));
  }
}
