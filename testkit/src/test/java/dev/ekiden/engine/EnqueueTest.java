package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EnqueueTest {
  record Note(String text) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Note> note =
      JobDefinition.named("note", Note.class)
          .queue("notes")
          .handler((payload, context) -> payload.text());

  @Test
  void keepsPayloadQueueAndPriority() {
    Engine engine = jobs.engine(note);
    long id = engine.enqueue(note.request(new Note("hello")).withPriority(9)).id();
    Job job = engine.jobs().get(id);
    assertThat(job.state()).isEqualTo(JobState.READY);
    assertThat(job.queue()).isEqualTo("notes");
    assertThat(job.priority()).isEqualTo(9);
    assertThat(job.payload()).isEqualTo("{\"text\":\"hello\"}");
    assertThat(job.attempt()).isZero();
  }

  @Test
  void bulkAnswersInOrder() {
    Engine engine = jobs.engine(note);
    List<JobRequest> requests =
        IntStream.range(0, 1_000).mapToObj(i -> note.request(new Note("n" + i))).toList();
    List<Enqueued> answers = engine.enqueue(requests);
    assertThat(answers).hasSize(1_000).allMatch(Enqueued::created);
    assertThat(answers.stream().map(Enqueued::id)).isSorted();
    assertThat(engine.jobs().get(answers.get(321).id()).payload()).contains("n321");
    assertThat(jobs.runDue()).isEqualTo(1_000);
  }

  @Test
  void bulkHasALimit() {
    Engine engine = jobs.engine(note);
    JobRequest one = note.request(new Note("x"));
    assertThat(engine.enqueue(Collections.nCopies(Engine.MAX_BULK, one))).hasSize(Engine.MAX_BULK);
    assertThatThrownBy(() -> engine.enqueue(Collections.nCopies(Engine.MAX_BULK + 1, one)))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_JOBS))
        .hasMessageContaining("10001")
        .hasMessageContaining("10000");
  }

  @Test
  void aPayloadMayBeAsLargeAsTheLimitAndNoLarger() {
    Engine engine = jobs.engine(note);
    String frame = "{\"text\":\"\"}";
    String most = "x".repeat(Engine.MAX_PAYLOAD_BYTES - frame.length());
    long id = engine.enqueue(note.request(new Note(most))).id();
    assertThat(engine.jobs().get(id).payload()).hasSize(Engine.MAX_PAYLOAD_BYTES);
    assertThatThrownBy(() -> engine.enqueue(note.request(new Note(most + "x"))))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE))
        .hasMessageContaining("262145");
    assertThatThrownBy(() -> engine.enqueue(note.request(new Note("あ".repeat(100_000)))))
        .as("bytes count, not characters")
        .hasMessageContaining("300011");
  }

  @Test
  void refusesWhatPostgresCannotKeep() {
    Engine engine = jobs.engine(note);
    assertThatThrownBy(() -> engine.enqueue(note.request(new Note("a\0b"))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("U+0000");
    assertThatThrownBy(() -> new RawJson("{broken"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("not JSON");
    assertThatThrownBy(() -> new RawJson("  ")).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void refusesUnknownDefinitionsWithoutStoringAnything() {
    Engine engine = jobs.engine(note);
    assertThatThrownBy(
            () -> engine.enqueue(List.of(note.request(new Note("a")), JobRequest.of("no", null))))
        .isInstanceOfSatisfying(
            NotFoundException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_DEFINITION))
        .hasMessageContaining("'no'");
    assertThat(engine.jobs().list(JobFilter.ALL, null, 10).items()).isEmpty();
  }

  @Test
  void refusesWrongPrioritiesKeysNamesAndTimes() {
    JobRequest request = note.request(new Note("a"));
    assertThat(request.withPriority(0).priority()).isZero();
    assertThatThrownBy(() -> request.withPriority(10)).hasMessageContaining("0 (last) to 9");
    assertThatThrownBy(() -> request.withPriority(-1)).isInstanceOf(InvalidRequestException.class);
    assertThat(Key.coalesce("k".repeat(200)).value()).hasSize(200);
    assertThatThrownBy(() -> Key.coalesce("k".repeat(201))).hasMessageContaining("200");
    assertThatThrownBy(() -> Key.coalesce("")).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Key.coalesce("a\nb")).hasMessageContaining("control");
    assertThatThrownBy(() -> Key.unique("a", Duration.ZERO)).hasMessageContaining("positive");
    assertThatThrownBy(() -> Key.unique("a", Duration.ofDays(366))).hasMessageContaining("365");
    assertThatThrownBy(() -> JobRequest.of("Bad Name", null)).hasMessageContaining("Bad Name");
    assertThatThrownBy(() -> request.withDelay(Duration.ofSeconds(-1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> request.startingAt(Instant.MAX))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void delaysUntilItsTime() {
    Engine engine = jobs.engine(note);
    Instant noon = Instant.parse("2030-01-01T12:00:00Z");
    engine.clock().set(noon);
    long delayed = engine.enqueue(note.request(new Note("d")).withDelay(Duration.ofHours(1))).id();
    long timed = engine.enqueue(note.request(new Note("t")).startingAt(noon.plusSeconds(60))).id();
    long past = engine.enqueue(note.request(new Note("p")).startingAt(noon.minusSeconds(60))).id();
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.jobs().get(past).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(engine.explain(delayed).reasons().getFirst().code()).isEqualTo("delayed");
    assertThat(jobs.advance(Duration.ofMinutes(2))).isEqualTo(1);
    assertThat(engine.jobs().get(timed).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(engine.jobs().get(delayed).state()).isEqualTo(JobState.SCHEDULED);
    assertThat(jobs.advance(Duration.ofHours(1))).isEqualTo(1);
  }

  @Test
  void aUniqueKeyLeadsToTheSameJobWithinItsWindow() {
    Engine engine = jobs.engine(note);
    JobRequest request =
        note.request(new Note("once")).withKey(Key.unique("order-7", Duration.ofHours(1)));
    List<Enqueued> first = engine.enqueue(List.of(request, request));
    assertThat(first.get(0).created()).isTrue();
    assertThat(first.get(1)).isEqualTo(new Enqueued(first.get(0).id(), false));
    jobs.runDue();
    assertThat(engine.enqueue(request))
        .as("also when the job has ended")
        .isEqualTo(new Enqueued(first.get(0).id(), false));
    engine.clock().advance(Duration.ofMinutes(61));
    Enqueued later = engine.enqueue(request);
    assertThat(later.created()).isTrue();
    assertThat(later.id()).isGreaterThan(first.get(0).id());
  }

  @Test
  void aUniqueKeyHasOneWinnerAmongManyCallers() throws Exception {
    Engine engine = jobs.engine(note);
    JobRequest request =
        note.request(new Note("x")).withKey(Key.unique("hot", Duration.ofHours(1)));
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Enqueued>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        answers.add(threads.submit(() -> engine.enqueue(request)));
      }
      List<Enqueued> all = new ArrayList<>();
      for (Future<Enqueued> answer : answers) {
        all.add(answer.get());
      }
      assertThat(all.stream().filter(Enqueued::created)).hasSize(1);
      assertThat(all.stream().map(Enqueued::id).distinct()).hasSize(1);
    }
    assertThat(jobs.runDue()).isEqualTo(1);
  }

  @Test
  void uniqueKeysInOppositeOrderAcrossCallsNeverHang() throws Exception {
    Engine engine = jobs.engine(note);
    JobRequest a = note.request(new Note("a")).withKey(Key.unique("a", Duration.ofHours(1)));
    JobRequest b = note.request(new Note("b")).withKey(Key.unique("b", Duration.ofHours(1)));
    CyclicBarrier bothHaveOne = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Boolean> one = threads.submit(() -> takesBoth(engine, a, b, bothHaveOne));
      Future<Boolean> two = threads.submit(() -> takesBoth(engine, b, a, bothHaveOne));
      assertThat(List.of(one.get(), two.get()))
          .as("one goes through, the other is told to try again")
          .containsExactlyInAnyOrder(true, false);
    }
  }

  private static boolean takesBoth(
      Engine engine, JobRequest first, JobRequest second, CyclicBarrier barrier) {
    try {
      return engine.transaction(transaction -> {
        transaction.enqueue(List.of(first));
        try {
          barrier.await();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
        transaction.enqueue(List.of(second));
        return true;
      });
    } catch (ConflictException e) {
      assertThat(e.isRetryable()).isTrue();
      return false;
    }
  }

  @Test
  void coalesceKeysInOppositeOrderNeverWaitForEachOther() {
    Engine engine = jobs.engine(note);
    JobRequest a = note.request(new Note("a")).withKey(Key.coalesce("a"));
    JobRequest b = note.request(new Note("b")).withKey(Key.coalesce("b"));
    engine.transaction(outer -> {
      outer.enqueue(List.of(a));
      // Were there any lock, this second transaction would wait for the first for ever.
      Engine other = jobs.engine(note);
      other.enqueue(List.of(b, a));
      outer.enqueue(List.of(b));
      return true;
    });
    assertThat(engine.jobs().list(JobFilter.ALL, null, 10).items()).hasSize(4);
  }

  @Test
  void joinsTheCallersTransaction() throws Exception {
    RecordingListener listener = new RecordingListener();
    Engine engine = jobs.engine(listener, note);
    engine.start();
    engine.worker(WorkerOptions.of("notes").withPollInterval(Duration.ofMinutes(1))).start();
    try (Connection connection = jobs.database().dataSource().getConnection()) {
      connection.setAutoCommit(false);
      long lost = engine.enqueue(connection, List.of(note.request(new Note("a")))).getFirst().id();
      connection.rollback();
      assertThat(engine.jobs().find(lost)).isEmpty();
      long kept = engine.enqueue(connection, List.of(note.request(new Note("b")))).getFirst().id();
      assertThat(engine.jobs().find(kept)).as("not before the commit").isEmpty();
      connection.commit();
      listener.await(1, event -> event.equals("ended " + kept + "/1 SUCCEEDED"));
    }
  }

  @Test
  void refusesAConnectionInAutocommit() throws Exception {
    Engine engine = jobs.engine(note);
    try (Connection connection = jobs.database().dataSource().getConnection()) {
      assertThatThrownBy(() -> engine.enqueue(connection, List.of(note.request(new Note("a")))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("autocommit");
    }
  }
}
