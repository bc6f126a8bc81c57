package dev.ekiden.embedded;

import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of our own in a directory, from {@link #start} to {@link #close}.
 *
 * <p>It is a full server: what is committed survives a crash, connections need a password, and only
 * this machine can reach it. It ends when {@link #close} says so and not by a Ctrl-C in our
 * terminal, so that an application can finish its work first. If it dies it is started again on the
 * same port. If <em>we</em> die without closing, it goes on, and the next {@link #start} on the
 * directory takes it over. Safe for use by many threads.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration BETWEEN_LOG_CHECKS = Duration.ofMinutes(1);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final DirectoryOwner owner;
  private final ServerLaunch launch;
  private final DatabaseAddress address;

  /** Guards all that follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition closing = lock.newCondition();
  private Postmaster postmaster;
  private boolean closed;

  private EmbeddedPostgres(DirectoryOwner owner, ServerLaunch launch, Postmaster postmaster) {
    this.owner = owner;
    this.launch = launch;
    this.postmaster = postmaster;
    this.address = launch.connection(postmaster.port()).address();
  }

  /**
   * Starts the server, or takes over the one that a process which was killed left running, and
   * returns when it answers. The first start in a directory creates the database.
   *
   * @throws DirectoryInUseException if another live process has the directory
   * @throws EmbeddedPostgresException if the server cannot be started, with the end of its log
   */
  public static EmbeddedPostgres start(EmbeddedPostgresOptions options) {
    try {
      ServerFiles files = ServerFiles.in(options.directory());
      DirectoryOwner owner = DirectoryOwner.claim(files.directory());
      try {
        return start(options, files, owner);
      } catch (IOException | RuntimeException e) {
        owner.close();
        throw e;
      }
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "PostgreSQL in " + options.directory() + " could not be started: " + e, e);
    }
  }

  private static EmbeddedPostgres start(
      EmbeddedPostgresOptions options, ServerFiles files, DirectoryOwner owner) throws IOException {
    Programs programs = Programs.unpack(options.cache());
    ServerUser user = ServerUser.choose(files.directory(), files.data(), programs);
    DataDirectory data = new DataDirectory(files, programs, user);
    data.prepare();
    ServerLaunch launch = new ServerLaunch(data, files.password());
    EmbeddedPostgres server = new EmbeddedPostgres(owner, launch, launch.adoptOrStart(options));
    Thread.ofPlatform().daemon().name("ekiden-postgres-supervisor").start(server::supervise);
    return server;
  }

  /**
   * Deletes a server's directory with all its data, and ends the server that a killed process may
   * have left running in it. Does nothing if there is no such directory.
   *
   * @throws DirectoryInUseException if another live process has the directory
   */
  public static void delete(Path directory) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try {
      ServerFiles files = ServerFiles.in(directory);
      try (DirectoryOwner owner = DirectoryOwner.claim(files.directory())) {
        Postmaster.stopStrays(files.data());
        Trees.delete(owner.directory());
      }
    } catch (IOException e) {
      throw new EmbeddedPostgresException(directory + " could not be deleted: " + e, e);
    }
  }

  /** Of the database {@code ekiden}, as its owner; the same as long as the server is open. */
  public DatabaseAddress address() {
    return address;
  }

  /** Holds the password, readable by the user of this process alone. */
  public Path passwordFile() {
    return launch.files().passwordFile();
  }

  /** The server's log; cut when long. */
  public Path logFile() {
    return launch.files().log();
  }

  /** Of the server's first process; another after a restart. */
  public long pid() {
    lock.lock();
    try {
      return postmaster.process().pid();
    } finally {
      lock.unlock();
    }
  }

  /** Stops the server and starts it on the same port: sessions break, as when one is updated. */
  public void restart() {
    lock.lock();
    try {
      requireOpen();
      postmaster.stop();
      postmaster = launch.start(postmaster.port());
    } catch (IOException e) {
      throw new EmbeddedPostgresException("PostgreSQL could not be restarted: " + e, e);
    } finally {
      lock.unlock();
    }
  }

  /** Stops the server, waits for its end, and gives the directory free. Again: does nothing. */
  @Override
  public void close() {
    // An interrupt that came before must not leave a server behind; it is kept for the caller.
    boolean interrupted = Thread.interrupted();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      closing.signalAll();
      if (postmaster.isAlive()) {
        postmaster.stop();
      }
      log.info("PostgreSQL in {} has stopped", launch.files().directory());
      owner.close();
    } catch (IOException e) {
      throw new EmbeddedPostgresException("The directory could not be given free: " + e, e);
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The server is closed");
    }
  }

  private void supervise() {
    Duration pause = FIRST_PAUSE;
    while (true) {
      Postmaster watched = watched();
      if (watched == null) {
        return;
      }
      if (!watched.awaitExit(BETWEEN_LOG_CHECKS)) {
        cutLog();
      } else {
        pause = recover(watched, pause) ? FIRST_PAUSE : longer(pause);
      }
    }
  }

  /** Null when there is nothing to watch any more. */
  private @Nullable Postmaster watched() {
    lock.lock();
    try {
      return closed ? null : postmaster;
    } finally {
      lock.unlock();
    }
  }

  /** Starts a server that has died again. Tells whether one runs; if not, pauses. */
  private boolean recover(Postmaster dead, Duration pause) {
    lock.lock();
    try {
      if (closed || !postmaster.equals(dead)) {
        return true;
      }
      log.warn(
          "PostgreSQL in {}, process {}, has died; starting it again",
          launch.files().directory(),
          dead.process().pid());
      postmaster = launch.start(dead.port());
      return true;
    } catch (IOException | RuntimeException e) {
      log.error("PostgreSQL could not be started again, next try in {}", pause, e);
      pause(pause);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of the lock meanwhile. */
  private void pause(Duration pause) {
    try {
      long left = pause.toNanos();
      while (!closed && left > 0) {
        left = closing.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }

  private void cutLog() {
    try {
      launch.files().cutLog();
    } catch (IOException e) {
      log.warn("The log {} could not be cut: {}", launch.files().log(), e.toString());
    }
  }
}
