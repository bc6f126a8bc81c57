package dev.ekiden.server.cli;

import dev.ekiden.server.Application;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.config.ConfigurationException;
import dev.ekiden.server.config.Durations;
import dev.ekiden.server.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Builds the command line: the verbs that talk to a server, and what applications add. */
public final class CommandTree {
  private final Terminal terminal;
  private final Map<String, String> environment;
  private final ClientOptions options = new ClientOptions();

  public CommandTree(Terminal terminal, Map<String, String> environment) {
    this.terminal = terminal;
    this.environment = environment;
  }

  /**
   * A command line to which the roles can still be added.
   *
   * @param version what {@code --version} prints
   */
  public CommandLine build(String version, List<Application> applications) {
    LazyContext context = new LazyContext();
    CommandLine root =
        new CommandLine(CommandSpec.create().name("ekiden").version("ekiden " + version));
    root.getCommandSpec()
        .usageMessage()
        .description("A job queue in your PostgreSQL that also starts the workers.")
        .footer(
            "",
            "Examples:",
            "  ekiden up               start everything on this machine",
            "  ekiden demo             see the applications at work",
            "  ekiden jobs list        what is going on",
            "",
            "Where the sources are, ./ekiden has these too: bench, image, test, format, pictures.",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong command line or request, 3 declined or timed out,",
            "4 not allowed, 5 the job did not succeed, 6 not found, 7 no server, 8 not yet ended,",
            "130 interrupted.");
    CommandLine jobs = new CommandLine(new JobsCommand(context));
    List.of(
            new SubmitCommand(context),
            new RetryCommand(context),
            new CloneCommand(context),
            new CancelCommand(context))
        .forEach(jobs::addSubcommand);
    addOptions(jobs);
    root.addSubcommand(jobs);
    CommandLine definitions = new CommandLine(new DefinitionsCommand(context));
    definitions.addSubcommand(new RunCommand(context));
    addOptions(definitions);
    root.addSubcommand(definitions);
    for (Object command :
        List.of(
            new QueuesCommand(context),
            new GroupsCommand(context),
            new LimitsCommand(context),
            new RetentionCommand(context),
            new SchedulesCommand(context),
            new BusinessCalendarsCommand(context),
            new WorkersCommand(context),
            new FleetsCommand(context),
            new CostsCommand(context),
            new OverviewCommand(context),
            new ApplyCommand(context),
            new HistoryCommand(context),
            new StatusCommand(context),
            new OpenApiCommand(context))) {
      CommandLine line = new CommandLine(command);
      addOptions(line);
      root.addSubcommand(line);
    }
    for (Application application : applications) {
      addApplication(root, application, context);
    }
    CommandLine simulate = new CommandLine(new SimulateCommand(context));
    addOptions(simulate);
    root.addSubcommand(simulate);
    root.addSubcommand(new CommandLine(new CompletionCommand(context)));
    root.addSubcommand(new CommandLine(new HelpCommand()));
    return root;
  }

  /** Finishes a command line when everything has been added. */
  public CommandLine finish(CommandLine root) {
    addHelp(root);
    root.getCommandSpec()
        .addOption(
            OptionSpec.builder("-V", "--version")
                .type(boolean.class)
                .versionHelp(true)
                .description("Show the version.")
                .build());
    root.registerConverter(Duration.class, CommandTree::duration);
    root.setOut(terminal.out());
    root.setErr(terminal.err());
    root.setUsageHelpWidth(100);
    root.setUsageHelpAutoWidth(true);
    // --payload @FILE is ours.
    root.setExpandAtFiles(false);
    root.setParameterExceptionHandler((mistake, args) -> UsageMistake.tell(mistake, terminal));
    root.setExecutionExceptionHandler((failure, line, result) -> report(failure));
    new Settings(Map.of(), environment)
        .unknownVariables()
        .forEach(name ->
            terminal.say("warning: " + name + " is not a setting of Ekiden; it is ignored"));
    return root;
  }

  /** Says what went wrong and chooses the exit code. */
  private int report(Exception failure) {
    if (failure instanceof CommandException command) {
      terminal.say("ekiden: " + Table.printable(String.valueOf(command.getMessage())));
      return command.exitCode();
    }
    if (failure instanceof ConfigurationException configuration) {
      configuration.mistakes().forEach(mistake -> terminal.say("ekiden: " + mistake));
      return ExitCode.USAGE;
    }
    terminal.say("ekiden: " + describe(failure));
    return ExitCode.FAILED;
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  private void addApplication(CommandLine root, Application application, CommandContext context) {
    List<Object> commands = application.commands(context);
    if (commands.isEmpty()) {
      return;
    }
    CommandLine noun = new CommandLine(CommandSpec.create().name(application.name()));
    noun.getCommandSpec()
        .usageMessage()
        .description("Commands of the application " + application.name() + ".")
        .footer("", "Examples:", "  ekiden %s --help".formatted(application.name()));
    for (Object command : commands) {
      noun.addSubcommand(new CommandLine(command));
    }
    addOptions(noun);
    root.addSubcommand(noun);
  }

  /** Every verb has the same options and fills the same object; only one verb runs. */
  private void addOptions(CommandLine line) {
    if (line.getSubcommands().isEmpty()) {
      line.getCommandSpec().addMixin("client", CommandSpec.forAnnotatedObject(options));
    } else {
      line.getSubcommands().values().forEach(this::addOptions);
    }
  }

  /**
   * By hand, because picocli's own mixin would have to be there before the parameters of the
   * methods that are commands.
   */
  private static void addHelp(CommandLine line) {
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .type(boolean.class)
                .usageHelp(true)
                .description("Show this help.")
                .build());
    line.getSubcommands().values().forEach(CommandTree::addHelp);
  }

  private static Duration duration(String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(e.getMessage());
    }
  }

  private final class LazyContext implements CommandContext {
    private @Nullable ApiClient api;

    @Override
    public ApiClient api() {
      if (api == null) {
        api = new ServerLocator(options, environment).locate();
      }
      return api;
    }

    @Override
    public Printer printer() {
      return new Printer(terminal.out(), options.output);
    }

    @Override
    public Terminal terminal() {
      return terminal;
    }
  }
}
