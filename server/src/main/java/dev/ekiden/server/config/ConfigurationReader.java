package dev.ekiden.server.config;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.account.Capacity;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.config.Configuration.Commands;
import dev.ekiden.server.config.Configuration.Control;
import dev.ekiden.server.config.Configuration.DatabaseSource;
import dev.ekiden.server.config.Configuration.PublicListeners;
import dev.ekiden.server.config.Configuration.Workers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads a {@link Configuration} and reports every mistake together. Used by one thread. */
public final class ConfigurationReader {
  /** Highest port. */
  public static final int MAX_PORT = 65_535;

  /** Most handlers at once of one worker. */
  public static final int MAX_CONCURRENCY = 1_000;

  /** Highest rate and burst of a public listener. */
  public static final int MAX_RATE = 1_000_000;

  /** Longest wait for a database, longest drain. */
  public static final Duration MAX_WAIT = Duration.ofHours(1);

  private final Settings settings;
  private final List<String> mistakes = new ArrayList<>();

  private ConfigurationReader(Settings settings) {
    this.settings = settings;
  }

  /**
   * Reads what a role needs.
   *
   * @throws ConfigurationException with all mistakes
   */
  public static Configuration read(Settings settings) {
    return new ConfigurationReader(settings).read();
  }

  private Configuration read() {
    Configuration configuration =
        new Configuration(
            path(Setting.DIRECTORY).orElse(Path.of(".ekiden")),
            control(),
            publicListeners(),
            database(),
            duration(Setting.DATABASE_WAIT),
            settings
                .value(Setting.DATABASE_PORT)
                .map(value -> integer(Setting.DATABASE_PORT, 1, MAX_PORT)),
            workers(),
            commands(),
            assumed());
    if (!mistakes.isEmpty()) {
      throw new ConfigurationException(mistakes);
    }
    return configuration;
  }

  private Capacity assumed() {
    try {
      return new Capacity(
          PriceList.shipped().named(settings.text(Setting.COST_PRICE).orElse("")),
          Size.of(
              decimal(Setting.COST_VCPUS),
              integer(Setting.COST_MEMORY_MIB, 1, Size.MAX_MEMORY_MIB)));
    } catch (InvalidSettingException e) {
      mistakes.add(
          "%s, %s and %s: %s"
              .formatted(
                  Setting.COST_PRICE.variable(),
                  Setting.COST_VCPUS.variable(),
                  Setting.COST_MEMORY_MIB.variable(),
                  e.getMessage()));
      return Capacity.ofDefault();
    }
  }

  private double decimal(Setting setting) {
    return read(setting, Double::parseDouble, "a number such as 0.5", 1.0);
  }

  private Control control() {
    String bind = address(Setting.BIND);
    List<String> hosts = list(Setting.HOSTS);
    Optional<Path> tokenFile = path(Setting.TOKEN_FILE);
    if (!Configuration.isLoopback(bind)) {
      if (tokenFile.isEmpty()) {
        mistakes.add(
            "bind %s can be reached from other machines, so the access token must be yours: set %s to a file that holds one"
                .formatted(bind, Setting.TOKEN_FILE.variable()));
      }
      if (hosts.isEmpty()) {
        mistakes.add(
            "bind %s can be reached from other machines: name the hosts it is called by in %s"
                .formatted(bind, Setting.HOSTS.variable()));
      }
    }
    return new Control(bind, integer(Setting.PORT, 0, MAX_PORT), hosts, tokenFile);
  }

  private PublicListeners publicListeners() {
    String bind = address(Setting.PUBLIC_BIND);
    List<String> hosts = list(Setting.PUBLIC_HOSTS);
    if (!Configuration.isLoopback(bind) && hosts.isEmpty()) {
      mistakes.add(
          "public-bind %s can be reached from other machines: name the hosts it is called by in %s"
              .formatted(bind, Setting.PUBLIC_HOSTS.variable()));
    }
    int port =
        settings.value(Setting.PUBLIC_PORT).isPresent()
            ? integer(Setting.PUBLIC_PORT, 0, MAX_PORT)
            : followingPort();
    return new PublicListeners(
        bind,
        port,
        hosts,
        integer(Setting.PUBLIC_RATE, 1, MAX_RATE),
        integer(Setting.PUBLIC_BURST, 1, MAX_RATE));
  }

