package dev.ekiden.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL database: a pool of connections and the ways to run work on one.
 *
 * <p>A thread holds at most one connection of a database: beginning a second transaction, or taking
 * a second handle, inside the work of a first is an {@link IllegalStateException}. So a pool can
 * never be blocked by threads that each hold one connection and wait for another. {@link #joined}
 * takes no connection and may be used anywhere.
 *
 * <p>Work that fails ends with the exception of the work, or of Jdbi for the SQL in it ({@link
 * #isTransient} tells whether a later try may succeed); its transaction is rolled back. Safe for
 * use by many threads.
 */
public final class Database implements AutoCloseable {

  /** How long a thread waits for a connection of the pool before it fails. */
  public static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

  /** How many unused connections the pool keeps open, if it may hold so many. */
  static final int IDLE_CONNECTIONS = 2;

  /** In milliseconds: a wrong password does not become right by trying again. */
  private static final long ONE_TRY = 1;

  private static final long NOT_AT_ONCE = -1;

  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(1);

  /**
   * Times are read and cut into days in UTC wherever the process runs, and a client that vanished
   * with its machine gives up its locks in about half a minute instead of two hours.
   */
  private static final String SESSION_SETTINGS =
      """
      SET default_transaction_isolation = 'read committed';
      SET TimeZone = 'UTC';
      SET tcp_keepalives_idle = 10;
      SET tcp_keepalives_interval = 5;
      SET tcp_keepalives_count = 3;
      SET tcp_user_timeout = '30s'
      """;

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private final DataSource dataSource;
  private final boolean ownsPool;
  private final Jdbi jdbi;
  private final JoinedConnections joinedConnections = new JoinedConnections();
  private final Jdbi joinedJdbi;
  private final ThreadLocal<Boolean> holdsConnection = new ThreadLocal<>();
  private volatile @Nullable Boolean readCommittedByDefault;

  private Database(DataSource dataSource, boolean ownsPool) {
    this.dataSource = dataSource;
    this.ownsPool = ownsPool;
    this.jdbi = JdbiSetup.configure(Jdbi.create(dataSource));
    this.joinedJdbi = JdbiSetup.configureJoined(Jdbi.create(joinedConnections));
  }

  /**
   * Opens a pool of our own and makes the first connection.
   *
   * @param maxConnections at least 1; a {@link Listener} keeps one of them
   * @param applicationName what {@code pg_stat_activity} shows
   * @throws DatabaseUnavailableException if no connection can be made within {@link
   *     #CONNECTION_TIMEOUT}
   */
  public static Database open(DatabaseAddress address, int maxConnections, String applicationName) {
    HikariConfig config = config(address, maxConnections, applicationName);
    config.setMinimumIdle(Math.min(IDLE_CONNECTIONS, maxConnections));
    if (maxConnections > IDLE_CONNECTIONS) {
      config.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    }
    config.setInitializationFailTimeout(ONE_TRY);
    try {
      return ofOwn(config);
    } catch (PoolInitializationException e) {
      throw new DatabaseUnavailableException(address, e);
    }
  }

  /**
   * Like {@link #open}, but makes no connection before one is needed, and closes each that is
   * unused for a minute.
   */
  public static Database openOnDemand(
      DatabaseAddress address, int maxConnections, String applicationName) {
    HikariConfig config = config(address, maxConnections, applicationName);
    config.setMinimumIdle(0);
    config.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    config.setInitializationFailTimeout(NOT_AT_ONCE);
    return ofOwn(config);
  }

  private static Database ofOwn(HikariConfig config) {
    Database database = new Database(new HikariDataSource(config), true);
    database.readCommittedByDefault = true;
    return database;
  }

  private static HikariConfig config(
      DatabaseAddress address, int maxConnections, String applicationName) {
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "maxConnections must be at least 1 but is " + maxConnections);
    }
    HikariConfig config = new HikariConfig();
    config.setPoolName(applicationName);
    config.setJdbcUrl(address.url());
    config.setUsername(address.user());
    config.setPassword(address.password());
    config.setMaximumPoolSize(maxConnections);
    config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
    config.setConnectionInitSql(SESSION_SETTINGS);
    config.addDataSourceProperty("ApplicationName", applicationName);
    config.addDataSourceProperty("connectTimeout", CONNECTION_TIMEOUT.toSeconds());
    config.addDataSourceProperty("tcpKeepAlive", true);
    config.addDataSourceProperty("reWriteBatchedInserts", true);
    // One that the URL names wins.
    config.addDataSourceProperty("socketFactory", PromptSocketFactory.class.getName());
    return config;
  }

  /** Uses a caller's pool as it is; {@link #close} leaves it open. */
  public static Database of(DataSource dataSource) {
    return new Database(dataSource, false);
  }

  public DataSource dataSource() {
    return dataSource;
  }

  /** Runs the work in a READ COMMITTED transaction, which ends with it. */
  public <T extends @Nullable Object> T inTransaction(TransactionWork<T> work) {
    return withConnection(handle ->
        handle.inTransaction(transaction -> {
          if (!isReadCommittedByDefault(transaction)) {
            transaction.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
          }
          return work.run(transaction);
        }));
  }

  /**
   * Runs work that mostly is one call of the database, which may send several statements together:
   * they are a transaction, READ COMMITTED like {@link #inTransaction}, that commits without a
   * round trip of its own. Each further call is a transaction of its own, unless the work begins
   * one.
   */
  public <T extends @Nullable Object> T inOneCall(TransactionWork<T> work) {
    return Boolean.TRUE.equals(readCommittedByDefault) ? withHandle(work) : inTransaction(work);
  }

  /** {@link #inTransaction} for work without a result. */
  public void useTransaction(Consumer<Handle> work) {
    inTransaction(handle -> {
      work.accept(handle);
      return Boolean.TRUE;
    });
  }

  /** Runs the work in a REPEATABLE READ, READ ONLY transaction: all of it sees one snapshot. */
  public <T extends @Nullable Object> T inSnapshot(TransactionWork<T> work) {
    return withConnection(handle ->
        handle.inTransaction(transaction -> {
          transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
          return work.run(transaction);
        }));
  }

  /** Runs the work in autocommit mode: each statement is a transaction of its own. */
  public <T extends @Nullable Object> T withHandle(TransactionWork<T> work) {
    return withConnection(handle -> {
      Connection connection = handle.getConnection();
      try {
        if (connection.getAutoCommit()) {
          return work.run(handle);
        }
        connection.setAutoCommit(true);
        try {
          return work.run(handle);
        } finally {
          connection.setAutoCommit(false);
        }
      } catch (SQLException e) {
        throw new ConnectionException(e);
      }
    });
  }

  /**
   * Runs the work on a transaction that the caller has begun, and leaves its end to the caller: the
   * connection is neither committed nor rolled back nor closed.
   *
   * @throws IllegalArgumentException if the connection is in autocommit mode, where the work would
   *     not be one with what the caller does
   */
  public <T extends @Nullable Object> T joined(Connection connection, TransactionWork<T> work) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "The connection is in autocommit mode: begin a transaction with setAutoCommit(false)");
      }
    } catch (SQLException e) {
      throw new ConnectionException(e);
    }
    try (Handle handle = joinedConnections.open(joinedJdbi, connection)) {
      return work.run(handle);
    }
  }

  /**
   * Whether the failure came from the connection, from a server going down or coming up, from a
   * full server, or from a conflict between transactions: the same work may succeed later.
   */
  public static boolean isTransient(Throwable failure) {
    return TransientFailures.isTransient(failure);
  }

  /** Closes the pool if it is our own; waits for nobody's work. */
  @Override
  public void close() {
    if (ownsPool && dataSource instanceof HikariDataSource pool) {
      pool.close();
    }
  }

  /** Keeps a connection that is broken, or was changed, from going back to the pool. */
  void discard(Connection connection) {
    if (dataSource instanceof HikariDataSource pool) {
      pool.evictConnection(connection);
      return;
    }
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.debug("A discarded connection was closed already: {}", e.toString());
    }
  }

  private <T extends @Nullable Object> T withConnection(TransactionWork<T> work) {
    if (holdsConnection.get() != null) {
      throw new IllegalStateException(
          "This thread already works on a connection of this database: use the handle it has"
              + " instead of beginning another transaction inside");
    }
    holdsConnection.set(Boolean.TRUE);
    try (Handle handle = jdbi.open()) {
      return work.run(handle);
    } finally {
      holdsConnection.remove();
    }
  }

  /** A caller's pool is asked once what its transactions are. */
  private boolean isReadCommittedByDefault(Handle transaction) {
    Boolean known = readCommittedByDefault;
    if (known != null) {
      return known;
    }
    boolean asked =
        transaction
            // Not a SELECT, which would come too late to change it.
            .createQuery("SHOW transaction_isolation")
            .mapTo(String.class)
            .one()
            .equals("read committed");
    readCommittedByDefault = asked;
    return asked;
  }
}
