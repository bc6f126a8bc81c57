package dev.ekiden.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where the embedded server keeps its data and how it runs.
 *
 * @param directory for data, password, log and settings; made if missing, readable by us alone
 * @param cache where the server's programs are unpacked, shared by all servers of a user
 * @param port to listen on at 127.0.0.1; 0 chooses a free one at each start
 * @param settings PostgreSQL settings that override ours ({@code shared_buffers} → {@code 1GB})
 */
public record EmbeddedPostgresOptions(
    Path directory, Path cache, int port, Map<String, String> settings) {

  private static final int MAX_PORT = 65_535;
  private static final Pattern SETTING_NAME = Pattern.compile("[a-z_]+(\\.[a-z_]+)?");

  /** A commit that was confirmed survives a crash: that is not for sale. */
  static final Set<String> DURABILITY = Set.of("fsync", "full_page_writes", "synchronous_commit");

  /** Where and as what the server is reached is ours to decide. */
  private static final Set<String> OURS =
      Set.of(
          "config_file",
          "data_directory",
          "hba_file",
          "ident_file",
          "listen_addresses",
          "port",
          "unix_socket_directories");

  public EmbeddedPostgresOptions {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("The port must be 0 to " + MAX_PORT + " but is " + port);
    }
    settings = Map.copyOf(settings);
    settings.forEach(EmbeddedPostgresOptions::check);
  }

  /**
   * A server with our defaults on a free port, its programs in {@code $EKIDEN_CACHE} or the user's
   * cache directory.
   */
  public static EmbeddedPostgresOptions in(Path directory) {
    return new EmbeddedPostgresOptions(directory, CacheDirectory.ofUser(), 0, Map.of());
  }

  public EmbeddedPostgresOptions withCache(Path otherCache) {
    return new EmbeddedPostgresOptions(directory, otherCache, port, settings);
  }

  public EmbeddedPostgresOptions withPort(int otherPort) {
    return new EmbeddedPostgresOptions(directory, cache, otherPort, settings);
  }

  /** Adds one setting, or replaces it. */
  public EmbeddedPostgresOptions withSetting(String name, String value) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(name, value);
    return new EmbeddedPostgresOptions(directory, cache, port, more);
  }

  private static void check(String name, String value) {
    if (!SETTING_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("This is not the name of a PostgreSQL setting: " + name);
    }
    if (DURABILITY.contains(name)) {
      throw new IllegalArgumentException(
          "The setting " + name + " stays on: without it a crash loses what was committed");
    }
    if (OURS.contains(name)) {
      throw new IllegalArgumentException(
          "The setting " + name + " is chosen by the embedded server itself");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "The value of the setting " + name + " has control characters in it");
    }
  }
}
