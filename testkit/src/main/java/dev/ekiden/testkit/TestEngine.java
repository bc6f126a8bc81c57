package dev.ekiden.testkit;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.Jobs;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

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
            AND tablename NOT IN ('clock', 'identity')
            AND tablename NOT LIKE '%migrations');
        UPDATE ekiden.clock SET "offset" = interval '0';
      END $$
      """;

  /**
   * How long {@link #await} and {@link #awaitUntil} wait: long, for a machine may be busy, but less
   * than the longest time between two looks of a worker, so that a lost wake-up is found out.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(50);

  private static final Duration LOOK = Duration.ofMillis(10);

  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final TestDatabase database;
  private final List<Engine> engines = new ArrayList<>();

  private TestEngine(TestDatabase database) {
    this.database = database;
  }

  /** A database with the engine's tables. */
  public static TestEngine create() {
    return new TestEngine(TestDatabase.create("engine"));
  }

  /**
   * A database with the engine's tables and your own. After each test the engine's tables are
   * emptied; what the tests put into yours is left to them.
   *
   * @param migrations makes your tables, by your Flyway or Liquibase, say; run once per JVM and
   *     name
   * @param name tells different migrations apart
   */
  public static TestEngine withMigrations(Consumer<DataSource> migrations, String name) {
    return new TestEngine(
        TestDatabase.withMigrations(
            made -> {
              Engine.on(made.dataSource()).build().migrate();
              migrations.accept(made.dataSource());
            },
            "engine and " + name));
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

  /**
   * The jobs of a definition, whatever their state, in the order in which they were enqueued; at
   * most the newest 1,000.
   */
  public <P> List<EnqueuedJob<P>> jobs(JobDefinition<P> definition) {
    return first()
        .jobs()
        .list(JobFilter.ALL.withDefinition(definition.name()), null, Jobs.MAX_PAGE)
        .items()
        .reversed()
        .stream()
        .map(job -> first().jobs().get(job.id()))
        .map(job ->
            new EnqueuedJob<>(MAPPER.readValue(job.payload(), definition.payloadType()), job))
        .toList();
  }

  /**
   * The payloads of a definition's jobs, whatever their state, in the order in which they were
   * enqueued: what the code under test asked for.
   */
  public <P> List<P> payloads(JobDefinition<P> definition) {
    return jobs(definition).stream().map(EnqueuedJob::payload).toList();
  }

  /**
   * Waits until a job has ended, for engines that were started.
   *
   * @throws AssertionError with the engine's explanation when it has not after {@link #PATIENCE}
   */
  public Job await(long id) {
    awaitUntil(
        () -> "job " + id + " to end; " + first().explain(id),
        () -> first().jobs().get(id).state().isEnded());
    return first().jobs().get(id);
  }

  /**
   * Waits until something is so, looking every few milliseconds.
   *
   * @param what said when it is not so after {@link #PATIENCE}
   */
  public static void awaitUntil(String what, BooleanSupplier condition) {
    awaitUntil(() -> what, condition);
  }

  private static void awaitUntil(Supplier<String> what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("Waited " + PATIENCE.toSeconds() + " s for " + what.get());
      }
      LockSupport.parkNanos(LOOK.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("Interrupted while waiting for " + what.get());
      }
    }
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
