package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.CompletionTable;
import dev.ekiden.engine.store.CompletionTable.Refusal;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.LifeTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.engine.store.WorkerTable;
import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Effect and completion in one transaction: both exactly once, or neither. */
class CompleteInTest {
  record Work(String how) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final AtomicReference<Throwable> refused = new AtomicReference<>();
  private final CountDownLatch holding = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .retry(new RetryPolicy(2, Duration.ofHours(1), 1, Duration.ofHours(1), 0))
          .handler(this::run);
  private final RecordingListener listener = new RecordingListener();
  private final Engine engine = jobs.engine(listener, work);

  @BeforeEach
  void effects() {
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "DROP TABLE IF EXISTS public.effect;"
                    + " CREATE TABLE public.effect (job bigint, attempt integer)"));
  }

  private Object run(Work payload, JobContext context) throws Exception {
    try (Connection connection = jobs.database().dataSource().getConnection()) {
      connection.setAutoCommit(payload.how().equals("autocommit"));
      effect(connection, context.jobId(), context.attempt());
      try {
        context.completeIn(connection, "done");
      } catch (RuntimeException e) {
        refused.set(e);
        if (!connection.getAutoCommit()) {
          connection.rollback();
        }
        throw e;
      }
      switch (payload.how()) {
        case "commit" -> connection.commit();
        case "throw" -> {
          connection.commit();
          throw new IllegalStateException("too late");
        }
        case "rollback" -> connection.rollback();
        case "hold" -> {
          holding.countDown();
          goOn.await();
          connection.commit();
        }
        case "twice" -> {
          connection.commit();
          effect(connection, context.jobId(), context.attempt());
          try {
            context.completeIn(connection);
            connection.commit();
          } catch (ConflictException e) {
            refused.set(e);
            connection.rollback();
          }
        }
        default -> throw new IllegalArgumentException(payload.how());
      }
      return "ignored";
    }
  }

  private static void effect(Connection connection, long job, int attempt) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO public.effect VALUES (?, ?)")) {
      statement.setLong(1, job);
      statement.setInt(2, attempt);
      statement.execute();
    }
  }

  private static long effects(long job) {
    return jobs.database()
        .withHandle(handle ->
            handle
                .createQuery("SELECT count(*) FROM public.effect WHERE job = :job")
                .bind("job", job)
                .mapTo(Long.class)
                .one());
  }

  private Job run(String how) {
    long id = engine.enqueue(work.request(new Work(how))).id();
    jobs.runDue();
    return engine.jobs().get(id);
  }

  @Test
  void effectAndSuccessCommitAsOne() {
    Job job = run("commit");
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.result()).isEqualTo("\"done\"");
    assertThat(job.error()).isNull();
    assertThat(effects(job.id())).isEqualTo(1);
  }

  @Test
  void whatIsThrownAfterTheCommitDoesNotCount() {
    Job job = run("throw");
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(effects(job.id())).isEqualTo(1);
  }

  @Test
  void aTransactionThatWasRolledBackIsAFailureThatIsTriedAgain() {
    Job job = run("rollback");
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.failures()).isEqualTo(1);
    assertThat(job.errorType()).isEqualTo(NotCommittedException.class.getName());
    assertThat(effects(job.id())).isZero();
  }

  @Test
  void itCompletesOnce() {
    Job job = run("twice");
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.result()).isEqualTo("\"done\"");
    assertThat(refused.get()).isInstanceOf(ConflictException.class).hasMessageContaining("before");
    assertThat(effects(job.id())).isEqualTo(1);
  }

  @Test
  void aConnectionInAutocommitModeIsRefused() {
    Job job = run("autocommit");
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(refused.get())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setAutoCommit(false)");
  }

  @Test
  void anotherDatabaseIsRefused() throws Exception {
    ClaimedJob job = claimed();
    AttemptStore store = new AttemptStore(jobs.database());
    store.prepare();
    String url;
    String user;
    try (Connection here = jobs.database().dataSource().getConnection()) {
      url = here.getMetaData().getURL();
      user = here.getMetaData().getUserName();
    }
    String elsewhere = url.replaceFirst("/[^/?]+(\\?|$)", "/postgres$1");
    assertThat(elsewhere).isNotEqualTo(url);
    try (Connection other =
        DriverManager.getConnection(elsewhere, user, jobs.testDatabase().address().password())) {
      other.setAutoCommit(false);
      assertThatThrownBy(() -> store.complete(job, other, null))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("another database");
      try (var statement = other.createStatement()) {
        statement.execute("SELECT 1"); // the caller's transaction is not broken
      }
    }
  }

  @Test
  void itWorksInATransactionOfTheEngine() {
    JobDefinition<Work> inside =
        JobDefinition.named("inside", Work.class)
            .handler((payload, context) ->
                engine.transaction(transaction -> {
                  transaction.enqueue(List.of(work.request(new Work("commit"))));
                  context.completeIn(transaction.connection());
                  return null;
                }));
    Engine other = jobs.engine(inside);
    long id = other.enqueue(inside.request(new Work(""))).id();
    other.runDue();
    assertThat(other.jobs().get(id).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(other.jobs().list(JobFilter.ALL, null, 10).items()).hasSize(2);
  }

  // ---- interleavings, forced by locks ----

  private ClaimedJob claimed() {
    engine.enqueue(work.request(new Work("unused")));
    return claim(1);
  }

  private ClaimedJob claim(long worker) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimGated(
                handle,
                new Order(worker, row.queueId(), List.of(row.id()), 1, 1),
                new GateMemory()))
        .jobs()
        .getFirst();
  }

  private static Optional<Refusal> complete(Connection connection, ClaimedJob job) {
    return jobs.database()
        .<Optional<Refusal>>joined(
            connection, handle -> CompletionTable.complete(handle, job.ref(), job.groupId(), null));
  }

  private static List<Settled> lose(AttemptRef ref) {
    return jobs.database()
        .inTransaction(handle ->
            SettleTable.settle(
                handle,
                List.of(
                    new Settlement(ref, Outcome.LOST, true, 0, null, null, "worker-lost", null))));
  }

  private static List<WorkerTable.Orphan> orphans() {
    return jobs.database().inTransaction(handle -> WorkerTable.orphans(handle, 10));
  }

  private static Connection begin() throws SQLException {
    Connection connection = jobs.database().dataSource().getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  @Test
  void recoveryPassesAnOpenCompletionByAndFindsItWhenItCommitted() throws Exception {
    ClaimedJob job = claimed();
    try (Connection handler = begin()) {
      assertThat(complete(handler, job)).isEmpty();
      assertThat(orphans()).isEmpty();
      assertThat(lose(job.ref())).isEmpty();
      handler.commit();
    }
    assertThat(orphans()).hasSize(1);
    assertThat(lose(job.ref()))
        .singleElement()
        .satisfies(settled -> assertThat(settled.outcome()).isEqualTo(Outcome.SUCCEEDED));
    assertThat(engine.jobs().get(job.id()).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(engine.jobs().get(job.id()).losses()).as("it was not lost").isZero();
  }

  @Test
  void recoveryGivesTheJobToOthersWhenTheCompletionWasRolledBack() throws Exception {
    ClaimedJob job = claimed();
    try (Connection handler = begin()) {
      assertThat(complete(handler, job)).isEmpty();
      handler.rollback();
    }
    assertThat(lose(job.ref())).hasSize(1);
    assertThat(engine.jobs().get(job.id()).state()).isEqualTo(JobState.READY);
  }

  @Test
  void anAttemptThatWasRecoveredCannotComplete() throws Exception {
    ClaimedJob first = claimed();
    lose(first.ref());
    try (Connection handler = begin()) {
      assertThat(complete(handler, first)).contains(Refusal.GONE);
      handler.rollback();
    }
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    ClaimedJob second =
        jobs.database()
            .inTransaction(handle ->
                ClaimTable.claimLost(handle, new Order(2, row.queueId(), List.of(row.id()), 1, 1)))
            .jobs()
            .getFirst();
    try (Connection late = begin();
        Connection present = begin()) {
      assertThat(complete(late, first)).contains(Refusal.GONE);
      assertThat(complete(present, second)).isEmpty();
      present.commit();
      late.rollback();
    }
    assertThat(engine.jobs().get(first.id()).state()).isEqualTo(JobState.RUNNING);
  }

  /** The recovery is under way, uncommitted: the completion waits for it and is then refused. */
  @Test
  void aCompletionThatMeetsARecoveryWaitsAndIsRefused() throws Exception {
    ClaimedJob job = claimed();
    try (Connection recovery = begin();
        Connection handler = begin();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      HeldOpen.joined(
          jobs.database(),
          recovery,
          handle ->
              SettleTable.settle(
                  handle,
                  List.of(
                      new Settlement(job.ref(), Outcome.LOST, true, 0, null, null, null, null))));
      Future<Optional<Refusal>> completing = thread.submit(() -> complete(handler, job));
      CoalesceTest.awaitLockWait(jobs.database());
      recovery.commit();
      assertThat(completing.get()).contains(Refusal.GONE);
      handler.rollback();
    }
  }

  @Test
  void aCancelThatCameFirstRefusesTheCompletion() throws Exception {
    ClaimedJob job = claimed();
    try (Connection canceling = begin();
        Connection handler = begin();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      HeldOpen.joined(
          jobs.database(), canceling, handle -> LifeTable.askToStop(handle, List.of(job.id())));
      Future<Optional<Refusal>> completing = thread.submit(() -> complete(handler, job));
      CoalesceTest.awaitLockWait(jobs.database());
      canceling.commit();
      assertThat(completing.get()).contains(Refusal.CANCELED);
      handler.rollback();
    }
  }

  @Test
  void aCancelThatCameSecondIsTooLate() throws Exception {
    ClaimedJob job = claimed();
    try (Connection handler = begin();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      assertThat(complete(handler, job)).isEmpty();
      Future<Boolean> canceling = thread.submit(() -> engine.jobs().cancel(job.id()));
      CoalesceTest.awaitLockWait(jobs.database());
      handler.commit();
      assertThat(canceling.get()).isFalse();
    }
    lose(job.ref());
    assertThat(engine.jobs().get(job.id()).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aNewEpochWaitsForCompletionsUnderWayAndRefusesLaterOnes() throws Exception {
    engine.enqueue(work.request(new Work("unused")).withGroup("tenant"));
    engine.enqueue(work.request(new Work("unused")).withGroup("tenant"));
    ClaimedJob first = claim(1);
    ClaimedJob second = claim(1);
    try (Connection handler = begin();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      String before = settings(handler);
      assertThat(complete(handler, first)).isEmpty();
      assertThat(settings(handler)).as("the handler's own transaction").isEqualTo(before);
      Future<Long> advancing = thread.submit(() -> engine.groups().advanceEpoch("tenant"));
      CoalesceTest.awaitLockWait(jobs.database());
      handler.commit();
      assertThat(advancing.get()).isEqualTo(2);
      assertThat(complete(handler, second)).contains(Refusal.EPOCH);
      handler.rollback();
    }
    lose(first.ref());
    assertThat(engine.jobs().get(first.id()).state()).isEqualTo(JobState.SUCCEEDED);
  }

  private static String settings(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT string_agg(name || ' ' || setting, ', ' ORDER BY name) FROM pg_settings")) {
      row.next();
      return row.getString(1);
    }
  }

  /** The handler is given up while its transaction is open: its end comes again until it is not. */
  @Test
  void anEndWhoseRowIsLockedIsStoredWhenTheLockIsGone() throws Exception {
    JobDefinition<Work> quick =
        JobDefinition.named("quick", Work.class).handler((payload, context) -> null);
    Engine busy = jobs.engine(listener, work, quick);
    try (Worker worker = busy.worker(WorkerOptions.of("work", "quick").withConcurrency(4))) {
      worker.start();
      long held = busy.enqueue(work.request(new Work("hold"))).id();
      holding.await();
      // What the recovery of a lost lease would do is passed by, others end meanwhile.
      assertThat(lose(new AttemptRef(held, 1, worker.id()))).isEmpty();
      long other = busy.enqueue(quick.request(new Work(""))).id();
      RunTest.awaitState(busy, other, JobState.SUCCEEDED);
      assertThat(busy.jobs().get(held).state()).isEqualTo(JobState.RUNNING);
      goOn.countDown();
      RunTest.awaitState(busy, held, JobState.SUCCEEDED);
      assertThat(effects(held)).isEqualTo(1);
    }
  }

  /** A handler that ends while another transaction holds its row. */
  @Test
  void theDispatcherTriesAnEndAgain() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    JobDefinition<Work> waiting =
        JobDefinition.named("waiting", Work.class)
            .handler((payload, context) -> {
              started.countDown();
              end.await();
              return "fine";
            });
    JobDefinition<Work> quick =
        JobDefinition.named("quick", Work.class).handler((payload, context) -> null);
    Engine busy = jobs.engine(listener, waiting, quick);
    try (Worker worker = busy.worker(WorkerOptions.of("waiting", "quick").withConcurrency(4))) {
      worker.start();
      long id = busy.enqueue(waiting.request(new Work(""))).id();
      started.await();
      try (Connection locking = begin()) {
        jobs.database()
            .<Integer>joined(
                locking,
                handle ->
                    handle
                        .createUpdate("UPDATE ekiden.running SET losses = losses WHERE id = :id")
                        .bind("id", id)
                        .execute());
        end.countDown();
        // Several turns pass while the row is locked; the others are stored in each of them.
        for (int i = 0; i < 5; i++) {
          long other = busy.enqueue(quick.request(new Work(""))).id();
          RunTest.awaitState(busy, other, JobState.SUCCEEDED);
        }
        assertThat(busy.jobs().get(id).state()).isEqualTo(JobState.RUNNING);
        locking.rollback();
      }
      RunTest.awaitState(busy, id, JobState.SUCCEEDED);
      assertThat(listener.events()).noneMatch(event -> event.startsWith("refused"));
    }
  }
}
