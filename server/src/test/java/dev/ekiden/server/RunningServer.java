package dev.ekiden.server;

import dev.ekiden.engine.Engine;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.config.Configuration;
import dev.ekiden.server.config.ConfigurationReader;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.config.Settings;
import dev.ekiden.server.process.Applications;
import dev.ekiden.server.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A server with the sample application on a database of the test, on free ports. */
public final class RunningServer implements AutoCloseable {
  private final Path directory;
  private final SampleApplication application = new SampleApplication();
  private final ServerProcess process;

  private RunningServer(Path directory, DatabaseAddress database, Map<Setting, String> more) {
    this.directory = directory;
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.DIRECTORY, directory.toString());
    flags.put(Setting.PORT, "0");
    flags.put(Setting.DATABASE_URL, database.url());
    flags.put(Setting.DATABASE_USER, database.user());
    flags.put(Setting.PUBLIC_RATE, "1000");
    flags.put(Setting.PUBLIC_BURST, "1000");
    flags.putAll(more);
    Configuration configuration =
        ConfigurationReader.read(
            new Settings(flags, Map.of("EKIDEN_DATABASE_PASSWORD", database.password())));
    try {
      process =
          ServerProcess.start(
              Role.UP, configuration, new Applications(List.of(application)), message -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static RunningServer start(Path directory, DatabaseAddress database) {
    return start(directory, database, Map.of());
  }

  public static RunningServer start(
      Path directory, DatabaseAddress database, Map<Setting, String> more) {
    return new RunningServer(directory.resolve(".ekiden"), database, more);
  }

  /** A client without rights. */
  public Http anonymous() {
    return Http.to(process.address());
  }

  /** A client with the token. */
  public Http http() {
    return anonymous().withToken(token());
  }

  /** A client of the sample's public listener. */
  public Http publicHttp() {
    return Http.to(publicAddress());
  }

  public URI address() {
    return process.address();
  }

  public URI publicAddress() {
    return process.publicAddresses().get("sample");
  }

  public String token() {
    try {
      return Files.readString(directory.resolve("token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path directory() {
    return directory;
  }

  public Engine engine() {
    return process.engine();
  }

  public SampleApplication application() {
    return application;
  }

  public ServerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }
}
