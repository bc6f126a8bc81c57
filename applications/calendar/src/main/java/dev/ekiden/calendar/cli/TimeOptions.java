package dev.ekiden.calendar.cli;

import picocli.CommandLine.Option;

/** The time that a verb is about. Filled in by picocli. */
final class TimeOptions {
  @Option(
      names = "--start",
      required = true,
      paramLabel = "TIME",
      description = "On the venue's clock, or with an offset.")
  private String start = "";

  @Option(names = "--end", required = true, paramLabel = "TIME", description = "The same.")
  private String end = "";

  String start() {
    return start;
  }

  String end() {
    return end;
  }
}
