package dev.ekiden.server.process;

import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.TaskId;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.Configuration;
import dev.ekiden.server.config.ConfigurationReader;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.config.Settings;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command that runs a role. Its flags are the role's settings; their values are read by {@link
 * ConfigurationReader}, so that all mistakes are told together.
 */
public final class RoleCommand implements Callable<Integer> {
  /** Set by the launcher: how it was called. */
  private static final String COMMAND_PROPERTY = "ekiden.command";

  private static final String DEFAULT_DIRECTORY = ".ekiden";

  private final Role role;
  private final Applications applications;
  private final Terminal terminal;
  private final Map<String, String> environment;
  private final CommandSpec spec;

  private RoleCommand(
      Role role, Applications applications, Terminal terminal, Map<String, String> environment) {
    this.role = role;
    this.applications = applications;
    this.terminal = terminal;
    this.environment = environment;
    this.spec = CommandSpec.wrapWithoutInspection(this);
  }

  /** The command of a role, to be added to the command line. */
  public static CommandLine of(
      Role role, Applications applications, Terminal terminal, Map<String, String> environment) {
    RoleCommand command = new RoleCommand(role, applications, terminal, environment);
    for (Setting setting : Setting.of(role)) {
      command.spec.addOption(
          OptionSpec.builder(setting.flag())
              .type(String.class)
              .paramLabel(setting.label())
              .description(
                  capitalized(setting.description())
                      + setting.fallback().map(text -> " (default: " + text + ").").orElse("."))
              .build());
    }
    command.describe();
    return new CommandLine(command.spec);
  }

  @Override
  public Integer call() throws Exception {
    return switch (role) {
      case UP, SERVER -> serve();
      case WORKER -> work();
      case MIGRATE -> migrate();
      case DEMO -> demo();
    };
  }

  private void describe() {
    switch (role) {
      case UP ->
          describe(
              "Starts everything on this machine and keeps its state in .ekiden.",
              "  ekiden up",
              "  ekiden up --port 9000 --directory /var/lib/ekiden",
              "  EKIDEN_DATABASE_URL=jdbc:postgresql://db/ekiden EKIDEN_DATABASE_USER=ekiden \\",
              "    EKIDEN_DATABASE_PASSWORD_FILE=/run/secrets/db ekiden up");
      case SERVER ->
          describe(
              "Starts the server on a PostgreSQL of yours.",
              "  ekiden server --database-url jdbc:postgresql://db/ekiden --database-user ekiden \\",
              "    --database-password-file /run/secrets/db");
      case WORKER ->
          describe(
              "Runs jobs in a process of its own, for the server that runs here or for a database.",
              "  ekiden worker",
              "  ekiden worker --queues mail,reports --concurrency 4");
      case MIGRATE ->
          describe(
              "Brings a database to the version of this build and ends.",
              "  ekiden migrate --database-url jdbc:postgresql://db/ekiden --database-user ekiden \\",
              "    --database-password-file /run/secrets/db");
      case DEMO -> {
        describe(
            "Shows the applications at work on a fresh database and prints what it measured.",
            "  ekiden demo",
            "  ekiden demo calendar --full --json figures.json");
        DemoArguments.addTo(spec);
      }
    }
    spec.name(role.name().toLowerCase(Locale.ROOT));
  }

  private void describe(String description, String... examples) {
    String[] footer = new String[examples.length + 2];
    footer[0] = "";
    footer[1] = "Examples:";
    System.arraycopy(examples, 0, footer, 2, examples.length);
    spec.usageMessage().description(description).footer(footer);
  }

  private int serve() throws Exception {
    StopSignal stop = StopSignal.install();
    ServerProcess started;
    try {
      started = ServerProcess.start(role, configuration(), applications, terminal::say);
    } catch (Exception e) {
      return interrupted(stop, e);
    }
    try (ServerProcess server = started) {
      stop.started();
      announce(server);
      stop.await();
      terminal.say("Stopping; once more ends at once.");
    }
    terminal.say("Stopped.");
    return ExitCode.OK;
  }

