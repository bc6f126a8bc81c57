package dev.ekiden.server.cli;

import dev.ekiden.fleet.command.CommandDefinition;
import dev.ekiden.fleet.command.CommandFile;
import dev.ekiden.fleet.command.InvalidParameterException;
import dev.ekiden.fleet.command.LocalRun;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.config.Setting;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ekiden definitions run}. Needs no server for a definition in a file. */
@Command(
    name = "run",
    description = {
      "Runs a definition of a program on the spot, without a server or database: its output comes here,"
          + " and its exit code. Ctrl-C asks it to end, and kills it after its grace."
    },
    footer = {
      "",
      "Exit codes: the program's own; 128 and the signal's number if one ended it, 124 after its"
          + " timeout, 137 out of memory, 126 if it could not be started.",
      "",
      "Examples:",
      "  ekiden definitions run -f sort.yaml --local --parameter file=/data/numbers.txt",
      "  ekiden definitions run -f sort.yaml --dry-run --parameter file=/data/numbers.txt",
      "  ekiden definitions run sort-numbers --local --parameter file=/data/numbers.txt"
    })
final class RunCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(
      paramLabel = "DEFINITION",
      arity = "0..1",
      description = "Which: of the file if it has several, else of the running server.")
  private @Nullable String name;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "A YAML file, or a directory of such files.")
  private @Nullable Path file;

  @Option(names = "--local", description = "Runs it here; without it, use `ekiden jobs submit`.")
  private boolean local;

  @Option(
      names = "--dry-run",
      description = "Prints what would be launched, secrets masked, and launches nothing.")
  private boolean dryRun;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description = "A parameter; once for each.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--docker-host",
      paramLabel = "URL",
      description = "The Docker Engine that runs images (default: unix:///var/run/docker.sock).")
  private URI docker = URI.create(Setting.DOCKER_HOST.fallback().orElseThrow());

  RunCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!local && !dryRun) {
      throw CommandException.usage(
          "say --local to run it here, or --dry-run to see what would be run; `ekiden jobs submit`"
              + " makes it a job of a server");
    }
    try (LocalRun run = LocalRun.of(definition(), parameters, System.getenv(), docker)) {
      if (dryRun) {
        run.plan().lines().forEach(context.terminal().out()::println);
        context.terminal().out().flush();
        return 0;
      }
      Thread stop = new Thread(run::stop, "ekiden-stop");
      Runtime.getRuntime().addShutdownHook(stop);
      int code = run.run(System.out, System.err);
      if (run.isStopping()) {
        // The process ends already, with the code of the signal that it got.
        return code;
      }
      Runtime.getRuntime().removeShutdownHook(stop);
      run.ending().ifPresent(text -> context.terminal().say("ekiden: " + text));
      return code;
    } catch (YamlException | InvalidParameterException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    } catch (LaunchException e) {
      throw CommandException.failed(
          e.getCause() == null || e.getCause().getMessage() == null
              ? String.valueOf(e.getMessage())
              : e.getMessage() + ": " + e.getCause().getMessage());
    }
  }

  private CommandDefinition definition() {
    Path from = file;
    String wanted = name;
    if (from == null) {
      if (wanted == null) {
        throw CommandException.usage("name a definition, or a file with -f");
      }
      String source =
          Field.text(
              context
                  .api()
                  .get(DefinitionsCommand.revisions(wanted))
                  .path("items")
                  .get(0)
                  .path("source"));
      return CommandFile.parse(wanted, source);
    }
    List<CommandDefinition> found =
        DocumentFiles.read(from).stream()
            .map(document -> CommandFile.parse(document.file(), document.text()))
            .filter(definition -> wanted == null || definition.name().equals(wanted))
            .toList();
    if (found.size() != 1) {
      throw CommandException.usage(
          wanted == null
              ? "%s has %d definitions: name one of %s"
                  .formatted(
                      from,
                      found.size(),
                      String.join(", ", found.stream().map(CommandDefinition::name).toList()))
              : "%s has no definition '%s'".formatted(from, wanted));
    }
    return found.getFirst();
  }
}
