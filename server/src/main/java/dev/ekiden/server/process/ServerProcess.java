package dev.ekiden.server.process;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Worker;
import dev.ekiden.fleet.account.Accounts;
import dev.ekiden.fleet.command.CommandDefinitions;
import dev.ekiden.fleet.command.CommandLaunchers;
import dev.ekiden.fleet.command.CommandRunner;
import dev.ekiden.fleet.command.CommandTasks;
import dev.ekiden.server.Application;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Services;
import dev.ekiden.server.api.BulkRoutes;
import dev.ekiden.server.api.BusinessCalendarRoutes;
import dev.ekiden.server.api.CommandRoutes;
import dev.ekiden.server.api.Commands;
import dev.ekiden.server.api.CostRoutes;
import dev.ekiden.server.api.Documents;
import dev.ekiden.server.api.EventRoutes;
import dev.ekiden.server.api.FleetRoutes;
import dev.ekiden.server.api.GroupRoutes;
import dev.ekiden.server.api.HistoryRoutes;
import dev.ekiden.server.api.JobRoutes;
import dev.ekiden.server.api.LimitRoutes;
import dev.ekiden.server.api.LogRoutes;
import dev.ekiden.server.api.OverviewRoutes;
import dev.ekiden.server.api.QueueGauges;
import dev.ekiden.server.api.QueueRoutes;
import dev.ekiden.server.api.Readiness;
import dev.ekiden.server.api.RetentionRoutes;
import dev.ekiden.server.api.ScheduleRoutes;
import dev.ekiden.server.api.ServerInfo;
import dev.ekiden.server.api.ServerInfo.ApplicationInfo;
import dev.ekiden.server.api.ServerInfo.DatabaseInfo;
import dev.ekiden.server.api.ServerRoutes;
import dev.ekiden.server.api.WorkerRoutes;
import dev.ekiden.server.config.Configuration;
import dev.ekiden.server.config.Configuration.DatabaseSource;
import dev.ekiden.server.config.ConfigurationException;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.RuntimeFile;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.config.StateDirectory;
import dev.ekiden.server.http.AccessToken;
import dev.ekiden.server.http.ControlAccess;
import dev.ekiden.server.http.HttpListener;
import dev.ekiden.server.http.KnownHosts;
import dev.ekiden.server.http.PublicAccess;
import dev.ekiden.server.http.RateLimiter;
import dev.ekiden.server.http.Sessions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server that runs: database, engine, inline workers, listeners. {@link #close} stops it in
 * reverse: listeners, workers (draining), engine, pool, embedded PostgreSQL.
 */
public final class ServerProcess implements AutoCloseable {
  /** Where processes of command jobs are kept, below the state directory. */
  private static final String COMMANDS = "commands";

  private final LifeCycle lifeCycle = new LifeCycle();
  private final Role role;
  private final Configuration configuration;
  private final Applications applications;
  private final Consumer<String> messages;
  private final Map<String, HttpListener> publicListeners = new LinkedHashMap<>();
  private volatile @Nullable Started started;

  /** What is known once the start is over. */
  private record Started(
      EngineProcess process,
      AccessToken token,
      HttpListener control,
      ServerFleets fleets,
      DatabaseSource database,
      boolean embedded,
      List<Worker> workers,
      Instant at) {}

  private ServerProcess(
      Role role,
      Configuration configuration,
      Applications applications,
      Consumer<String> messages) {
    this.role = role;
    this.configuration = configuration;
    this.applications = applications;
    this.messages = messages;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @param role {@link Role#UP}, {@link Role#SERVER} or {@link Role#DEMO}
   * @param messages told when the start has to wait for something
   * @throws dev.ekiden.server.config.DirectoryInUseException when another server has the directory
   */
  public static ServerProcess start(
      Role role, Configuration configuration, Applications applications, Consumer<String> messages)
      throws IOException, InterruptedException {
    ServerProcess server = new ServerProcess(role, configuration, applications, messages);
    try {
      server.start();
      return server;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      // Whatever stops must be able to wait.
      Thread.interrupted();
      server.close();
      throw e;
    }
  }

  /** The control listener. */
  public URI address() {
    return started().control().address();
  }

  /** The address that signs a browser in: it holds the access token. */
  public URI consoleLink() {
    return URI.create(address() + "/?token=" + started().token().secret());
  }

  /** The public listeners by application. */
  public Map<String, URI> publicAddresses() {
    Map<String, URI> addresses = new LinkedHashMap<>();
    publicListeners.forEach((name, listener) -> addresses.put(name, listener.address()));
    return addresses;
  }

  /** The pages for people on the public listeners, by application. */
  public Map<String, URI> publicPages() {
    Map<String, URI> pages = new LinkedHashMap<>();
    for (Application application : applications.all()) {
      HttpListener listener = publicListeners.get(application.name());
      if (listener != null) {
        application
            .publicPage()
            .map(path -> URI.create(listener.address() + "/" + application.name() + path))
            .ifPresent(page -> pages.put(application.name(), page));
      }
    }
    return pages;
  }

  /** The routes of the control listener, and of the public ones by application. */
  public List<HttpListener.Route> controlRoutes() {
    return started().control().routes();
  }

  /** See {@link #controlRoutes}. */
  public List<HttpListener.Route> publicRoutes(String application) {
    HttpListener listener = publicListeners.get(application);
    return listener == null ? List.of() : listener.routes();
  }

  public Services services() {
    return started().process().services();
  }

  ServerFleets fleets() {
    return started().fleets();
  }

  public Engine engine() {
    return services().engine();
  }

  /** The database, for messages. */
  public DatabaseInfo database() {
    Started now = started();
    return new DatabaseInfo(
        now.database().address().url(), now.database().address().user(), now.embedded());
  }

  @Override
  public void close() {
    lifeCycle.close();
  }

  private void start() throws IOException, InterruptedException {
    StateDirectory directory =
        lifeCycle.add("the directory", StateDirectory.open(configuration.directory()));
    Path tokenFile =
        configuration.control().tokenFile().map(Path::toAbsolutePath).orElse(directory.tokenFile());
    AccessToken token =
        configuration.control().tokenFile().isPresent() ? provided(tokenFile) : directory.token();
    requireFreePorts();
    boolean embedded = configuration.database().isEmpty();
    DatabaseSource database =
        embedded ? startPostgres(directory.path()) : configuration.database().orElseThrow();
    if (!embedded) {
      DatabaseWait.await(database.address(), configuration.databaseWait(), messages);
    }
    EngineProcess process =
        EngineProcess.ofServer(
            role.name().toLowerCase(Locale.ROOT), database.address(), applications, lifeCycle);
    process.migrate();
    process.start();
    applications.all().forEach(application -> application.started(process.services()));
    List<Worker> workers =
        configuration.workers().inline()
            ? process.startWorkers(configuration.workers())
            : List.of();
    ServerLaunchers launchers =
        new ServerLaunchers(
            configuration.launchers(),
            configuration.commands().docker(),
            process.services().engine().databaseId());
    Commands commands =
        startCommands(process, launchers.commands(directory.path().resolve(COMMANDS)));
    startPublicListeners(process.services());
    ServerFleets fleets =
        lifeCycle.add(
            "the fleets",
            ServerFleets.start(
                process.services(), directory.path(), database.address(), launchers));
    HttpListener control = startControlListener(process, token, fleets, commands);
    started =
        new Started(process, token, control, fleets, database, embedded, workers, Instant.now());
    announce(directory.path(), tokenFile);
  }

  /** A port that is taken is told before PostgreSQL is started for nothing. */
  private void requireFreePorts() {
    HttpListener.requireFree(controlOptions());
    long listeners = applications.all().stream().filter(Application::hasPublicListener).count();
    for (int n = 0; n < listeners; n++) {
      HttpListener.requireFree(publicOptions(n));
    }
  }

  private HttpListener.Options controlOptions() {
    Configuration.Control control = configuration.control();
    return new HttpListener.Options("control", control.bind(), control.port(), Setting.PORT.key());
  }

  private HttpListener.Options publicOptions(int n) {
    Configuration.PublicListeners settings = configuration.publicListeners();
    return new HttpListener.Options(
        "public", settings.bind(), settings.port(n), Setting.PUBLIC_PORT.key());
  }

  private DatabaseSource startPostgres(Path directory) throws IOException {
    if (role == Role.SERVER) {
      throw new ConfigurationException(
          List.of(
              "the role server needs a database: set %s, or use `ekiden up`, which brings its own"
                  .formatted(Setting.DATABASE_URL.variable())));
    }
    EmbeddedPostgres postgres =
        lifeCycle.add(
            "PostgreSQL", OwnPostgres.start(directory, configuration.databasePort(), messages));
    return new DatabaseSource(postgres.address(), Optional.of(postgres.passwordFile()));
  }

  /** What runs programs; it gives its jobs back at once when it stops, and their tasks go on. */
  private Commands startCommands(EngineProcess process, CommandLaunchers launchers) {
    Engine engine = process.services().engine();
    CommandDefinitions definitions = new CommandDefinitions(process.services().database(), engine);
    CommandTasks tasks = new CommandTasks(process.services().database(), engine);
    CommandRunner runner =
        lifeCycle.add(
            "the programs' jobs",
            new CommandRunner(
                engine,
                definitions,
                tasks,
                launchers,
                CommandRunner.Options.of(
                    WorkerName.here("commands"), configuration.commands().concurrency())));
    runner.start();
    return new Commands(definitions, tasks, runner);
  }

  private HttpListener startControlListener(
      EngineProcess process, AccessToken token, ServerFleets fleets, Commands commands) {
    Engine engine = process.services().engine();
    Sessions sessions = new Sessions(token, InstantSource.system());
    process
        .services()
        .metrics()
        .prometheus()
        .register(new QueueGauges(() -> engine.queues().list(), engine::workers));
    HttpListener.RouteTable routes = new HttpListener.RouteTable();
    var own = routes.under("");
    new ServerRoutes(
            this::info,
            readiness(process),
            process.services().metrics().prometheus(),
            token,
            sessions)
        .addTo(own);
    new JobRoutes(engine, commands).addTo(own);
    new CommandRoutes(commands).addTo(own);
    new LogRoutes(engine).addTo(own);
    new BulkRoutes(engine).addTo(own);
    new QueueRoutes(engine).addTo(own);
    new GroupRoutes(engine).addTo(own);
    new LimitRoutes(engine).addTo(own);
    new RetentionRoutes(engine).addTo(own);
    new ScheduleRoutes(engine, commands).addTo(own);
    new BusinessCalendarRoutes(engine).addTo(own);
    new WorkerRoutes(engine, commands).addTo(own);
    new EventRoutes(engine).addTo(own);
    new HistoryRoutes(engine).addTo(own);
    new OverviewRoutes(engine).addTo(own);
    new CostRoutes(
            engine, new Accounts(process.services().database(), engine, configuration.assumed()))
        .addTo(own);
    new FleetRoutes(fleets.fleets(), fleets.program(), fleets::changed).addTo(own);
    for (Application application : applications.all()) {
      var prefixed = routes.under("/" + application.name());
      application
          .openApiResource()
          .ifPresent(resource -> prefixed.get("/openapi.yaml", Documents.route(resource)));
      application.controlRoutes(prefixed, process.services());
    }
    Configuration.Control control = configuration.control();
    return lifeCycle.add(
        "the control listener",
        HttpListener.start(
            controlOptions(),
            new ControlAccess(new KnownHosts(control.hosts()), token, sessions),
            routes));
  }

  private void startPublicListeners(Services services) {
    Configuration.PublicListeners settings = configuration.publicListeners();
    for (Application application : applications.all()) {
      if (!application.hasPublicListener()) {
        continue;
      }
      HttpListener.RouteTable routes = new HttpListener.RouteTable();
      var prefixed = routes.under("/" + application.name());
      application
          .openApiResource()
          .ifPresent(resource -> prefixed.get("/openapi.yaml", Documents.route(resource)));
      application.publicRoutes(prefixed, services);
      HttpListener listener =
          HttpListener.start(
              publicOptions(publicListeners.size()),
              new PublicAccess(
                  new KnownHosts(settings.hosts()),
                  new RateLimiter(settings.ratePerSecond(), settings.burst(), System::nanoTime)),
              routes);
      lifeCycle.add("the public listener of " + application.name(), listener);
      publicListeners.put(application.name(), listener);
    }
  }

  private Readiness readiness(EngineProcess process) {
    return new Readiness(
        List.of(
            check("database", () -> database(process.services().engine())),
            check(
                "schema",
                () -> {
                  process.requireCurrentSchema();
                  return "is what this build runs on";
                }),
            check("workers", () -> workers(process.services().engine()))));
  }

  private static String database(Engine engine) {
    if (!engine.ready()) {
      throw new IllegalStateException("PostgreSQL does not answer");
    }
    return "answers";
  }

  /** Our own workers must hold their leases; others are counted only. */
  private String workers(Engine engine) {
    List<Long> alive = engine.workers().stream().map(worker -> worker.id()).toList();
    Started now = started;
    long missing =
        now == null
            ? 0
            : now.workers().stream().filter(worker -> !alive.contains(worker.id())).count();
    if (missing > 0) {
      throw new IllegalStateException(missing + " of this server's workers hold no lease");
    }
    return alive.size() + " hold a lease";
  }

  private interface Probe {
    String run() throws Exception;
  }

  private static Readiness.Check check(String name, Probe probe) {
    return new Readiness.Check() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String run() throws Exception {
        return probe.run();
      }
    };
  }

  private ServerInfo info() {
    Started now = started();
    return new ServerInfo(
        Version.current(),
        ProcessHandle.current().pid(),
        role.name().toLowerCase(Locale.ROOT),
        now.at(),
        now.control().address(),
        database(),
        applications.all().stream().map(this::info).toList());
  }

  private ApplicationInfo info(Application application) {
    HttpListener listener = publicListeners.get(application.name());
    return new ApplicationInfo(
        application.name(),
        application
            .openApiResource()
            .map(resource -> "/" + application.name() + "/openapi.yaml")
            .orElse(null),
        listener == null ? null : listener.address());
  }

  private void announce(Path directory, Path tokenFile) throws IOException {
    Started now = started();
    lifeCycle.add("the runtime file", () -> Files.deleteIfExists(RuntimeFile.in(directory)));
    new RuntimeFile(
            ProcessHandle.current().pid(),
            now.at(),
            Version.current(),
            address(),
            publicAddresses(),
            tokenFile.toString(),
            now.database().address().url(),
            now.database().address().user(),
            now.database().passwordFile().map(Path::toString).orElse(null))
        .write(directory);
  }

  private static AccessToken provided(Path file) {
    try {
      return AccessToken.read(file);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException(
          List.of("%s: %s".formatted(Setting.TOKEN_FILE.key(), e.getMessage())));
    }
  }

  private Started started() {
    Started now = started;
    if (now == null) {
      throw new ProblemException(
          dev.ekiden.server.Problem.of(503, "starting", "the server is still starting")
              .withRetryAfter(1));
    }
    return now;
  }
}
