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
  private static final int MAX_CONNECTIONS = 10;

  /**
   * Connections of a fleet's worker, of which there may be hundreds: one listens, the other claims,
   * stores and keeps the lease. What its jobs need themselves comes on top while they run.
   */
  private static final int MAX_CONNECTIONS_OF_FLEET_WORKER = 2;

  /** Longer than any job runs. */
  private static final Duration FOREVER = Duration.ofDays(3_650);

  private final Applications applications;
  private final LifeCycle lifeCycle;
  private final Database database;
  private final ProcessServices services;
  private final List<JobDefinition<?>> definitions = new ArrayList<>();

  private EngineProcess(
      Applications applications, LifeCycle lifeCycle, Database database, ProcessServices services) {
    this.applications = applications;
    this.lifeCycle = lifeCycle;
    this.database = database;
    this.services = services;
  }

  /** Opens the pool and builds the engine of a server; nothing runs yet. */
  static EngineProcess ofServer(
      String name, DatabaseAddress address, Applications applications, LifeCycle lifeCycle) {
    Database database = open(name, address, lifeCycle);
    ProcessServices services = new ProcessServices(database);
    return build(
        name, database, services, applications, lifeCycle, new EngineMetrics(services.metrics()));
  }

  /**
   * Opens the pools and builds the engine of a worker; nothing runs yet.
   *
   * @param ofFleet whether it is one of a fleet, which holds few connections
   * @param listener hears what the engine does
   */
  static EngineProcess ofWorker(
      boolean ofFleet,
      DatabaseAddress address,
      Applications applications,
      LifeCycle lifeCycle,
      EngineListener listener) {
    String name = "worker";
    if (!ofFleet) {
      Database database = open(name, address, lifeCycle);
      ProcessServices services = new ProcessServices(database);
      return build(name, database, services, applications, lifeCycle, listener);
    }
    Database ofJobs =
        lifeCycle.add(
            "the pool of the jobs",
            Database.openOnDemand(address, MAX_CONNECTIONS, "ekiden " + name + " jobs"));
    Database database =
        lifeCycle.add(
            "the pool", Database.open(address, MAX_CONNECTIONS_OF_FLEET_WORKER, "ekiden " + name));
    return build(name, database, new ProcessServices(ofJobs), applications, lifeCycle, listener);
  }

  private static Database open(String name, DatabaseAddress address, LifeCycle lifeCycle) {
    return lifeCycle.add("the pool", Database.open(address, MAX_CONNECTIONS, "ekiden " + name));
  }

  private static EngineProcess build(
      String name,
      Database database,
      ProcessServices services,
      Applications applications,
      LifeCycle lifeCycle,
      EngineListener listener) {
    EngineProcess process = new EngineProcess(applications, lifeCycle, database, services);
    for (Application application : applications.all()) {
      process.definitions.addAll(application.definitions(services));
    }
    services.engine(
        Engine.on(database.dataSource())
            .definitions(process.definitions)
            .listener(listener)
            .name(name)
            .build());
    return process;
  }

  /** Where the engine's tables are; of a fleet's worker not the pool of its jobs. */
  Database database() {
    return database;
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
    Fleets.migrate(database);
    applications.all().forEach(application -> application.migrate(database));
  }

  /** Checks that somebody has done so. */
  void requireCurrentSchema() {
    services.engine().requireCurrentSchema();
    Fleets.requireCurrentSchema(database);
    requireCurrentApplications();
  }

  /** Checks that somebody has done so for the applications; the engine checks at its start. */
  void requireCurrentApplications() {
    applications.all().forEach(application -> application.requireCurrentSchema(database));
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
