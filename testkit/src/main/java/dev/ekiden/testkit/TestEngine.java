package dev.ekiden.testkit;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives each test an engine on an empty database of its own.
 *
 * <pre>{@code
 * @RegisterExtension static final TestEngine jobs = TestEngine.create();
 *
 * @Test
 * void greets() {
 *   Engine engine = jobs.engine(greet);
 *   long id = engine.enqueue(greet.request(new Greeting("world"))).id();
 *   jobs.runDue();
 *   assertThat(engine.jobs().get(id).result()).isEqualTo("\"Hello, world\"");
 * }
 * }</pre>
 *
 * <p>Engines are made by the test and closed after it; jobs, schedules and the clock's offset are
 * gone then. An engine is manual until the test calls {@link Engine#start}: {@link #runDue} runs
 * what is due, {@link #advance} moves the clock and runs what became due.
 */
public final class TestEngine implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final String EMPTY =
      """
      DO $$
      BEGIN
        EXECUTE (
          SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ')
                 || ' RESTART IDENTITY'
          FROM pg_tables
          WHERE schemaname = 'ekiden'
            AND tablename <> 'clock'
            AND tablename NOT LIKE '%migrations');
        UPDATE ekiden.clock SET "offset" = interval '0';
      END $$
      """;

  private final TestDatabase database = TestDatabase.create("engine");
  private final List<Engine> engines = new ArrayList<>();

  private TestEngine() {}

  public static TestEngine create() {
    return new TestEngine();
  }

  /** The database of the test class. */
  public Database database() {
    return database.database();
  }

  /** The class's database as an extension, for its address. */
  public TestDatabase testDatabase() {
    return database;
  }

  /** An engine with these definitions, registered but not started. */
  public Engine engine(JobDefinition<?>... definitions) {
    return engine(new EngineListener() {}, definitions);
  }

  /** An engine with a listener. */
  public Engine engine(EngineListener listener, JobDefinition<?>... definitions) {
    Engine engine =
        Engine.on(database().dataSource()).definitions(definitions).listener(listener).build();
    engine.register();
    engines.add(engine);
    return engine;
  }

  /** Closes an engine after the test that the test built itself. */
  public Engine closeAfterTest(Engine engine) {
    engines.add(engine);
    return engine;
  }

  /** Runs what is due with the test's first engine; answers how many attempts ended. */
  public int runDue() {
    return first().runDue();
  }

  /** Moves the clock ahead and runs what became due. */
  public int advance(Duration step) {
    first().clock().advance(step);
    return runDue();
  }

  /** Sets the clock and runs what became due. */
  public int set(Instant now) {
    first().clock().set(now);
    return runDue();
  }

  private Engine first() {
    if (engines.isEmpty()) {
      throw new IllegalStateException("make an engine first: engine(definitions)");
    }
    return engines.getFirst();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    database.beforeAll(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    @Nullable RuntimeException failure = null;
    for (Engine engine : engines) {
      try {
        engine.close();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    engines.clear();
    database().useTransaction(handle -> handle.execute(EMPTY));
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    database.afterAll(context);
  }
}
