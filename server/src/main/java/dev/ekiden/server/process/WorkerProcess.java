package dev.ekiden.server.process;

import dev.ekiden.engine.Worker;
import dev.ekiden.fleet.control.FleetMember;
import dev.ekiden.launch.TaskId;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.config.Configuration;
import dev.ekiden.server.config.Configuration.DatabaseSource;
import dev.ekiden.server.config.ConfigurationException;
import dev.ekiden.server.config.RuntimeFile;
import dev.ekiden.server.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Workers without a server: they run the jobs of a database and listen nowhere. */
public final class WorkerProcess implements AutoCloseable {
  private final LifeCycle lifeCycle;
  private final List<Worker> workers;
  private final List<String> definitions;
  private final DatabaseAddress database;
  private final FirstJob firstJob;
  private final Database pool;

  private WorkerProcess(
      LifeCycle lifeCycle,
      List<Worker> workers,
      List<String> definitions,
      DatabaseAddress database,
      FirstJob firstJob,
      Database pool) {
    this.lifeCycle = lifeCycle;
    this.workers = workers;
    this.definitions = List.copyOf(definitions);
    this.database = database;
    this.firstJob = firstJob;
    this.pool = pool;
  }

  /**
   * Starts the workers and returns when they hold their leases. Never changes the schema.
   *
   * @param task the task of a fleet that this process is, if it is one
   * @return empty when the fleet does not want this worker any more: nothing was started
   */
  public static Optional<WorkerProcess> start(
      Configuration configuration,
      Applications applications,
      Consumer<String> messages,
      Optional<TaskId> task)
      throws IOException, InterruptedException {
    DatabaseAddress address = database(configuration);
    DatabaseWait.await(address, configuration.databaseWait(), messages);
    LifeCycle lifeCycle = new LifeCycle();
    try {
      FirstJob firstJob = new FirstJob();
      EngineProcess process =
          EngineProcess.ofWorker(task.isPresent(), address, applications, lifeCycle, firstJob);
      process.requireCurrentApplications();
      Database pool = process.database();
      if (task.isPresent() && !FleetMember.isWanted(pool, task.get())) {
        lifeCycle.close();
        return Optional.empty();
      }
      process.start();
      List<Worker> workers = process.startWorkers(configuration.workers());
      if (workers.isEmpty()) {
        throw new ConfigurationException(
            List.of("no application of this build has workers, and no --queues are given"));
      }
      return Optional.of(
          new WorkerProcess(lifeCycle, workers, process.runnable(), address, firstJob, pool));
    } catch (RuntimeException e) {
      Thread.interrupted();
      lifeCycle.close();
      throw e;
    }
  }

  /**
   * Follows its fleet from now on.
   *
   * @param gone called when the fleet asked it to go and it has finished what it had
   */
  public void follow(TaskId task, Runnable gone) {
    FleetMember member =
        FleetMember.start(
            pool,
            task,
            () -> {
              EngineProcess.retire(workers);
              gone.run();
            });
    firstJob.tell(member::jobStarts);
    lifeCycle.add("the membership of a fleet", member);
  }

  /** The definitions these workers can run, by name. */
  public List<String> definitions() {
    return definitions;
  }

  /** What each worker serves, for messages. */
  public List<String> descriptions() {
    return workers.stream()
        .map(worker ->
            "%s, %d at once"
                .formatted(
                    worker.options().queues().stream()
                        .map(share -> share.queue())
                        .reduce((a, b) -> a + ", " + b)
                        .orElse(""),
                    worker.options().concurrency()))
        .toList();
  }

  public DatabaseAddress database() {
    return database;
  }

  @Override
  public void close() {
    lifeCycle.close();
  }

  /**
   * The database that is set, else that of the server in the directory.
   *
   * @throws CommandException when there is neither
   */
  static DatabaseAddress database(Configuration configuration) throws IOException {
    if (configuration.database().isPresent()) {
      return configuration.database().map(DatabaseSource::address).orElseThrow();
    }
    RuntimeFile runtime =
        RuntimeFile.read(configuration.directory())
            .orElseThrow(() ->
                CommandException.noServer(
                    "no server runs in %s and %s is not set: start `ekiden up`, or name the database"
                        .formatted(
                            configuration.directory().toAbsolutePath().normalize(),
                            Setting.DATABASE_URL.variable())));
    String passwordFile = runtime.passwordFile();
    if (passwordFile == null) {
      throw new ConfigurationException(
          List.of(
              "the server of %s was given its database password by a variable; give this worker %s and the password as well"
                  .formatted(configuration.directory(), Setting.DATABASE_URL.variable())));
    }
    return new DatabaseAddress(
        runtime.databaseUrl(),
        runtime.databaseUser(),
        Files.readString(Path.of(passwordFile)).strip());
  }
}