  private int followingPort() {
    // A mistake in the control port is reported where that is read.
    String text = settings.text(Setting.PORT).orElse("0");
    try {
      int port = Integer.parseInt(text);
      return port <= 0 || port >= MAX_PORT ? 0 : port + 1;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private Optional<DatabaseSource> database() {
    Optional<Settings.Value> url = settings.value(Setting.DATABASE_URL);
    Optional<Path> passwordFile = path(Setting.DATABASE_PASSWORD_FILE);
    Optional<String> password = settings.text(Setting.DATABASE_PASSWORD);
    if (url.isEmpty()) {
      for (Setting part :
          List.of(
              Setting.DATABASE_USER, Setting.DATABASE_PASSWORD_FILE, Setting.DATABASE_PASSWORD)) {
        settings
            .value(part)
            .ifPresent(value ->
                mistakes.add(
                    "%s is set but %s is not"
                        .formatted(value.origin(), Setting.DATABASE_URL.variable())));
      }
      return Optional.empty();
    }
    if (passwordFile.isPresent() && password.isPresent()) {
      mistakes.add(
          "set %s or %s, not both"
              .formatted(
                  Setting.DATABASE_PASSWORD_FILE.variable(), Setting.DATABASE_PASSWORD.variable()));
    }
    String secret = passwordFile.map(this::secret).orElse(password.orElse(""));
    try {
      DatabaseAddress address =
          DatabaseAddress.of(
              url.get().text(), settings.text(Setting.DATABASE_USER).orElse(null), secret);
      return Optional.of(new DatabaseSource(address, passwordFile.map(Path::toAbsolutePath)));
    } catch (IllegalArgumentException e) {
      mistakes.add(url.get().origin() + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private Workers workers() {
    Optional<Integer> concurrency =
        settings.value(Setting.CONCURRENCY).isPresent()
            ? Optional.of(integer(Setting.CONCURRENCY, 1, MAX_CONCURRENCY))
            : Optional.empty();
    return new Workers(
        flag(Setting.INLINE_WORKERS),
        list(Setting.QUEUES),
        concurrency,
        settings.text(Setting.NAME),
        duration(Setting.DRAIN));
  }

  private Commands commands() {
    URI engine =
        read(
            Setting.DOCKER_HOST,
            text -> {
              URI uri = URI.create(text);
              boolean unix = "unix".equals(uri.getScheme()) && uri.getPath() != null;
              if (!unix && (!"tcp".equals(uri.getScheme()) || uri.getPort() < 0)) {
                throw new IllegalArgumentException();
              }
              return uri;
            },
            "unix:///PATH or tcp://HOST:PORT",
            URI.create("unix:///var/run/docker.sock"));
    return new Commands(integer(Setting.COMMANDS, 0, MAX_CONCURRENCY), engine);
  }

  private String secret(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (CharacterCodingException e) {
      mistakes.add(Setting.DATABASE_PASSWORD_FILE.key() + ": " + file + " is not UTF-8 text");
    } catch (IOException e) {
      mistakes.add(
          "%s: cannot read %s (%s)"
              .formatted(Setting.DATABASE_PASSWORD_FILE.key(), file, e.getClass().getSimpleName()));
    }
    return "";
  }

  private String address(Setting setting) {
    String text = settings.text(setting).orElse("127.0.0.1");
    try {
      InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      reject(setting, "an address of this machine such as 127.0.0.1 or 0.0.0.0");
    }
    return text;
  }

  private List<String> list(Setting setting) {
    return settings.text(setting).stream()
        .flatMap(text -> Arrays.stream(text.split(",", -1)))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private int integer(Setting setting, int min, int max) {
    return read(
        setting,
        text -> {
          int number = Integer.parseInt(text);
          if (number < min || number > max) {
            throw new IllegalArgumentException();
          }
          return number;
        },
        "a whole number from " + min + " to " + max,
        min);
  }

  private boolean flag(Setting setting) {
    return read(
        setting,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException();
            },
        "true or false",
        false);
  }

  private Duration duration(Setting setting) {
    return read(
        setting,
        text -> {
          Duration duration = Durations.parse(text);
          if (duration.compareTo(MAX_WAIT) > 0) {
            throw new IllegalArgumentException();
          }
          return duration;
        },
        "a time from 0s to " + MAX_WAIT.toHours() + "h, such as 30s, 5m or 1h",
        Duration.ZERO);
  }

  private Optional<Path> path(Setting setting) {
    return settings
        .value(setting)
        .map(value -> read(setting, Path::of, "the path of a file", Path.of(".")));
  }

  private <T> T read(
      Setting setting, Function<String, T> parser, String allowed, T insteadOfMistake) {
    try {
      return parser.apply(settings.text(setting).orElse(""));
    } catch (IllegalArgumentException e) {
      reject(setting, allowed);
      return insteadOfMistake;
    }
  }

  private void reject(Setting setting, String allowed) {
    settings
        .value(setting)
        .ifPresent(value ->
            mistakes.add(
                "%s (%s) must be %s, not '%s'"
                    .formatted(setting.key(), value.origin(), allowed, value.text())));
  }
}
