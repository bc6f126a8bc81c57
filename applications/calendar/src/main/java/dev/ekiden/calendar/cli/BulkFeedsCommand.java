package dev.ekiden.calendar.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.Field;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar bulk-feeds …}. */
@Command(
    name = "bulk-feeds",
    description = "Availability of all plans as one file for partners.",
    footer = {"", "Examples:", "  ekiden calendar bulk-feeds create"})
final class BulkFeedsCommand {
  private static final String FEEDS = CalendarCommands.ROOT + "/bulk-feeds";

  private static final List<Field> FIELDS =
      List.of(
          Field.of("FILE", "id"),
          Field.of("COMPLETE", "complete"),
          Field.of("FROM", "from"),
          Field.of("TO", "to"),
          Field.number("PLANS", "plans"),
          Field.number("LINES", "lines"),
          Field.number("BYTES", "bytes"),
          Field.number("CHANGES AFTER", "changes"),
          Field.of("SHA-256", "sha256"));

  private final CommandContext context;

  BulkFeedsCommand(CommandContext context) {
    this.context = context;
  }

  @Command(
      name = "list",
      description = "Lists the files, the newest first.",
      footer = {"", "Examples:", "  ekiden calendar bulk-feeds list"})
  int list() {
    context.printer().list(context.api().get(FEEDS), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "create",
      description = "Begins a file; a worker makes it.",
      footer = {"", "Examples:", "  ekiden calendar bulk-feeds create --days 30"})
  int create(
      @Option(names = "--days", paramLabel = "N", description = "From today (default: 90).")
          @Nullable Integer days) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    if (days != null) {
      body.put("days", days);
    }
    context.printer().one(context.api().post(FEEDS, body), FIELDS);
    return ExitCode.OK;
  }

  @Command(
      name = "download",
      description = {
        "Writes a file, compressed lines of JSON, and checks it; it is there as a whole or not at all."
      },
      footer = {
        "",
        "Examples:",
        "  ekiden calendar bulk-feeds download latest availability.ndjson.gz"
      })
  int download(
      @Parameters(paramLabel = "FILE", description = "Its number, or latest.") String feed,
      @Parameters(paramLabel = "TO", description = "Where to write it.") Path to)
      throws IOException {
    JsonNode manifest = context.api().get(FEEDS + "/" + ApiClient.encode(feed));
    Path target = to.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw CommandException.usage("there is no directory " + directory);
    }
    Path part = Files.createTempFile(directory, target.getFileName() + ".", ".part");
    try {
      context.api().getFile(FEEDS + "/" + Field.text(manifest.path("id")) + "/content", part);
      if (!sha256(part).equals(Field.text(manifest.path("sha256")))) {
        throw CommandException.failed("the file came in damaged; nothing was written");
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    context.printer().one(manifest, FIELDS);
    return ExitCode.OK;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
