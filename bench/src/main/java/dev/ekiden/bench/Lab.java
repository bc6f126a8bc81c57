package dev.ekiden.bench;

import dev.ekiden.bench.contender.ContenderMain;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.Terminal;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL for all who are measured, an empty database for each, and their processes. */
public final class Lab implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size");

  private final Terminal terminal;
  private final Path directory;
  private final EmbeddedPostgres server;
  private final PostgresProbe probe;
  private @Nullable Path nodePeers;
  private int databases;
  private int children;

  private Lab(Terminal terminal, Path directory, EmbeddedPostgres server) {
    this.terminal = terminal;
    this.directory = directory;
    this.server = server;
    this.probe = new PostgresProbe(server.pid());
  }

  public static Lab open(Terminal terminal) throws IOException {
    Path directory = Files.createTempDirectory("ekiden-bench");
    return AtExit.close(
        new Lab(
            terminal,
            directory,
            EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory.resolve("postgres")))));
  }

  public Terminal terminal() {
    return terminal;
  }

  public PostgresProbe probe() {
    return probe;
  }

  DatabaseAddress address() {
    return server.address();
  }

  /** Says what the server promises. */
  public void printSettings() throws SQLException {
    try (Connection connection = connect(address());
        Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
          row.next();
          terminal.say(setting + " = " + row.getString(1));
        }
      }
    }
  }

  /** An empty database. */
  public DatabaseAddress createDatabase() throws SQLException {
    String name = "bench_" + ++databases;
    execute(address(), "CREATE DATABASE " + name);
    String url = address().url();
    return new DatabaseAddress(
        url.substring(0, url.lastIndexOf('/') + 1) + name, address().user(), address().password());
  }

  void dropDatabase(DatabaseAddress database) throws SQLException {
    String name = database.url().substring(database.url().lastIndexOf('/') + 1);
    execute(address(), "DROP DATABASE " + name + " WITH (FORCE)");
  }

  public Connection connect(DatabaseAddress database) throws SQLException {
    return DriverManager.getConnection(database.url(), database.user(), database.password());
  }

  public void execute(DatabaseAddress database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Starts a Java contender with the class path, and on the Java, of this process. */
  Child java(DatabaseAddress database, String contender, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dlogback.configurationFile=dev/ekiden/bench/logback-contender.xml");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ContenderMain.class.getName());
    command.add(contender);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                ContenderMain.URL, database.url(),
                ContenderMain.USER, database.user(),
                ContenderMain.PASSWORD, database.password()));
    return new Child(builder, log(contender));
  }

  /** Whether contenders in JavaScript can be run; says why not. */
  boolean hasNode() throws InterruptedException {
    if (nodePeers == null) {
      try {
        nodePeers = NodePeers.install();
      } catch (IOException e) {
        terminal.say("graphile-worker and pg-boss are skipped: " + e.getMessage());
        return false;
      }
    }
    return true;
  }

  /** Starts a contender in JavaScript. */
  Child node(DatabaseAddress database, String script, String... arguments) throws IOException {
    if (nodePeers == null) {
      throw new IllegalStateException("node has not been asked for");
    }
    List<String> command = new ArrayList<>(List.of("node", script + ".mjs"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(nodePeers.toFile());
    URI uri = URI.create(database.url().substring("jdbc:".length()));
    builder
        .environment()
        .put(
            "EKIDEN_BENCH_POSTGRES",
            "postgres://%s:%s@%s:%d%s"
                .formatted(
                    database.user(),
                    URLEncoder.encode(database.password(), StandardCharsets.UTF_8),
                    uri.getHost(),
                    uri.getPort(),
                    uri.getPath()));
    builder.environment().put("NO_LOG_SUCCESS", "1"); // or graphile-worker logs every job
    return new Child(builder, log(script));
  }

  private Path log(String contender) {
    return directory.resolve(contender + "-" + ++children + ".log");
  }

  /** Stops the server and deletes all; again: does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    server.close();
    EmbeddedPostgres.delete(directory.resolve("postgres"));
    try (Stream<Path> left = Files.list(directory)) {
      for (Path path : left.toList()) {
        Files.delete(path);
      }
    }
    Files.delete(directory);
  }
}
