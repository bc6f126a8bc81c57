package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Explanation.Reason;
import dev.ekiden.engine.Limit.Scope;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Why a job does not run: each reason, with what matters about it. */
class ExplainTest {
  record Work(boolean fails) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .queue("q")
          .retry(RetryPolicy.attempts(2))
          .handler((payload, context) -> {
            if (payload.fails()) {
              throw new IllegalStateException("no");
            }
            return null;
          });
  private final Engine engine = jobs.engine(work);

  private long enqueue(JobRequest request) {
    return engine.enqueue(request).id();
  }

  private JobRequest request() {
    return work.request(new Work(false));
  }

  private List<ClaimedJob> claim(int max) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimGated(
                handle, new Order(1, row.queueId(), List.of(row.id()), max, max), new GateMemory()))
        .jobs();
  }

  private String why(long id, String code) {
    List<Reason> reasons = engine.explain(id).reasons();
    return reasons.stream()
        .filter(reason -> reason.code().equals(code))
        .map(Reason::text)
        .findFirst()
        .orElseThrow(() -> new AssertionError(code + " is not among " + reasons));
  }

  @Test
  void queueGroupAndWorkers() {
    enqueue(request());
    long id = enqueue(request().withGroup("acme"));
    assertThat(why(id, "no-worker")).contains("no live worker at all");
    assertThat(why(id, "waiting-its-turn")).contains("1 job of");
    engine.queues().pause("q", "repairs");
    assertThat(why(id, "queue-paused")).endsWith(": repairs");
    engine.groups().hold("acme", "moves");
    assertThat(why(id, "group-held")).contains("'acme'").endsWith(": moves");
    JobDefinition<Work> other =
        JobDefinition.named("other", Work.class).queue("o").handler((payload, context) -> null);
    Engine second = jobs.engine(other);
    try (Worker worker = second.worker(WorkerOptions.of("o"))) {
      worker.start();
      assertThat(why(id, "no-worker")).contains("serve 'o' and can run 'other'");
    }
  }

  @Test
  void times() {
    long delayed = enqueue(request().withDelay(Duration.ofHours(1)));
    assertThat(why(delayed, "delayed")).contains("not to run before");
    long failing = enqueue(work.request(new Work(true)));
    jobs.runDue();
    assertThat(why(failing, "backing-off")).contains("attempt 1 failed");
    engine.jobs().cancel(failing);
    assertThat(why(failing, "ended")).contains("ended at");
    long failed = enqueue(work.request(new Work(true)));
    jobs.runDue();
    jobs.advance(Duration.ofMinutes(1));
    assertThat(why(failed, "ended")).endsWith(": java.lang.IllegalStateException: no");
  }

  @Test
  void keys() {
    long first = enqueue(request().withKey(Key.serial("k")));
    assertThat(claim(1)).hasSize(1);
    assertThat(why(first, "running")).contains("worker 1");
    long second = enqueue(request().withKey(Key.serial("k")));
    assertThat(why(second, "key-taken")).contains("by job " + first);
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "INSERT INTO ekiden.held_key SELECT queue_id, 'h', 77, now() FROM ekiden.job"
                    + " WHERE id = ?",
                first));
    long held = enqueue(request().withKey(Key.serial("h").holdOnFailure()));
    assertThat(why(held, "key-held")).contains("job 77");
    long after = enqueue(request().withKey(Key.serial("h").holdOnFailure()));
    assertThat(why(after, "key-taken")).contains("job " + held).contains("goes before");
  }

  @Test
  void serialBehindOneThatRests() {
    long first = enqueue(work.request(new Work(true)).withKey(Key.serial("k")));
    jobs.runDue();
    long second = enqueue(request().withKey(Key.serial("k")));
    assertThat(why(second, "key-taken")).contains("job " + first).contains("rests");
  }

  @Test
  void limits() {
    engine.limits().put(Limit.running(new Scope.Queue("q"), 1).andVcpus(1.5));
    enqueue(request());
    assertThat(claim(1)).hasSize(1);
    long id = enqueue(request().withGroup("acme"));
    assertThat(why(id, "limit"))
        .contains("queue 'q'")
        .contains("1 of 1 jobs run")
        .contains("1.0 of 1.5 vCPUs are taken and it needs 1.0");
    engine.limits().remove(new Scope.Queue("q"));
    engine.limits().put(Limit.running(new Scope.EachGroup(), 0));
    assertThat(why(id, "limit")).contains("each group").contains("0 of 0");
    engine.limits().put(Limit.running(new Scope.OfGroup("acme"), 5));
    assertThat(engine.explain(id).reasons()).extracting(Reason::code).doesNotContain("limit");
  }

  @Test
  void rates() {
    engine.limits().put(Limit.rate(new Scope.Queue("q"), 1, Duration.ofMinutes(1)));
    enqueue(request());
    assertThat(claim(1)).hasSize(1);
    long id = enqueue(request());
    assertThat(why(id, "rate")).contains("1 starts in 1m;").contains("possible at");
  }

  @Test
  void aDeadlineThatIsOver() {
    long id = enqueue(request().startBefore(engine.clock().now().plusSeconds(60)));
    engine.clock().advance(Duration.ofMinutes(2));
    assertThat(why(id, "past-deadline")).contains("drops it");
  }

  @Test
  void dependencies() {
    long parent = enqueue(request().withDelay(Duration.ofHours(1)));
    long id = enqueue(request().after(parent));
    jobs.runDue();
    assertThat(why(id, "dependency")).contains(parent + " (SCHEDULED)");
  }
}
