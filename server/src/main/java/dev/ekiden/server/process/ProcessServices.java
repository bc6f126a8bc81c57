package dev.ekiden.server.process;

import dev.ekiden.engine.Engine;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.MetricsRegistry;
import dev.ekiden.server.Services;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The services of a process; the engine comes later than the definitions that may keep these. */
final class ProcessServices implements Services {
  private final Database database;
  private final MetricsRegistry metrics = new MetricsRegistry();
  private volatile @Nullable Engine engine;

  ProcessServices(Database database) {
    this.database = database;
  }

  void engine(Engine built) {
    engine = built;
  }

  @Override
  public Database database() {
    return database;
  }

  @Override
  public Engine engine() {
    Engine built = engine;
    if (built == null) {
      throw new IllegalStateException(
          "the engine is not built yet: ask for it when a job or request comes, not while"
              + " definitions are collected");
    }
    return built;
  }

  @Override
  public InstantSource clock() {
    return () -> engine().clock().now();
  }

  @Override
  public MetricsRegistry metrics() {
    return metrics;
  }
}
