package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.postgres.Listener;
import dev.ekiden.postgres.Notifications;
import dev.ekiden.testkit.TestEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The database goes away between two steps that belong together. */
class OutageTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);

  /** How many more connections there are before the database is away. */
  private final AtomicInteger connections = new AtomicInteger(Integer.MAX_VALUE);

  private Engine engine;

  @BeforeEach
  void build() {
    DataSource whole = jobs.database().dataSource();
    DataSource flaky =
        (DataSource)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("getConnection")
                      && connections.getAndDecrement() <= 0) {
                    throw new SQLException("the database is away", "08006");
                  }
                  try {
                    return method.invoke(whole, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    engine = jobs.closeAfterTest(Engine.on(flaky).definitions(work).build());
    engine.register();
  }

  /** There is no second connection that they could be told by. */
  @Test
  void theCommitThatEnqueuesTellsOtherProcesses() throws Exception {
    JobDefinition<Work> other =
        JobDefinition.named("other", Work.class).handler((payload, context) -> null);
    jobs.engine(other);
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Notifications recording =
        new Notifications() {
          @Override
          public void received(String channel, String payload) {
            heard.add(payload);
          }

          @Override
          public void connected() {
            heard.add("connected");
          }
        };
    try (Listener listener = Listener.start(jobs.database(), Set.of(WakeUps.CHANNEL), recording)) {
      assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("connected");
      assertThat(listener).isNotNull();
      connections.set(1);
      long one = engine.enqueue(work.request(new Work(1))).id();
      connections.set(1);
      long array =
          engine.enqueueArray(ArrayRequest.of(JobRequest.of("other", new Work(1)), 2)).id();
      connections.set(Integer.MAX_VALUE);
      assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("ready " + queueOf(one));
      assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("ready " + queueOf(array));
    }
  }

  /** There is no second transaction that could do the rest. */
  @Test
  void anArrayJobIsCanceledWithItsChildrenByOneTransaction() {
    long parent = engine.enqueueArray(ArrayRequest.of(work.request(new Work(1)), 3)).id();
    connections.set(1);
    assertThat(engine.jobs().cancel(parent)).isTrue();
    connections.set(Integer.MAX_VALUE);
    for (long id = parent; id <= parent + 3; id++) {
      assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.CANCELED);
    }
  }

  private static short queueOf(long job) {
    return jobs.database()
        .withHandle(handle ->
            handle
                .createQuery("SELECT queue_id FROM ekiden.job WHERE id = :id")
                .bind("id", job)
                .mapTo(Short.class)
                .one());
  }

  /** Else the caller enqueues again what is there already. */
  @Test
  void anEnqueueThatCommittedDoesNotFailBecauseNobodyCouldBeTold() {
    connections.set(1);
    Enqueued enqueued = engine.enqueue(work.request(new Work(1)));
    connections.set(Integer.MAX_VALUE);
    assertThat(engine.jobs().get(enqueued.id()).state()).isEqualTo(JobState.READY);
  }

  @Test
  void aWorkerThatCouldNotStartCanStartLater() throws Exception {
    engine.start();
    long id = engine.enqueue(work.request(new Work(1))).id();
    Worker worker = engine.worker(WorkerOptions.of("work"));
    connections.set(0);
    assertThatThrownBy(worker::start).hasRootCauseMessage("the database is away");
    connections.set(Integer.MAX_VALUE);
    worker.start();
    assertThat(engine.jobs().await(id, TestEngine.PATIENCE).state()).isEqualTo(JobState.SUCCEEDED);
    assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEngineClosesWhoseWorkerCouldNotStart() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    engine.start();
    Worker worker = engine.worker(WorkerOptions.of("work"));
    connections.set(0);
    assertThatThrownBy(worker::start).hasRootCauseMessage("the database is away");
    engine.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> !before.contains(thread))
        .extracting(Thread::getName)
        .doesNotContain("ekiden-recovery", "ekiden-due jobs", "ekiden-schedules");
  }
}
