package dev.ekiden.server.cli;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every verb that talks to a server. Filled by picocli. */
final class ClientOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table (default), json or jsonl.")
  Output output = Output.table;

  @Option(
      names = "--address",
      paramLabel = "URL",
      description = "The server to talk to; the one of the directory if not given.")
  @Nullable URI address;

  @Option(names = "--token-file", paramLabel = "FILE", description = "File with its access token.")
  @Nullable Path tokenFile;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Where the server keeps its state (default: .ekiden).")
  @Nullable Path directory;
}
