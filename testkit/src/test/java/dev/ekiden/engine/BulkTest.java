package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Limit.Rate;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.testkit.TestEngine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retries, clones and cancels of all jobs of a filter. */
class BulkTest {
  record Mail(String to, int size) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private boolean fails = true;
  private final List<Mail> sent = new ArrayList<>();

  private final JobDefinition<Mail> mail =
      JobDefinition.named("mail", Mail.class)
          .queue("mail")
          .retry(RetryPolicy.NEVER)
          .handler((payload, context) -> {
            if (fails) {
              throw new IllegalStateException("no");
            }
            sent.add(payload);
            return null;
          });
  private final JobDefinition<Mail> letter =
      JobDefinition.named("letter", Mail.class)
          .queue("letters")
          .priority(7)
          .handler((payload, context) -> null);
  private Engine engine = jobs.engine(mail, letter);

  private List<Long> enqueue(int count, String group) {
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(mail.request(new Mail("a", i)).withGroup(group));
    }
    return engine.enqueue(requests).stream().map(Enqueued::id).toList();
  }

  private static JobFilter ofQueue() {
    return JobFilter.ALL.withQueue("mail");
  }

  @Test
  void retriesTheFailedOnesOfAFilterAndOnlyOnce() {
    List<Long> ids = enqueue(3, "x");
    List<Long> others = enqueue(3, "y");
    jobs.runDue();
    BulkRequest request = BulkRequest.retry(ofQueue().withGroup("x"));
    assertThat(engine.bulk().count(request)).isEqualTo(3);
    assertThat(engine.jobs().get(ids.getFirst()).state()).isEqualTo(JobState.FAILED);
    BulkProgress done = engine.bulk().run("again", request, null, progress -> {});
    assertThat(done.changed()).isEqualTo(3);
    assertThat(done.total()).isEqualTo(3);
    assertThat(done.isFinished()).isTrue();
    jobs.runDue();
    // They failed anew; the same request is done, and stays done.
    assertThat(engine.bulk().run("again", request, null, progress -> {})).isEqualTo(done);
    assertThat(engine.jobs().get(ids.getFirst()).attempt()).isEqualTo(2);
    assertThat(engine.jobs().get(others.getFirst()).attempt()).isEqualTo(1);
    assertThatThrownBy(
            () -> engine.bulk().run("again", BulkRequest.retry(ofQueue()), null, progress -> {}))
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void stopsWhenItsTimeIsOverAndGoesOnWhereItStood() {
    enqueue(1_100, "x");
    List<Long> steps = new ArrayList<>();
    BulkRequest cancel = BulkRequest.cancel(ofQueue());
    engine.bulk().run("c", cancel, null, progress -> steps.add(progress.changed()));
    assertThat(steps).containsExactly(500L, 1_000L, 1_100L, 1_100L);
    BulkRequest request = BulkRequest.retry(ofQueue().withStates(JobState.CANCELED));
    BulkProgress first = engine.bulk().run("a", request, Duration.ZERO, progress -> {});
    assertThat(first.changed()).isEqualTo(500);
    assertThat(first.isFinished()).isFalse();
    assertThat(engine.bulk().find("a")).contains(first);
    // What is canceled anew while it goes on has been taken already.
    engine.bulk().run(cancel);
    assertThat(engine.bulk().run("a", request, null, progress -> {}).changed()).isEqualTo(1_100);
    assertThat(engine.bulk().find("b")).isEmpty();
    assertThat(engine.jobs().list(ofQueue().withStates(JobState.READY), null, 1_000).items())
        .hasSize(600);
  }

  @Test
  void aRateSpreadsTheStarts() {
    List<Long> ids = enqueue(10, "x");
    jobs.runDue();
    Rate rate = new Rate(2, Duration.ofMinutes(1));
    engine.bulk().run(BulkRequest.retry(ofQueue()).withRate(rate));
    Instant second = engine.jobs().get(ids.get(1)).runAt();
    assertThat(Duration.between(second, engine.jobs().get(ids.get(9)).runAt()))
        .isEqualTo(Duration.ofMinutes(4));
    fails = false;
    jobs.runDue();
    assertThat(sent).hasSize(1);
    jobs.advance(Duration.ofSeconds(61));
    assertThat(sent).hasSize(3);
    // Those that still wait can be spread anew, or run now.
    engine.bulk().run(BulkRequest.retry(ofQueue().withStates(JobState.SCHEDULED)).withRate(rate));
    jobs.runDue();
    assertThat(sent).hasSize(4);
    engine.bulk().run(BulkRequest.retry(ofQueue().withStates(JobState.SCHEDULED)));
    jobs.runDue();
    assertThat(sent).hasSize(10);
  }

  @Test
  void clonesWithChanges() {
    List<Long> ids = enqueue(250, "x");
    fails = false;
    jobs.runDue();
    JobChanges changes =
        JobChanges.NONE
            .withPayload(Map.of("to", "b"))
            .withDefinition("letter")
            .withGroup("y")
            .withDelay(Duration.ofHours(1));
    BulkRequest request =
        BulkRequest.clone(JobFilter.ALL.withIds(ids.get(10), ids.get(129)), changes);
    assertThat(engine.bulk().run(request).changed()).isEqualTo(120);
    List<Job> clones = engine.jobs().list(JobFilter.ALL.withQueue("letters"), null, 1_000).items();
    assertThat(clones).hasSize(120);
    Job clone = clones.getLast();
    assertThat(clone.cloneOf()).isEqualTo(ids.get(10));
    assertThat(clone.payload()).isEqualTo("{\"to\":\"b\",\"size\":10}");
    assertThat(clone.definition()).isEqualTo("letter");
    assertThat(clone.priority()).isEqualTo(7);
    assertThat(clone.group()).isEqualTo("y");
    assertThat(clone.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(engine.jobs().list(JobFilter.ALL.withGroup("y"), null, 1_000).items()).hasSize(120);
  }

  @Test
  void clonesOneLiveOrFinished() {
    long id =
        engine
            .enqueue(mail.request(new Mail("a", 1)).withKey(Key.unique("k", Duration.ofHours(1))))
            .id();
    long clone = engine.jobs().clone(id, JobChanges.NONE);
    assertThat(engine.jobs().get(clone).cloneOf()).isEqualTo(id);
    assertThat(engine.jobs().get(clone).key()).isNull();
    jobs.runDue();
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.FAILED);
    long second = engine.jobs().clone(id, JobChanges.NONE.withPriority(9));
    assertThat(engine.jobs().get(second).priority()).isEqualTo(9);
    assertThatThrownBy(() -> engine.jobs().clone(99_999, JobChanges.NONE))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.jobs().clone(id, JobChanges.NONE.withDefinition("none")))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() ->
            engine.jobs().clone(id, JobChanges.NONE.withPayload(Map.of("to", "x".repeat(262_140)))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("262144");
  }

  @Test
  void theCloneOfAFailedJobGivesWhatTheJobWouldHaveGiven() {
    JobDefinition<Mail> sheet =
        JobDefinition.named("sheet", Mail.class)
            .retry(RetryPolicy.NEVER)
            .handler((payload, context) -> {
              if (fails && payload.size() == 2) {
                throw new IllegalStateException("no");
              }
              return checksum(payload.to() + payload.size());
            });
    Engine sheets = jobs.engine(sheet);
    long id = sheets.enqueue(sheet.request(new Mail("愛", 2)).withPriority(7).withGroup("g")).id();
    sheets.runDue();
    assertThat(sheets.jobs().get(id).state()).isEqualTo(JobState.FAILED);
    fails = false;
    long clone = sheets.jobs().clone(id, JobChanges.NONE);
    long never = sheets.enqueue(sheet.request(new Mail("愛", 2))).id();
    sheets.runDue();
    Job cloned = sheets.jobs().get(clone);
    assertThat(cloned.payload()).isEqualTo(sheets.jobs().get(id).payload());
    assertThat(cloned.group()).isEqualTo("g");
    assertThat(cloned.priority()).isEqualTo(7);
    assertThat(cloned.result()).isNotNull().isEqualTo(sheets.jobs().get(never).result());
    assertThat(sheets.jobs().get(id).state()).as("stays as it was").isEqualTo(JobState.FAILED);
  }

  private static String checksum(String text) {
    CRC32C checksum = new CRC32C();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(checksum.getValue());
  }

  @Test
  void cancelsWhatWaitsAndAsksWhatRunsToStop() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    JobDefinition<Mail> stuck =
        JobDefinition.named("stuck", Mail.class)
            .queue("stuck")
            .handler((payload, context) -> {
              started.countDown();
              new CountDownLatch(1).await();
              return null;
            });
    Engine other = jobs.engine(stuck);
    other.start();
    JobRequest keyed = stuck.request(new Mail("a", 1)).withKey(Key.coalesce("k"));
    long runs = other.enqueue(keyed).id();
    Worker worker = other.worker(WorkerOptions.of("stuck").withConcurrency(2));
    worker.start();
    started.await();
    long parked = other.enqueue(keyed).id();
    RunTest.awaitState(other, parked, JobState.BLOCKED);
    long later = other.enqueue(keyed.withDelay(Duration.ofHours(1))).id();
    BulkProgress done = other.bulk().run(BulkRequest.cancel(JobFilter.ALL.withQueue("stuck")));
    assertThat(done.changed()).isEqualTo(3);
    RunTest.awaitState(other, runs, JobState.CANCELED);
    assertThat(other.jobs().get(parked).state()).isEqualTo(JobState.CANCELED);
    assertThat(other.jobs().get(later).state()).isEqualTo(JobState.CANCELED);
  }

  private long array(int size) {
    return engine.enqueueArray(ArrayRequest.of(letter.request(new Mail("a", 1)), size)).id();
  }

  private List<Job> children(long parent, int size) {
    List<Job> children = new ArrayList<>();
    for (long id = parent + 1; id <= parent + size; id++) {
      children.add(engine.jobs().get(id));
    }
    return children;
  }

  @Test
  void anArrayJobGoesWithItsChildren() {
    long first = array(3);
    long second = array(4);
    long other = array(2);
    BulkProgress done = engine.bulk().run(BulkRequest.cancel(JobFilter.ALL.withIds(first, second)));
    assertThat(done.total()).as("the first with its children, and the second").isEqualTo(5);
    assertThat(done.changed()).as("all of both").isEqualTo(9);
    assertThat(done.skipped()).isZero();
    assertThat(engine.jobs().get(first).state()).isEqualTo(JobState.CANCELED);
    assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.CANCELED);
    assertThat(children(second, 4)).extracting(Job::state).containsOnly(JobState.CANCELED);
    assertThat(engine.jobs().get(other).state()).isEqualTo(JobState.BLOCKED);
    assertThat(children(other, 2)).extracting(Job::state).containsOnly(JobState.READY);
  }

  @Test
  void moreChildrenThanOneTransactionTakes() {
    long first = array(6_000);
    long second = array(ArrayRequest.MAX_SIZE);
    BulkProgress done =
        engine
            .bulk()
            .run(
                BulkRequest.cancel(
                    JobFilter.ALL
                        .withQueue("letters")
                        .withIds(first, second)
                        .withStates(JobState.BLOCKED)));
    assertThat(done.changed()).isEqualTo(2 + 6_000 + ArrayRequest.MAX_SIZE);
    assertThat(engine.queues().find("letters").orElseThrow().ready()).isZero();
    assertThat(engine.jobs().get(first).state()).isEqualTo(JobState.CANCELED);
    assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.CANCELED);
  }

  @Test
  void aChildThatIsClaimedJustThenIsAskedToStop() throws Exception {
    long parent = array(3);
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "letter")).orElseThrow();
    CountDownLatch claimed = new CountDownLatch(1);
    CompletableFuture<Void> commit = new CompletableFuture<>();
    Thread claim =
        Thread.ofVirtual()
            .start(() ->
                jobs.database()
                    .useTransaction(handle -> {
                      ClaimTable.claimPlain(
                          handle, new Order(1, row.queueId(), List.of(row.id()), 1, 1));
                      claimed.countDown();
                      commit.join();
                    }));
    claimed.await();
    CompletableFuture<BulkProgress> done =
        CompletableFuture.supplyAsync(
            () -> engine.bulk().run(BulkRequest.cancel(JobFilter.ALL.withIds(parent, parent))));
    TestEngine.awaitUntil(
        "the cancel waits for the claim",
        () ->
            jobs.database()
                .withHandle(handle ->
                    handle
                        .createQuery(
                            "SELECT EXISTS (SELECT FROM pg_locks"
                                + " WHERE locktype = 'advisory' AND NOT granted)")
                        .mapTo(Boolean.class)
                        .one()));
    commit.complete(null);
    claim.join();
    assertThat(done.get().changed()).isEqualTo(4);
    assertThat(children(parent, 3))
        .extracting(Job::state)
        .containsExactly(JobState.RUNNING, JobState.CANCELED, JobState.CANCELED);
    long asked =
        jobs.database()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT count(*) FROM ekiden.running WHERE cancel_requested")
                    .mapTo(Long.class)
                    .one());
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void aCloneRunsLateIfItsSourceDoes() {
    Instant past = engine.clock().now().minusSeconds(1);
    long late =
        engine
            .enqueue(letter.request(new Mail("a", 1)).startBefore(past, JobRequest.Lateness.RUN))
            .id();
    long clone = engine.jobs().clone(late, JobChanges.NONE);
    boolean runsLate =
        jobs.database()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT run_late FROM ekiden.job WHERE id = ?")
                    .bind(0, clone)
                    .mapTo(Boolean.class)
                    .one());
    assertThat(runsLate).isTrue();
  }

  @Test
  void refusesWhatIsTooMuchOrMakesNoSense() {
    assertThatThrownBy(() -> BulkRequest.cancel(JobFilter.ALL))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("condition");
    assertThatThrownBy(() -> BulkRequest.retry(ofQueue().withStates(JobState.RUNNING)))
        .hasMessageContaining("scheduled, failed, canceled");
    assertThatThrownBy(
            () -> BulkRequest.cancel(ofQueue()).withRate(new Rate(1, Duration.ofSeconds(1))))
        .hasMessageContaining("rate");
    assertThatThrownBy(() -> JobFilter.ALL.withIds(5, 4)).hasMessageContaining("fromId 5");
    assertThatThrownBy(() -> JobFilter.ALL.withIds(0, 4)).hasMessageContaining("positive");
    assertThatThrownBy(() -> engine.bulk().count(BulkRequest.retry(ofQueue().withQueue("none"))))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(
            () -> engine.bulk().run("", BulkRequest.retry(ofQueue()), null, progress -> {}))
        .hasMessageContaining("1 to 200");
    assertThat(
            engine.bulk().run("i".repeat(200), BulkRequest.retry(ofQueue()), null, p -> {}).total())
        .isZero();
  }
}
