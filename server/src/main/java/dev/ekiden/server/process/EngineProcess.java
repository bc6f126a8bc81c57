package dev.ekiden.server.process;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.Application;
import dev.ekiden.server.api.EngineMetrics;
import dev.ekiden.server.config.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What a server and a worker have in common: the pool, the engine, the workers. */
final class EngineProcess {
  /** Connections of a process, the engine's and the applications' together. */
  static final int MAX_CONNECTIONS = 10;

  private final Applications applications;
  private final LifeCycle lifeCycle;
  private final ProcessServices services;
  private final List<JobDefinition<?>> definitions = new ArrayList<>();

  private EngineProcess(Applications applications, LifeCycle lifeCycle, ProcessServices services) {
    this.applications = applications;
    this.lifeCycle = lifeCycle;
    this.services = services;
  }

  /** Opens the pool and builds the engine; nothing runs yet. */
  static EngineProcess build(
      String name, DatabaseAddress address, Applications applications, LifeCycle lifeCycle) {
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
            .listener(new EngineMetrics(services.metrics()))
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
    applications.all().forEach(application -> application.migrate(services.database()));
  }

  /** Checks that somebody has done so. */
  void requireCurrentSchema() {
    services.engine().requireCurrentSchema();
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
      Worker started = services.engine().worker(WorkerName.here(worker));
      started.start();
      workers.add(started);
    }
    return workers;
  }

  private static void drain(List<Worker> workers, Duration grace) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      workers.forEach(worker -> threads.execute(() -> worker.drain(grace)));
    }
    workers.forEach(Worker::close);
  }
}
