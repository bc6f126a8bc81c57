package dev.ekiden.server.config;

import dev.ekiden.server.http.AccessToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a server, held by one process at a time. The lock is the operating system's, so
 * it ends with the process, however that ends.
 */
public final class StateDirectory implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String TOKEN = "token";

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private StateDirectory(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Creates the directory if it is missing and takes it.
   *
   * @throws DirectoryInUseException when another process has it, naming that
   */
  public static StateDirectory open(Path directory) throws IOException {
    Path path = directory.toAbsolutePath().normalize();
    PrivateFiles.createDirectory(path);
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw inUse(path);
      }
      PrivateFiles.restrict(path.resolve(LOCK));
      // A server that was killed left it behind.
      Files.deleteIfExists(RuntimeFile.in(path));
      String owner = ProcessHandle.current().pid() + " " + Instant.now();
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
      return new StateDirectory(path, channel, lock);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  public Path path() {
    return path;
  }

  /** Where the access token is, unless it is provided. */
  public Path tokenFile() {
    return path.resolve(TOKEN);
  }

  /** The access token kept here, made the first time. */
  public AccessToken token() throws IOException {
    Path file = tokenFile();
    if (Files.exists(file)) {
      PrivateFiles.restrict(file);
      return AccessToken.read(file);
    }
    AccessToken token = AccessToken.random();
    PrivateFiles.write(file, (token.secret() + "\n").getBytes(StandardCharsets.UTF_8));
    return token;
  }

  /** Gives the directory up; what is in it stays. */
  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static DirectoryInUseException inUse(Path path) throws IOException {
    String[] owner = Files.readString(path.resolve(LOCK)).split(" ", 2);
    String since = owner.length == 2 ? " since " + owner[1] : "";
    return new DirectoryInUseException(
        "%s belongs to the running process %s%s: stop that (kill %s), or use another directory with --directory"
            .formatted(path, owner[0], since, owner[0]));
  }
}
