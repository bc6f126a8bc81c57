package dev.ekiden.server.process;

import dev.ekiden.engine.Worker;
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
import java.util.function.Consumer;

/** Workers without a server: they run the jobs of a database and listen nowhere. */
public final class WorkerProcess implements AutoCloseable {
  private final LifeCycle lifeCycle;
  private final List<Worker> workers;
  private final List<String> definitions;
  private final DatabaseAddress database;

  private WorkerProcess(
      LifeCycle lifeCycle,
      List<Worker> workers,
      List<String> definitions,
      DatabaseAddress database) {
    this.lifeCycle = lifeCycle;
    this.workers = workers;
    this.definitions = List.copyOf(definitions);
    this.database = database;
  }

  /** Starts the workers and returns when they hold their leases. Never changes the schema. */
  public static WorkerProcess start(
      Configuration configuration, Applications applications, Consumer<String> messages)
      throws IOException, InterruptedException {
    DatabaseAddress address = database(configuration);
    DatabaseWait.await(address, configuration.databaseWait(), messages);
    LifeCycle lifeCycle = new LifeCycle();
    try {
      EngineProcess process = EngineProcess.build("worker", address, applications, lifeCycle);
      process.requireCurrentApplications();
      process.start();
      List<Worker> workers = process.startWorkers(configuration.workers());
      if (workers.isEmpty()) {
        throw new ConfigurationException(
            List.of("no application of this build has workers, and no --queues are given"));
      }
      return new WorkerProcess(lifeCycle, workers, process.runnable(), address);
    } catch (RuntimeException e) {
      Thread.interrupted();
      lifeCycle.close();
      throw e;
    }
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
