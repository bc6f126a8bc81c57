package dev.ekiden.app.console;

import com.microsoft.playwright.options.Cookie;
import dev.ekiden.engine.Engine;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.store.FleetTable;
import dev.ekiden.postgres.Database;
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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A server with the shop, which can be stopped and started again at the same address. */
final class ConsoleServer implements AutoCloseable {
  private final Path directory;
  private final DatabaseAddress database;
  private Shop shop = new Shop();
  private ServerProcess process;
  private final int port;
  private List<Cookie> session = List.of();

  private ConsoleServer(Path directory, DatabaseAddress database) {
    this.directory = directory;
    this.database = database;
    this.process = start(0);
    this.port = process.address().getPort();
  }

  static ConsoleServer start(Path directory, DatabaseAddress database) {
    return new ConsoleServer(directory.resolve(".ekiden"), database);
  }

  Shop.Stock fill() throws InterruptedException {
    return shop.open(engine());
  }

  /** Gives the shop a week that is over, and lets it work through an hour that ends now. */
  void playAWeek(Database data) {
    new ShopWeek(engine(), data).play(Instant.now().minus(Duration.ofMinutes(61)));
    new ShopHour(engine(), data, shop).play();
  }

  /** A fleet that has no workers, because no backlog is ever so long. */
  void keepFleet() {
    Steps steps = new Steps(List.of(new Step(0, 0), new Step(100_000, 2)));
    FleetSpec fleet =
        FleetSpec.of(
            "post",
            List.of("mail"),
            FleetSettings.of(0, 2, steps).withMix(CapacityMix.onDemandToSpot(1, 5)));
    try (Database opened = Database.open(database, 1, "fleet")) {
      opened.useTransaction(handle -> FleetTable.put(handle, fleet));
    }
  }

  /** Enqueues more than the limit of their queue lets start at once. */
  void hurry() {
    shop.images(engine(), 90);
  }

  Engine engine() {
    return process.engine();
  }

  URI address() {
    return process.address();
  }

  /** What {@code up} prints. */
  URI consoleLink() {
    return process.consoleLink();
  }

  /** What a browser has that has opened the console link. */
  List<Cookie> session() {
    if (session.isEmpty()) {
      session = signIn();
    }
    return session;
  }

  private List<Cookie> signIn() {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String cookie =
          client
              .send(HttpRequest.newBuilder(consoleLink()).build(), BodyHandlers.discarding())
              .headers()
              .firstValue("Set-Cookie")
              .orElseThrow();
      int equals = cookie.indexOf('=');
      return List.of(
          new Cookie(cookie.substring(0, equals), cookie.substring(equals + 1, cookie.indexOf(';')))
              .setUrl(address().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void stop() {
    shop.close();
    process.close();
  }

  void startAgain() {
    shop = new Shop();
    process = start(port);
    session = List.of();
  }

  @Override
  public void close() {
    stop();
  }

  private ServerProcess start(int port) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.DIRECTORY, directory.toString());
    flags.put(Setting.PORT, Integer.toString(port));
    flags.put(Setting.DATABASE_URL, database.url());
    flags.put(Setting.DATABASE_USER, database.user());
    Configuration configuration =
        ConfigurationReader.read(
            new Settings(flags, Map.of("EKIDEN_DATABASE_PASSWORD", database.password())));
    try {
      return ServerProcess.start(
          Role.UP, configuration, new Applications(List.of(shop)), message -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
