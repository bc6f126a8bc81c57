package dev.ekiden.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the contenders written in JavaScript are installed, by npm, once. */
final class NodePeers {
  private static final Path DIRECTORY = Path.of(".ekiden", "bench", "npm");
  private static final List<String> SCRIPTS =
      List.of("contender.mjs", "graphile.mjs", "pg-boss.mjs");
  private static final int INSTALL_MINUTES = 3;

  private static final String PACKAGE =
      """
      {
        "private": true,
        "dependencies": { "graphile-worker": "0.17.3", "pg-boss": "10.4.2", "pg": "^8.16.0" }
      }
      """;

  private NodePeers() {}

  /**
   * Installs them unless they are there.
   *
   * @return the directory of the scripts
   * @throws IOException saying what is missing
   */
  static Path install() throws IOException, InterruptedException {
    Files.createDirectories(DIRECTORY);
    for (String script : SCRIPTS) {
      try (InputStream source = NodePeers.class.getResourceAsStream(script)) {
        if (source == null) {
          throw new IOException("the script " + script + " is not in this build");
        }
        Files.copy(source, DIRECTORY.resolve(script), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path wanted = DIRECTORY.resolve("package.json");
    boolean installed =
        Files.exists(DIRECTORY.resolve("node_modules"))
            && Files.exists(wanted)
            && Files.readString(wanted).equals(PACKAGE);
    run(List.of("node", "--version"));
    if (!installed) {
      Files.writeString(wanted, PACKAGE);
      try {
        run(List.of("npm", "install", "--no-audit", "--no-fund", "--loglevel=error"));
      } catch (IOException e) {
        Files.delete(wanted); // so that the next run tries again
        throw e;
      }
    }
    return DIRECTORY;
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Path log = DIRECTORY.resolve(command.getFirst() + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(DIRECTORY.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      throw new IOException(
          String.join(" ", command) + " took more than " + INSTALL_MINUTES + " minutes");
    }
    if (process.exitValue() != 0) {
      try (Stream<String> lines = Files.lines(log)) {
        throw new IOException(
            String.join(" ", command) + " failed: " + lines.findFirst().orElse("no message"));
      }
    }
  }
}
