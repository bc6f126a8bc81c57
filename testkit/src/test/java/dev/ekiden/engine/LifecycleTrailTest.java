package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Watches every row that enters or leaves a state: each move must be in {@link JobTransition}, and
 * each move that is there must have been seen.
 */
class LifecycleTrailTest {
  record Number(int value) {}

  record Move(@Nullable JobState from, JobState to) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static final String WATCH =
      """
      CREATE TABLE IF NOT EXISTS public.trail (
        position bigint GENERATED ALWAYS AS IDENTITY, tx xid8, job bigint, entered boolean,
        state text);
      TRUNCATE public.trail RESTART IDENTITY;
      CREATE OR REPLACE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          INSERT INTO public.trail (tx, job, entered, state)
          VALUES (pg_current_xact_id(), NEW.id, true,
                  CASE WHEN TG_TABLE_NAME LIKE 'finished%' THEN to_jsonb(NEW) ->> 'state'
                       ELSE upper(TG_TABLE_NAME) END);
        ELSE
          INSERT INTO public.trail (tx, job, entered, state)
          VALUES (pg_current_xact_id(), OLD.id, false,
                  CASE WHEN TG_TABLE_NAME LIKE 'finished%' THEN to_jsonb(OLD) ->> 'state'
                       ELSE upper(TG_TABLE_NAME) END);
        END IF;
        RETURN NULL;
      END $$;
      """;

  @BeforeEach
  void watch() {
    jobs.database()
        .useTransaction(handle -> {
          handle.execute(WATCH);
          for (String table : List.of("ready", "scheduled", "blocked", "running", "finished")) {
            handle.execute(
                "CREATE OR REPLACE TRIGGER watch AFTER INSERT OR DELETE ON ekiden."
                    + table
                    + " FOR EACH ROW EXECUTE FUNCTION public.watch()");
          }
        });
  }

  @Test
  void everyMoveIsInTheTableAndEveryMoveOfTheTableHappens() throws Exception {
    liveEveryLife();
    Set<Move> moves = moves();
    Set<Move> allowed = new HashSet<>();
    for (JobTransition transition : JobTransition.values()) {
      for (JobState to : transition.to()) {
        if (transition.from().isEmpty()) {
          allowed.add(new Move(null, to));
        }
        transition.from().forEach(from -> allowed.add(new Move(from, to)));
      }
    }
    assertThat(moves).as("moves that happened but are not in JobTransition").isSubsetOf(allowed);
    assertThat(moves).as("moves of JobTransition that never happened").containsAll(allowed);
  }

  @Test
  void aLiveJobStandsInExactlyOneState() throws Exception {
    liveEveryLife();
    long wrong =
        jobs.database()
            .withHandle(handle ->
                handle
                    .createQuery(
                        """
                        SELECT count(*)
                        FROM (SELECT id FROM ekiden.job UNION SELECT id FROM ekiden.finished) j
                        WHERE 1 <> (SELECT count(*) FROM (
                          SELECT id FROM ekiden.ready UNION ALL SELECT id FROM ekiden.scheduled
                          UNION ALL SELECT id FROM ekiden.blocked
                          UNION ALL SELECT id FROM ekiden.running
                          UNION ALL SELECT id FROM ekiden.finished) s WHERE s.id = j.id)
                        """)
                    .mapTo(Long.class)
                    .one());
    assertThat(wrong).isZero();
  }

  /** What may follow; what waits again may be canceled, and what has ended may be run again. */
  private static final Map<JobEvent.Kind, Set<JobEvent.Kind>> FOLLOWS =
      Map.of(
          JobEvent.Kind.ENQUEUED, endsOr(JobEvent.Kind.CLAIMED),
          JobEvent.Kind.CLAIMED,
              endsOr(JobEvent.Kind.STARTED, JobEvent.Kind.RETURNED, JobEvent.Kind.LOST),
          JobEvent.Kind.STARTED,
              endsOr(JobEvent.Kind.RETRIED, JobEvent.Kind.RETURNED, JobEvent.Kind.LOST),
          JobEvent.Kind.RETRIED, endsOr(JobEvent.Kind.CLAIMED),
          JobEvent.Kind.RETURNED, endsOr(JobEvent.Kind.CLAIMED),
          JobEvent.Kind.LOST, endsOr(JobEvent.Kind.CLAIMED),
          JobEvent.Kind.SUCCEEDED, Set.of(),
          JobEvent.Kind.FAILED, endsOr(JobEvent.Kind.CLAIMED),
          JobEvent.Kind.CANCELED, endsOr(JobEvent.Kind.CLAIMED));

