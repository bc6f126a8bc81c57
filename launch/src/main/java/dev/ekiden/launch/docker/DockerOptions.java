package dev.ekiden.launch.docker;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * Which Docker Engine is used, and how.
 *
 * @param engine where it listens: {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
 * @param installation tells our containers from those of others at the same engine: 1 to 30
 *     lower-case letters, digits and hyphens
 * @param userId of programs, not 0
 * @param groupId of programs, not 0
 * @param logBytes how much of the end of a task's output is kept, {@value #MIN_LOG_BYTES} at least
 * @param temporaryMib the size of {@code /tmp}, which counts as memory of the task
 */
public record DockerOptions(
    URI engine, String installation, int userId, int groupId, int logBytes, int temporaryMib) {

  public static final int DEFAULT_ID = 10_001;
  public static final int MIN_LOG_BYTES = 64 * 1024;
  public static final int DEFAULT_LOG_BYTES = 10 * 1024 * 1024;
  public static final int DEFAULT_TEMPORARY_MIB = 64;

  private static final URI DEFAULT_ENGINE = URI.create("unix:///var/run/docker.sock");
  private static final Pattern INSTALLATION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");

  public DockerOptions {
    if (!INSTALLATION.matcher(installation).matches()) {
      throw new IllegalArgumentException(
          "An installation is named by 1 to 30 lower-case letters, digits and hyphens, not \""
              + installation
              + "\"");
    }
    if (userId <= 0 || groupId <= 0) {
      throw new IllegalArgumentException("Programs in containers do not run as root");
    }
    if (logBytes < MIN_LOG_BYTES) {
      throw new IllegalArgumentException(
          "logBytes must be at least " + MIN_LOG_BYTES + " but is " + logBytes);
    }
    if (temporaryMib < 1) {
      throw new IllegalArgumentException("temporaryMib must be at least 1 but is " + temporaryMib);
    }
  }

  /** The engine of this machine, user 10001, 10 MiB of log, 64 MiB of {@code /tmp}. */
  public static DockerOptions of(String installation) {
    return new DockerOptions(
        DEFAULT_ENGINE,
        installation,
        DEFAULT_ID,
        DEFAULT_ID,
        DEFAULT_LOG_BYTES,
        DEFAULT_TEMPORARY_MIB);
  }

  public DockerOptions withEngine(URI other) {
    return new DockerOptions(other, installation, userId, groupId, logBytes, temporaryMib);
  }

  public DockerOptions withUser(int otherUser, int otherGroup) {
    return new DockerOptions(engine, installation, otherUser, otherGroup, logBytes, temporaryMib);
  }

  public DockerOptions withLogBytes(int other) {
    return new DockerOptions(engine, installation, userId, groupId, other, temporaryMib);
  }

  public DockerOptions withTemporaryMib(int other) {
    return new DockerOptions(engine, installation, userId, groupId, logBytes, other);
  }
}
