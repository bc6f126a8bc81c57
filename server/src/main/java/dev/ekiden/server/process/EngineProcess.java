package dev.ekiden.server.process;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.Application;
import dev.ekiden.server.Services;
import dev.ekiden.server.api.EngineMetrics;
import dev.ekiden.server.config.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** What a server and a worker have in common: the pool, the engine, the workers. */
final class EngineProcess {
  /** Connections of a process, the engine's and the applications' together. */
  static final int MAX_CONNECTIONS = 10;

  /** Longer than any job runs. */
  private static final Duration FOREVER = Duration.ofDays(3_650);

  private final Applications applications;
  private final LifeCycle lifeCycle;
  private final ProcessServices services;
  private final List<JobDefinition<?>> definitions = new ArrayList<>();

  private EngineProcess(Applications applications, LifeCycle lifeCycle, ProcessServices services) {
    this.applications = applications;
    this.lifeCycle = lifeCycle;
    this.services = services;
  }

  /** Opens the pool and builds the engine of a server; nothing runs yet. */
  static EngineProcess build(
      String name, DatabaseAddress address, Applications applications, LifeCycle lifeCycle) {
    return build(
        name, address, applications, lifeCycle, services -> new EngineMetrics(services.metrics()));
  }

  /**
   * Opens the pool and builds the engine; nothing runs yet.
   *
   * @param listener hears what the engine does
   */
  static EngineProcess build(
      String name,
      DatabaseAddress address,
      Applications applications,
      LifeCycle lifeCycle,
      Function<Services, EngineListener> listener) {
    Database database =
        lifeCycle.add("the pool", Database.open(address, MAX_CONNECTIONS, "ekiden " + name));
    ProcessServices services = new ProcessServices(database);
    EngineProcess process = new EngineProcess(applications, lifeCycle, services);
    for (Application application : applications.all()) {
      process.definitions.addAll(application.definitions(services));
    }
    services.engine(
        Engine.on(database.dataSource())
            .definitions(process.definitions)
            .listener(listener.apply(services))
            .name(name)
            .build());
    return process;
  }

  ProcessServices services() {
    return services;
  }

  /** Names of the definitions this process can run. */
  List<String> runnable() {
    return definitions.stream()
        .filter(JobDefinition::isRunnable)
        .map(JobDefinition::name)
        .sorted()
        .toList();
  }

  /** Brings the database to this build's version. */
  void migrate() {
    services.engine().migrate();
    Fleets.migrate(services.database());
    applications.all().forEach(application -> application.migrate(services.database()));
  }

  /** Checks that somebody has done so. */
  void requireCurrentSchema() {
    services.engine().requireCurrentSchema();
    Fleets.requireCurrentSchema(services.database());
    requireCurrentApplications();
  }

  /** Checks that somebody has done so for the applications; the engine checks at its start. */
  void requireCurrentApplications() {
    applications
        .all()
        .forEach(application -> application.requireCurrentSchema(services.database()));
  }

  void start() {
    lifeCycle.add("the engine", services.engine()).start();
  }

  /** Starts workers; at the end all drain at once, so the longest job sets the time. */
  List<Worker> startWorkers(Configuration.Workers settings) {
    List<WorkerOptions> options = applications.workers(settings, definitions);
    List<Worker> workers = new ArrayList<>();
    lifeCycle.add("the workers", () -> drain(workers, settings.drain()));
    for (WorkerOptions worker : options) {
      Worker started = services.engine().worker(WorkerName.of(worker, settings.name()), runnable());
      started.start();
      workers.add(started);
    }
    return workers;
  }

  /**
   * Lets workers take nothing more and finish what they have; comes back when they have, or when
   * somebody else ended them.
   */
  static void retire(List<Worker> workers) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      workers.forEach(worker -> threads.execute(() -> worker.drain(FOREVER)));
    }
  }

  private static void drain(List<Worker> workers, Duration grace) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      workers.forEach(worker -> threads.execute(() -> worker.drain(grace)));
    }
    workers.forEach(Worker::close);
  }
}