  private int work() throws Exception {
    StopSignal stop = StopSignal.install();
    Configuration configuration = configuration();
    Optional<TaskId> task = task(configuration);
    Optional<WorkerProcess> started;
    try {
      started = WorkerProcess.start(configuration, applications, terminal::say, task);
    } catch (Exception e) {
      return interrupted(stop, e);
    }
    if (started.isEmpty()) {
      terminal.say("Its fleet does not want this worker any more.");
      return ExitCode.OK;
    }
    try (WorkerProcess worker = started.get()) {
      stop.started();
      task.ifPresent(id -> worker.follow(id, stop::end));
      terminal.say("Running jobs of " + worker.database() + ":");
      worker.descriptions().forEach(description -> terminal.say("  queues " + description));
      terminal.say("  definitions " + String.join(", ", worker.definitions()));
      terminal.say("Stop with Ctrl-C.");
      stop.await();
      terminal.say("Stopping; once more ends at once.");
    }
    terminal.say("Stopped.");
    return ExitCode.OK;
  }

  /** The task of a fleet that this process is: its launcher said so, and its name is that. */
  private Optional<TaskId> task(Configuration configuration) {
    return Optional.ofNullable(environment.get(Launcher.TASK_VARIABLE))
        .filter(id -> configuration.workers().name().equals(Optional.of(id)))
        .map(TaskId::of);
  }

  /** A start that was cut short by a signal did what it should. */
  private static int interrupted(StopSignal stop, Exception failure) throws Exception {
    if (stop.isAsked()) {
      return ExitCode.INTERRUPTED;
    }
    throw failure;
  }

  private int migrate() throws Exception {
    Configuration configuration = configuration();
    var address = WorkerProcess.database(configuration);
    DatabaseWait.await(address, configuration.databaseWait(), terminal::say);
    try (LifeCycle lifeCycle = new LifeCycle()) {
      EngineProcess.ofServer("migrate", address, applications, lifeCycle).migrate();
    }
    terminal.say(address + " has the tables of this build (" + Version.current() + ").");
    return ExitCode.OK;
  }

  private int demo() throws Exception {
    QuietLog.warningsOnly();
    DemoArguments arguments = DemoArguments.of(spec.commandLine().getParseResult());
    Settings settings = settings();
    String directory = settings.text(Setting.DIRECTORY).orElse(DEFAULT_DIRECTORY) + "/demo";
    // A demonstration never touches a database of yours, nor a port that may be taken.
    Map<Setting, String> own = new EnumMap<>(Setting.class);
    own.put(Setting.DIRECTORY, directory);
    own.put(Setting.PORT, "0");
    // Its customers are all one client, this process.
    own.put(Setting.PUBLIC_RATE, Integer.toString(ConfigurationReader.MAX_RATE));
    own.put(Setting.PUBLIC_BURST, Integer.toString(ConfigurationReader.MAX_RATE));
    new DemoPlayer(terminal, applications, arguments.options())
        .play(ConfigurationReader.read(new Settings(own, Map.of())));
    return ExitCode.OK;
  }

  private void announce(ServerProcess server) {
    var out = terminal.out();
    out.println();
    // The one link that holds the token is for whoever starts it by hand.
    out.println("Ekiden " + Version.current() + " is up.");
    out.println(
        role == Role.UP
            ? "  Console    " + server.consoleLink()
            : "  Console    " + server.address());
    out.println("  API        " + server.address() + "/openapi.yaml");
    server
        .publicAddresses()
        .forEach((name, address) -> out.println("  Public     " + address + "/" + name));
    server
        .publicPages()
        .forEach((name, page) -> out.println("  Page       %s (%s)".formatted(page, name)));
    var database = server.database();
    out.println(
        "  Database   "
            + database.url()
            + " as "
            + database.user()
            + (database.embedded() ? " (embedded)" : ""));
    out.println("  Stop       Ctrl-C");
    String command = System.getProperty(COMMAND_PROPERTY, "ekiden");
    out.println("  Next       %1$s status   %1$s jobs list   %1$s worker".formatted(command));
    out.println();
    out.flush();
  }

  private Configuration configuration() {
    return ConfigurationReader.read(settings());
  }

  private Settings settings() {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.of(role)) {
      String value = spec.commandLine().getParseResult().matchedOptionValue(setting.flag(), "");
      if (!value.isEmpty()) {
        flags.put(setting, value);
      }
    }
    return new Settings(flags, environment);
  }

  private static String capitalized(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
