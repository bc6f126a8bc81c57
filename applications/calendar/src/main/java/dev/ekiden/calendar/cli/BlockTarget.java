package dev.ekiden.calendar.cli;

import dev.ekiden.server.cli.ApiClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a calendar of another system blocks: {@code --space} or {@code --resource}. */
final class BlockTarget {

  @Option(names = "--space", required = true, paramLabel = "CODE", description = "Blocks a space.")
  private @Nullable String space;

  @Option(
      names = "--resource",
      required = true,
      paramLabel = "CODE",
      description = "Blocks a resource, and with it every space that uses it.")
  private @Nullable String resource;

  String path() {
    return CalendarCommands.ROOT
        + (space != null
            ? "/spaces/" + ApiClient.encode(space)
            : "/resources/" + ApiClient.encode(String.valueOf(resource)))
        + "/blocks";
  }
}
