package dev.ekiden.calendar.refresh;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.MetricsRegistry;
import dev.ekiden.server.Services;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The services of a process without a server: a pool, and an engine that refreshes calendars. */
final class TestServices implements Services, AutoCloseable {

  /** Short, so that the jobs of a killed worker come back soon. */
  static final Duration LEASE = Duration.ofSeconds(1);

  private final Database database;
  private final MetricsRegistry metrics = new MetricsRegistry();
  private final CalendarRefresh refresh;
  private @Nullable Engine engine;

  private TestServices(Database database) {
    this.database = database;
    this.refresh = new CalendarRefresh(this);
  }

  static TestServices on(Database database, EngineListener listener) {
    TestServices services = new TestServices(database);
    services.engine =
        Engine.on(database.dataSource())
            .definitions(services.refresh.definitions())
            .listener(listener)
            .lease(LEASE)
            .build();
    services.engine().register();
    return services;
  }

  CalendarRefresh refresh() {
    return refresh;
  }

  @Override
  public Database database() {
    return database;
  }

  @Override
  public Engine engine() {
    return Objects.requireNonNull(engine);
  }

  @Override
  public InstantSource clock() {
    return engine().clock();
  }

  @Override
  public MetricsRegistry metrics() {
    return metrics;
  }

  @Override
  public void close() {
    engine().close();
  }
}
