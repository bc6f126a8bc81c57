package dev.ekiden.server.process;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresException;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.server.config.PrivateFiles;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.http.PortInUseException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts the embedded PostgreSQL of a directory on the port it had the last time, so that other
 * programs find it again.
 */
final class OwnPostgres {
  private static final String PORT = "database-port";
  private static final Pattern PORT_OF_URL = Pattern.compile(":(\\d{1,5})/");
  private static final Pattern KEPT = Pattern.compile("[1-9]\\d{0,4}");

  private OwnPostgres() {}

  /**
   * Starts it.
   *
   * @param wanted the port it must have, if one is set
   * @param messages told when the port it had is taken and another one is chosen
   */
  static EmbeddedPostgres start(Path directory, Optional<Integer> wanted, Consumer<String> messages)
      throws IOException {
    EmbeddedPostgresOptions options = EmbeddedPostgresOptions.in(directory.resolve("postgres"));
    Path file = directory.resolve(PORT);
    EmbeddedPostgres postgres =
        wanted.isPresent()
            ? startOn(options, wanted.get())
            : startAsBefore(options, kept(file), messages);
    Matcher port = PORT_OF_URL.matcher(postgres.address().url());
    if (port.find()) {
      PrivateFiles.write(file, (port.group(1) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return postgres;
  }

  private static EmbeddedPostgres startOn(EmbeddedPostgresOptions options, int port) {
    try {
      return EmbeddedPostgres.start(options.withPort(port));
    } catch (EmbeddedPostgresException e) {
      throw isFree(port)
          ? e
          : new PortInUseException(e.getMessage() + " with " + Setting.DATABASE_PORT.flag(), e);
    }
  }

  private static EmbeddedPostgres startAsBefore(
      EmbeddedPostgresOptions options, int port, Consumer<String> messages) {
    try {
      return EmbeddedPostgres.start(options.withPort(port));
    } catch (EmbeddedPostgresException e) {
      if (port == 0 || isFree(port)) {
        throw e;
      }
      messages.accept(
          "Port %d, which the embedded PostgreSQL had, belongs to another program now; another one is chosen and kept"
              .formatted(port));
      return EmbeddedPostgres.start(options);
    }
  }

  /** The port of the last start, 0 when there was none. */
  private static int kept(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    String text = Files.readString(file).strip();
    return KEPT.matcher(text).matches() && Integer.parseInt(text) <= 65_535
        ? Integer.parseInt(text)
        : 0;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
