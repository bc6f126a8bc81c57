package dev.ekiden.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a PostgreSQL server on this machine has spent so far. The server counts the commits of a
 * session at the latest when that session ends, so ask after closing what worked.
 */
public final class PostgresProbe {
  /**
   * Readings at one moment; subtract an earlier one.
   *
   * @param walBytes position in the log
   * @param commits transactions of the database
   * @param cpuSeconds of all processes of the server; 0 where there is no {@code /proc}
   */
  public record Reading(long walBytes, long commits, double cpuSeconds) {
    /** What was spent since an earlier reading. */
    public Reading since(Reading earlier) {
      return new Reading(
          walBytes - earlier.walBytes, commits - earlier.commits, cpuSeconds - earlier.cpuSeconds);
    }
  }

  private static final String READ =
      """
      SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS bigint),
             (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())
      """;

  private static final Path PROCESSES = Path.of("/proc");

  /** The unit of {@code /proc/PID/stat} on every Linux we know. */
  private static final double TICKS_PER_SECOND = 100;

  /** Of the fields after the process name: state is field 0, utime 11, then stime and children. */
  private static final int FIRST_TIME_FIELD = 11;

  private static final int TIME_FIELDS = 4;

  private final long serverPid;

  /**
   * @param serverPid the server's first process
   */
  public PostgresProbe(long serverPid) {
    this.serverPid = serverPid;
  }

  public Reading read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(READ)) {
      row.next();
      return new Reading(row.getLong(1), row.getLong(2), cpuSeconds());
    }
  }

  /** Read again if a process ended meanwhile: its time moves to the server's children. */
  private double cpuSeconds() {
    Set<Long> before = processes();
    while (true) {
      double seconds = before.stream().mapToDouble(PostgresProbe::cpuSeconds).sum();
      Set<Long> after = processes();
      if (after.equals(before)) {
        return seconds;
      }
      before = after;
    }
  }

  private Set<Long> processes() {
    return ProcessHandle.of(serverPid).stream()
        .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private static double cpuSeconds(long pid) {
    try {
      String stat = Files.readString(PROCESSES.resolve(pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double ticks = 0;
      for (int i = 0; i < TIME_FIELDS; i++) {
        ticks += Long.parseLong(fields[FIRST_TIME_FIELD + i]);
      }
      return ticks / TICKS_PER_SECOND;
    } catch (NoSuchFileException e) {
      return 0; // it has just ended, or this is not Linux
    } catch (IOException e) {
      return 0; // the same, seen later
    }
  }
}
