package dev.ekiden.calendar.cli;

import dev.ekiden.calendar.files.CalendarFile;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.cli.ProgressBar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ekiden calendar export}. */
@Command(
    name = "export",
    description = "Writes the CSV files that `import` reads.",
    footer = {"", "Examples:", "  ekiden calendar export backup/"})
final class ExportCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(paramLabel = "DIR", description = "Made if need be; files in it are replaced.")
  private Path directory = Path.of(".");

  ExportCommand(CommandContext context) {
    this.context = context;
  }

  /**
   * What names something is exported before what is named: nothing is ever removed, so each file
   * names only what the later ones have.
   */
  @Override
  public Integer call() throws IOException {
    Files.createDirectories(directory);
    List<CalendarFile> files = List.of(CalendarFile.values()).reversed();
    try (ProgressBar bar = ProgressBar.start(context.terminal(), "export", files.size())) {
      for (CalendarFile file : files) {
        Files.writeString(
            directory.resolve(file.fileName()),
            context.api().text(CalendarCommands.ROOT + "/export/" + file.fileName()));
        bar.advance(1);
      }
    }
    context.terminal().say("The files are in " + directory + ".");
    return ExitCode.OK;
  }
}
