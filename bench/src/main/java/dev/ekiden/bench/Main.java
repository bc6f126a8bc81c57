package dev.ekiden.bench;

import dev.ekiden.bench.calendar.CalendarCommand;
import dev.ekiden.bench.chaos.ChaosCommand;
import dev.ekiden.bench.fleet.FitCommand;
import dev.ekiden.bench.fleet.FleetCommand;
import dev.ekiden.bench.forms.FormsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./ekiden bench NAME}. */
@Command(
    name = "ekiden bench",
    description = "Measures and prints a table; --json FILE writes the same figures as JSON.",
    mixinStandardHelpOptions = true,
    subcommands = {
      EngineCommand.class,
      CalendarCommand.class,
      FormsCommand.class,
      SimulateCommand.class,
      FleetCommand.class,
      FitCommand.class,
      ConsoleCommand.class,
      ChaosCommand.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments.length == 0 ? new String[] {"--help"} : arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
  }
}