  private static Set<JobEvent.Kind> endsOr(JobEvent.Kind... others) {
    Set<JobEvent.Kind> kinds = EnumSet.copyOf(List.of(others));
    kinds.addAll(List.of(JobEvent.Kind.SUCCEEDED, JobEvent.Kind.FAILED, JobEvent.Kind.CANCELED));
    return kinds;
  }

  @Test
  void theHistoryOfEveryJobIsCompleteAndItsTimesNeverFall() throws Exception {
    liveEveryLife();
    Engine engine = jobs.engine();
    Set<JobEvent.Kind> seen = EnumSet.noneOf(JobEvent.Kind.class);
    for (Job job : engine.jobs().list(JobFilter.ALL, null, Jobs.MAX_PAGE).items()) {
      List<JobEvent> history = engine.jobs().history(job.id());
      JobEvent before = history.getFirst();
      assertThat(before.kind()).isEqualTo(JobEvent.Kind.ENQUEUED);
      for (JobEvent event : history.subList(1, history.size())) {
        assertThat(FOLLOWS.get(before.kind())).as("%s", history).contains(event.kind());
        assertThat(event.at()).as("%s", history).isAfterOrEqualTo(before.at());
        assertThat(event.attempt() == 0 || event.attempt() >= before.attempt()).isTrue();
        before = event;
      }
      history.forEach(event -> seen.add(event.kind()));
      if (job.state().isEnded()) {
        assertThat(before.kind().name()).as("%s", history).isEqualTo(job.state().name());
        assertThat(history.stream().filter(event -> event.kind() == JobEvent.Kind.CLAIMED))
            .as("%s", history)
            .hasSize(job.attempt());
      } else {
        assertThat(before.kind().isEnd()).as("%s", history).isFalse();
      }
      history.stream()
          .filter(event -> event.kind() == JobEvent.Kind.FAILED)
          .forEach(event -> assertThat(event.reason()).as("%s", history).isNotNull());
    }
    assertThat(seen).doesNotContain(JobEvent.Kind.LOST).hasSize(JobEvent.Kind.values().length - 1);
    assertThatThrownBy(() -> engine.jobs().history(999_999)).isInstanceOf(NotFoundException.class);
  }

