package dev.ekiden.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the database files the first time, and checks and clears them before later starts. */
record DataDirectory(ServerFiles files, Programs programs, ServerUser user) {

  /** The role that owns everything; its password is in {@link ServerFiles#passwordFile}. */
  static final String ROLE = "ekiden";

  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);
  private static final Pattern VERSION = Pattern.compile("PostgreSQL\\) (\\d+)");

  /** Does nothing when the files exist and are of this version. */
  void prepare() throws IOException {
    if (Files.exists(files.data())) {
      requirePassword();
      requireSameVersion();
      return;
    }
    log.info("Creating a PostgreSQL database in {}", files.data());
    files.deleteUnfinishedData();
    files.createPassword();
    user.own(files.directory());
    initialize();
    Files.move(files.unfinishedData(), files.data(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void initialize() {
    List<String> command = new ArrayList<>(user.prefix());
    command.addAll(
        List.of(
            programs.initdb().toString(),
            "--pgdata=" + files.unfinishedData(),
            "--username=" + ROLE,
            "--pwfile=" + files.passwordFile(),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            // Sorts the same on every machine, whatever its C library and ICU.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions"));
    Commands.Result result = Commands.run(command);
    if (!result.succeeded()) {
      throw new EmbeddedPostgresException(
          "The database in " + files.data() + " could not be created:\n" + result.output());
    }
  }

  private void requirePassword() {
    if (!Files.exists(files.passwordFile())) {
      throw new EmbeddedPostgresException(
          "The password file "
              + files.passwordFile()
              + " of an existing database is missing: put it back, or move "
              + files.directory()
              + " away to begin with an empty database");
    }
  }

  private void requireSameVersion() throws IOException {
    String made = Files.readString(files.data().resolve("PG_VERSION")).strip();
    String output = Commands.run(List.of(programs.postgres().toString(), "--version")).output();
    Matcher matcher = VERSION.matcher(output);
    if (matcher.find() && !matcher.group(1).equals(made)) {
      throw new EmbeddedPostgresException(
          "The database in "
              + files.data()
              + " was made by PostgreSQL "
              + made
              + ", but this build carries "
              + output
              + ": dump it with the old build and load it with this one");
    }
  }

  /**
   * Clears away what a server that was killed left. Not before it is certain that no process of
   * this data directory is alive: two servers on one would destroy it.
   */
  void clearRemains() throws IOException {
    Postmaster.stopStrays(files.data());
    Optional<Long> named = Postmaster.processId(files);
    if (named.flatMap(ProcessHandle::of).isPresent()) {
      log.info(
          "{} names process {}, which is another program by now: removing it",
          files.processIdFile(),
          named.get());
      Files.delete(files.processIdFile());
    }
  }

  /** Whether this build of the server knows the compression. */
  boolean supportsLz4() {
    List<String> command = new ArrayList<>(user.prefix());
    command.addAll(
        List.of(
            programs.postgres().toString(),
            "-D",
            files.data().toString(),
            "-C",
            "wal_compression",
            "-c",
            "wal_compression=lz4"));
    return Commands.run(command).succeeded();
  }
}
