package dev.ekiden.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives NOTIFY on one connection of its own, taken from the database's pool, until it is closed.
 * A lost connection is made again, after a pause that grows from {@link #FIRST_PAUSE} to {@link
 * #LONGEST_PAUSE}.
 */
public final class Listener implements AutoCloseable {

  /** The pause before the first try to reconnect. */
  public static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** The longest pause between two tries to reconnect. */
  public static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** PostgreSQL cuts longer names off silently. */
  public static final int MAX_CHANNEL_BYTES = 63;

  /** After so long without a notification the connection is asked whether it is still alive. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  private final Database database;
  private final Set<String> channels;
  private final Notifications callback;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  /** Guards {@link #connection} against being aborted after it went back to the pool. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Connection connection;

  private Listener(Database database, Set<String> channels, Notifications callback) {
    this.database = database;
    this.channels = Set.copyOf(channels);
    this.callback = callback;
    this.thread = Thread.ofPlatform().daemon().name("ekiden-listener").unstarted(this::run);
  }

  /**
   * Begins to listen and returns at once; {@link Notifications#connected} tells when it is so.
   *
   * @param channels names of 1 to {@link #MAX_CHANNEL_BYTES} bytes
   */
  public static Listener start(Database database, Set<String> channels, Notifications callback) {
    for (String channel : channels) {
      int bytes = channel.getBytes(StandardCharsets.UTF_8).length;
      if (bytes < 1 || bytes > MAX_CHANNEL_BYTES) {
        throw new IllegalArgumentException(
            "A channel name has 1 to "
                + MAX_CHANNEL_BYTES
                + " bytes, but this has "
                + bytes
                + ": "
                + channel);
      }
    }
    Listener listener = new Listener(database, channels, callback);
    listener.thread.start();
    return listener;
  }

  /** Stops and closes the connection; no callback begins after this returns. */
  @Override
  public void close() {
    closed.countDown();
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    abort();
    try {
      if (!thread.join(CLOSE_TIMEOUT)) {
        log.warn("The listener still runs a callback {} after it was closed", CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!isClosed()) {
      long startNanos = System.nanoTime();
      try {
        listen();
      } catch (SQLException | RuntimeException e) {
        if (isClosed()) {
          return;
        }
        boolean lasted = System.nanoTime() - startNanos > LONGEST_PAUSE.toNanos();
        pause = lasted ? FIRST_PAUSE : pause;
        log.warn("Listening to {} failed, next try in {}: {}", channels, pause, e.toString());
        sleep(pause);
        pause = longer(pause);
      }
    }
  }

  private void listen() throws SQLException {
    try (Connection own = database.dataSource().getConnection()) {
      own.setAutoCommit(true);
      publish(own.unwrap(Connection.class));
      try {
        subscribe(own);
        tell(callback::connected);
        PGConnection notifying = own.unwrap(PGConnection.class);
        while (!isClosed()) {
          receive(own, notifying);
        }
      } finally {
        publish(null);
        database.discard(own);
      }
    }
  }

  private void subscribe(Connection own) throws SQLException {
    try (Statement statement = own.createStatement()) {
      for (String channel : channels) {
        statement.execute("LISTEN \"" + channel.replace("\"", "\"\"") + "\"");
      }
    }
  }

  private void receive(Connection own, PGConnection notifying) throws SQLException {
    PGNotification[] notifications = notifying.getNotifications((int) SILENCE.toMillis());
    if (notifications == null || notifications.length == 0) {
      if (!isClosed() && !own.isValid((int) PROBE_TIMEOUT.toSeconds())) {
        throw new SQLException("The server does not answer any more", "08006");
      }
      return;
    }
    for (PGNotification notification : notifications) {
      tell(() -> callback.received(notification.getName(), notification.getParameter()));
    }
  }

  /** A callback that fails must not end the listening of everybody else. */
  private void tell(Runnable call) {
    if (isClosed()) {
      return;
    }
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("A callback for a notification failed; listening goes on", e);
    }
  }

  private void publish(@Nullable Connection current) {
    lock.lock();
    try {
      connection = current;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the thread from its blocking read. */
  private void abort() {
    lock.lock();
    try {
      if (connection != null) {
        connection.abort(Runnable::run);
      }
    } catch (SQLException e) {
      log.debug("The listener's connection could not be aborted: {}", e.toString());
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void sleep(Duration pause) {
    try {
      boolean ignored = closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      closed.countDown();
    }
  }

  /** Doubles, with jitter so that many processes do not come back at the same moment. */
  private static Duration longer(Duration pause) {
    long doubled = Math.min(2 * pause.toMillis(), LONGEST_PAUSE.toMillis());
    return Duration.ofMillis(doubled - ThreadLocalRandom.current().nextLong(doubled / 4));
  }
}
