package dev.ekiden.server.config;

import dev.ekiden.server.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a running server tells the workers and commands on its machine, in {@code runtime.json} of
 * its directory. It holds no secret, only the files that do.
 *
 * @param pid the server's process
 * @param startedAt when it was ready
 * @param version its version
 * @param address its control listener
 * @param publicAddresses the public listeners by application
 * @param tokenFile where the access token is
 * @param databaseUrl the database
 * @param databaseUser its user
 * @param passwordFile where the user's password is; null when it came from a variable
 */
public record RuntimeFile(
    long pid,
    Instant startedAt,
    String version,
    URI address,
    Map<String, URI> publicAddresses,
    String tokenFile,
    String databaseUrl,
    String databaseUser,
    @Nullable String passwordFile) {

  private static final String NAME = "runtime.json";

  /** Where it is in a directory. */
  public static Path in(Path directory) {
    return directory.resolve(NAME);
  }

  /** Reads the file of a directory; empty when there is none. */
  public static Optional<RuntimeFile> read(Path directory) throws IOException {
    Path file = in(directory);
    try {
      return Optional.of(Json.MAPPER.readValue(Files.readAllBytes(file), RuntimeFile.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new IOException(file + " is not a runtime file: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes the file of a directory, readable by its owner only. */
  public void write(Path directory) throws IOException {
    PrivateFiles.write(in(directory), Json.MAPPER.writeValueAsBytes(this));
  }

  /** Whether the process that wrote it still runs. */
  public boolean isAlive() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }
}
