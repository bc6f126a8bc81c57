package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
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
    assertThat(engine.jobs().await(id, Duration.ofSeconds(20)).state())
        .isEqualTo(JobState.SUCCEEDED);
    assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEngineClosesWhoseWorkerCouldNotStart() {
    engine.start();
    Worker worker = engine.worker(WorkerOptions.of("work"));
    connections.set(0);
    assertThatThrownBy(worker::start).hasRootCauseMessage("the database is away");
    engine.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("ekiden-recovery", "ekiden-due jobs", "ekiden-schedules");
  }
}
