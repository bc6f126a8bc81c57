package dev.ekiden.embedded;

import java.util.Map;
import java.util.TreeMap;

/** The settings of the server, as the text of its {@code postgresql.conf}. */
final class ServerSettings {

  private ServerSettings() {}

  /**
   * @param lz4 whether the server's programs can compress with it
   * @param chosen settings that override ours
   */
  static String text(boolean lz4, Map<String, String> chosen) {
    Map<String, String> settings = new TreeMap<>(defaults());
    settings.put("wal_compression", lz4 ? "lz4" : "off");
    settings.putAll(chosen);
    StringBuilder text = new StringBuilder("# Written by Ekiden at each start: edits are lost.\n");
    settings.forEach((name, value) ->
        text.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
    return text.toString();
  }

  /** Made for one developer's machine: little memory, few checkpoints, eager vacuum. */
  private static Map<String, String> defaults() {
    return Map.ofEntries(
        Map.entry("autovacuum_naptime", "5s"),
        Map.entry("checkpoint_timeout", "15min"),
        Map.entry("jit", "off"),
        Map.entry("listen_addresses", "127.0.0.1"),
        Map.entry("log_checkpoints", "off"),
        Map.entry("log_line_prefix", "%m [%p] %a "),
        Map.entry("log_timezone", "UTC"),
        Map.entry("max_connections", "100"),
        Map.entry("max_wal_size", "2GB"),
        Map.entry("password_encryption", "scram-sha-256"),
        Map.entry("shared_buffers", "256MB"),
        Map.entry("timezone", "UTC"),
        Map.entry("unix_socket_directories", ""));
  }
}
