package dev.ekiden.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right of one process to run the server of a directory. It rests on a lock that the operating
 * system takes back when the process ends, however it ends.
 */
final class DirectoryOwner implements AutoCloseable {

  private static final String LOCK_FILE = "owner.lock";
  private static final String CLAIM_FILE = "owner";

  /**
   * What this process owns. The operating system's lock does not tell two owners in one process
   * apart, and closing any channel on the lock file would drop it.
   */
  private static final Set<Path> ownedHere = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryOwner(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the directory for this process.
   *
   * @param directory exists, as a real path
   * @throws DirectoryInUseException if another has it
   */
  static DirectoryOwner claim(Path directory) throws IOException {
    if (!ownedHere.add(directory)) {
      throw new DirectoryInUseException(directory, Claim.read(directory));
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new DirectoryInUseException(directory, Claim.read(directory));
      }
      Claim.ofThisProcess().write(directory);
      return new DirectoryOwner(directory, channel);
    } catch (IOException | RuntimeException e) {
      abandon(directory, channel, e);
      throw e;
    }
  }

  Path directory() {
    return directory;
  }

  private static void abandon(Path directory, @Nullable FileChannel channel, Exception reason) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    } finally {
      ownedHere.remove(directory);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(directory.resolve(CLAIM_FILE));
      channel.close();
    } finally {
      ownedHere.remove(directory);
    }
  }

  /** Who has the directory, for the message that another gets. */
  record Claim(OptionalLong pid, Optional<Instant> since) {

    private static Claim ofThisProcess() {
      return new Claim(
          OptionalLong.of(ProcessHandle.current().pid()),
          Optional.of(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
    }

    private void write(Path directory) throws IOException {
      Files.writeString(
          directory.resolve(CLAIM_FILE), pid.orElseThrow() + "\n" + since.orElseThrow() + "\n");
    }

    private static Claim read(Path directory) {
      try {
        List<String> lines = Files.readAllLines(directory.resolve(CLAIM_FILE));
        return new Claim(
            OptionalLong.of(Long.parseLong(lines.getFirst())),
            Optional.of(Instant.parse(lines.get(1))));
      } catch (IOException | DateTimeParseException | NumberFormatException e) {
        return unknown();
      } catch (IndexOutOfBoundsException | java.util.NoSuchElementException e) {
        return unknown();
      }
    }

    private static Claim unknown() {
      return new Claim(OptionalLong.empty(), Optional.empty());
    }

    @Override
    public String toString() {
      String process = pid.isPresent() ? "process " + pid.getAsLong() : "another process";
      return since.map(time -> process + " since " + time).orElse(process);
    }
  }
}
