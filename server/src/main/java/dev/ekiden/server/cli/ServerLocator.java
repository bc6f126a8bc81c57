package dev.ekiden.server.cli;

import dev.ekiden.server.config.RuntimeFile;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.http.AccessToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds the server a command talks to: flag, then variable, then the directory's runtime file. */
final class ServerLocator {
  private final ClientOptions options;
  private final Map<String, String> environment;

  ServerLocator(ClientOptions options, Map<String, String> environment) {
    this.options = options;
    this.environment = environment;
  }

  /**
   * @throws CommandException when no server can be named, or its token not be read
   */
  ApiClient locate() {
    Optional<URI> address = address();
    Optional<RuntimeFile> runtime = runtime();
    if (address.isPresent()) {
      // The token of the server here is nobody else's business.
      boolean isLocal = runtime.map(r -> r.address().equals(address.get())).orElse(false);
      Optional<Path> local = isLocal ? runtime.map(r -> Path.of(r.tokenFile())) : Optional.empty();
      return new ApiClient(address.get(), tokenFile().or(() -> local).map(this::token));
    }
    if (runtime.isEmpty()) {
      throw CommandException.noServer(
          "no server runs in %s; start one with `ekiden up`, or name one with --address"
              .formatted(directory().toAbsolutePath().normalize()));
    }
    RuntimeFile found = runtime.get();
    if (!found.isAlive()) {
      throw CommandException.noServer(
          "the server of %s is gone (process %d); start it again with `ekiden up`"
              .formatted(directory().toAbsolutePath().normalize(), found.pid()));
    }
    Path file = tokenFile().orElse(Path.of(found.tokenFile()));
    return new ApiClient(found.address(), Optional.of(token(file)));
  }

  private Optional<URI> address() {
    Optional<URI> address =
        Optional.ofNullable(options.address)
            .or(() -> variable(Setting.ADDRESS).map(ServerLocator::uri));
    address
        .filter(uri -> uri.getHost() == null || !isHttp(uri))
        .ifPresent(uri -> {
          throw CommandException.usage(
              "the address must be like http://127.0.0.1:8080, not '" + uri + "'");
        });
    return address;
  }

  private Optional<Path> tokenFile() {
    return Optional.ofNullable(options.tokenFile)
        .or(() -> variable(Setting.TOKEN_FILE).map(Path::of));
  }

  private Path directory() {
    return Optional.ofNullable(options.directory)
        .or(() -> variable(Setting.DIRECTORY).map(Path::of))
        .or(() -> Setting.DIRECTORY.fallback().map(Path::of))
        .orElseThrow();
  }

  private Optional<RuntimeFile> runtime() {
    try {
      return RuntimeFile.read(directory());
    } catch (IOException e) {
      throw CommandException.failed("cannot read the runtime file: " + e.getMessage());
    }
  }

  private String token(Path file) {
    try {
      return AccessToken.read(file).secret();
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandException(
          dev.ekiden.server.ExitCode.FORBIDDEN,
          "cannot read the access token from %s: %s".formatted(file, e.getMessage()));
    }
  }

  private Optional<String> variable(Setting setting) {
    return Optional.ofNullable(environment.get(setting.variable())).filter(v -> !v.isEmpty());
  }

  private static boolean isHttp(URI uri) {
    return "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
  }

  private static URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(
          "EKIDEN_ADDRESS must be like http://127.0.0.1:8080, not '" + text + "'");
    }
  }
}