  private void liveEveryLife() throws Exception {
    CountDownLatch started = new CountDownLatch(2);
    AtomicInteger failures = new AtomicInteger();
    RecordingListener listener = new RecordingListener();
    JobDefinition<Number> work =
        JobDefinition.named("work", Number.class)
            .retry(new RetryPolicy(2, Duration.ofHours(1), 1, Duration.ofHours(1), 0))
            .handler((number, context) -> {
              switch (number.value()) {
                case 0 -> {
                  return "fine";
                }
                case 1 -> throw new IllegalStateException("fails");
                case 2 -> {
                  started.countDown();
                  new CountDownLatch(1).await();
                }
                case 3 -> {
                  if (failures.incrementAndGet() == 1) {
                    throw new IllegalStateException("fails once");
                  }
                }
                default -> throw new IllegalArgumentException();
              }
              return null;
            });
    Engine engine = jobs.engine(listener, work);
    // Fail, back off, become due, fail for good, be redriven, fail again and be canceled meanwhile.
    long failing = engine.enqueue(work.request(new Number(1))).id();
    jobs.runDue();
    jobs.advance(Duration.ofHours(2));
    engine.jobs().retry(failing);
    jobs.runDue();
    engine.jobs().cancel(failing); // SCHEDULED
    engine.jobs().retry(failing); // from CANCELED
    engine.jobs().cancel(failing); // READY
    // Run again, spread over time.
    List<Long> spread =
        engine.enqueue(List.of(work.request(new Number(1)), work.request(new Number(1)))).stream()
            .map(Enqueued::id)
            .toList();
    jobs.runDue();
    jobs.advance(Duration.ofHours(2));
    for (JobState state : List.of(JobState.FAILED, JobState.CANCELED)) {
      engine
          .bulk()
          .run(
              BulkRequest.retry(
                      JobFilter.ALL.withIds(spread.getFirst(), spread.getLast()).withStates(state))
                  .withRate(new Limit.Rate(1, Duration.ofHours(1))));
      spread.forEach(engine.jobs()::cancel);
    }
    // An array job: its child fails for good, runs again, and is canceled in the end.
    long parent = engine.enqueueArray(ArrayRequest.of(work.request(new Number(1)), 1)).id();
    jobs.runDue();
    jobs.advance(Duration.ofHours(2));
    assertThat(engine.jobs().get(parent).state()).isEqualTo(JobState.FAILED);
    engine.jobs().retryFailedChildren(parent);
    engine.jobs().cancel(parent);
    // A key: absorbed in READY and in back-off; the leader succeeds, fails, is canceled.
    JobRequest resting = work.request(new Number(3)).withKey(Key.coalesce("a"));
    engine.enqueue(resting);
    jobs.runDue();
    engine.enqueue(List.of(resting, resting));
    jobs.runDue();
    JobRequest bad = work.request(new Number(1)).withKey(Key.coalesce("b"));
    engine.enqueue(List.of(bad, bad));
    jobs.runDue();
    jobs.advance(Duration.ofHours(2));
    engine.enqueue(List.of(bad, bad));
    jobs.runDue();
    long leader =
        engine
            .jobs()
            .list(JobFilter.ALL.withKey("b").withStates(JobState.SCHEDULED), null, 1)
            .items()
            .getFirst()
            .id();
    engine.jobs().cancel(leader);
    // An older job of a key runs while the newest is in back-off: that one is taken early.
    failures.set(0);
    long older =
        engine
            .enqueue(
                work.request(new Number(0))
                    .withKey(Key.coalesce("d"))
                    .withDelay(Duration.ofHours(1)))
            .id();
    long newest = engine.enqueue(work.request(new Number(3)).withKey(Key.coalesce("d"))).id();
    jobs.runDue();
    assertThat(engine.jobs().get(newest).state()).isEqualTo(JobState.SCHEDULED);
    engine.jobs().retry(older);
    jobs.runDue();
    assertThat(engine.jobs().get(newest).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(engine.jobs().get(older).coalescedInto()).isEqualTo(newest);
    // Run, park behind it, free it, cancel a parked one, cancel what runs, drain what runs.
    engine.start();
    Worker worker = engine.worker(WorkerOptions.of("work").withConcurrency(4));
    worker.start();
    long held = engine.enqueue(work.request(new Number(2)).withKey(Key.coalesce("c"))).id();
    long drained = engine.enqueue(work.request(new Number(2))).id();
    started.await();
    long parked = engine.enqueue(work.request(new Number(0)).withKey(Key.coalesce("c"))).id();
    RunTest.awaitState(engine, parked, JobState.BLOCKED);
    long canceled = engine.enqueue(work.request(new Number(0)).withKey(Key.coalesce("c"))).id();
    RunTest.awaitState(engine, canceled, JobState.BLOCKED);
    engine.jobs().cancel(canceled);
    engine.jobs().cancel(held);
    listener.await(1, event -> event.equals("ended " + held + "/1 CANCELED"));
    listener.await(1, event -> event.equals("ended " + parked + "/1 SUCCEEDED"));
    worker.drain(Duration.ZERO);
    assertThat(engine.jobs().get(drained).state()).isEqualTo(JobState.READY);
    engine.jobs().cancel(drained);
  }

  /** Pairs what a job left and entered in one transaction. */
  private static Set<Move> moves() {
    record Row(String tx, long job, boolean entered, JobState state) {}
    List<Row> rows =
        jobs.database()
            .withHandle(handle ->
                handle
                    .createQuery(
                        "SELECT CAST(tx AS text) AS tx, job, entered, state"
                            + " FROM public.trail ORDER BY position")
                    .map((row, context) ->
                        new Row(
                            row.getString("tx"),
                            row.getLong("job"),
                            row.getBoolean("entered"),
                            JobState.valueOf(row.getString("state"))))
                    .list());
    Set<Long> known = new HashSet<>();
    Map<String, JobState> left = new HashMap<>();
    Map<String, JobState> entered = new HashMap<>();
    Set<Move> moves = new HashSet<>();
    for (Row row : rows) {
      // The two halves of a move come in either order, in one transaction.
      String step = row.tx() + "/" + row.job();
      (row.entered() ? entered : left).put(step, row.state());
      boolean created = row.entered() && known.add(row.job());
      if (entered.containsKey(step) && (created || left.containsKey(step))) {
        moves.add(new Move(left.remove(step), entered.remove(step)));
      }
    }
    assertThat(left).as("left a state and entered none").isEmpty();
    assertThat(entered).as("entered a state and left none").isEmpty();
    return moves;
  }
}
