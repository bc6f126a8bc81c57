package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ekiden.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

class DatabaseTest {

  @RegisterExtension
  static final TestDatabase test =
      TestDatabase.withMigrations(
          database ->
              database.useTransaction(
                  handle -> handle.execute("CREATE TABLE number (value int PRIMARY KEY)")),
          "number");

  private final Database database = test.database();

  @BeforeEach
  void empty() {
    database.useTransaction(handle -> handle.execute("TRUNCATE number"));
  }

  @Test
  void commitsATransactionThatEnds() {
    int result = database.inTransaction(handle -> insert(handle, 1));
    assertThat(result).isEqualTo(1);
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void connectsOnDemandOnly() {
    DatabaseAddress nowhere = new DatabaseAddress("jdbc:postgresql://127.0.0.1:1/none", "a", "b");
    Database.openOnDemand(nowhere, 3, "unused").close();
    String name = "on demand";
    try (Database other = Database.openOnDemand(test.address(), 3, name)) {
      assertThat(connections(name)).isZero();
      assertThat(other.<Integer>withHandle(this::count)).isZero();
      assertThat(connections(name)).isOne();
    }
  }

  private int connections(String name) {
    return database.withHandle(handle ->
        handle
            .createQuery("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
            .bind("name", name)
            .mapTo(Integer.class)
            .one());
  }

  @Test
  void rollsBackATransactionThatFails() {
    assertThatThrownBy(() ->
            database.useTransaction(handle -> {
              insert(handle, 1);
              throw new ArithmeticException("on purpose");
            }))
        .isInstanceOf(ArithmeticException.class);
    assertThat(numbers()).isEmpty();
  }

  @Test
  void aTransactionSeesWhatIsCommittedMeanwhileAndASnapshotDoesNot() throws Exception {
    database.useTransaction(handle -> insert(handle, 1));
    assertThat(countBeforeAndAfterAnotherInserts(database::inTransaction, 2)).containsExactly(1, 2);
    assertThat(countBeforeAndAfterAnotherInserts(database::inSnapshot, 3)).containsExactly(2, 2);
  }

  private interface Runner {
    List<Integer> run(TransactionWork<List<Integer>> work);
  }

  private List<Integer> countBeforeAndAfterAnotherInserts(Runner runner, int value) {
    return runner.run(handle -> {
      int before = count(handle);
      onAnotherThread(() -> database.useTransaction(other -> insert(other, value)));
      return List.of(before, count(handle));
    });
  }

  @Test
  void aSnapshotCannotWrite() {
    assertThatThrownBy(() -> database.inSnapshot(handle -> insert(handle, 1)))
        .hasMessageContaining("read-only transaction");
  }

  @Test
  void aHandleCommitsEachStatement() {
    assertThatThrownBy(() ->
            database.withHandle(handle -> {
              insert(handle, 1);
              throw new ArithmeticException("on purpose");
            }))
        .isInstanceOf(ArithmeticException.class);
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void refusesToNest() {
    List<UnaryOperator<Integer>> ways =
        List.of(
            value -> database.inTransaction(handle -> insert(handle, value)),
            value -> database.inSnapshot(this::count),
            value -> database.withHandle(handle -> insert(handle, value)));
    for (UnaryOperator<Integer> inner : ways) {
      database.useTransaction(outer -> {
        assertThatIllegalStateException()
            .isThrownBy(() -> inner.apply(7))
            .withMessageContaining("already works on a connection");
        insert(outer, 1);
      });
      assertThat(numbers()).as("the outer transaction goes on").containsExactly(1);
      empty();
    }
    database.withHandle(outer -> {
      assertThatIllegalStateException().isThrownBy(() -> ways.getFirst().apply(7));
      return 0;
    });
    assertThat(ways.getFirst().apply(7)).isEqualTo(1);
  }

  @Test
  void joinsATransactionAndLeavesItsEndToTheOwner() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      assertThat(database.<Integer>joined(connection, handle -> insert(handle, 1))).isEqualTo(1);
      assertThat(connection.isClosed()).isFalse();
      assertThat(numbers()).as("not committed by us").isEmpty();
      connection.rollback();
      assertThat(numbers()).isEmpty();

      database.joined(connection, handle -> insert(handle, 2));
      assertThat(connection.getAutoCommit()).isFalse();
      connection.commit();
      assertThat(numbers()).containsExactly(2);
      connection.setAutoCommit(true);
    }
  }

  @Test
  void leavesAJoinedTransactionOpenWhenTheWorkFails() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      database.joined(connection, handle -> insert(handle, 1));
      assertThatThrownBy(() ->
              database.joined(
                  connection,
                  handle -> {
                    throw new ArithmeticException("on purpose");
                  }))
          .isInstanceOf(ArithmeticException.class);
      connection.commit();
      connection.setAutoCommit(true);
    }
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void whatIsSentTogetherIsOneTransaction() {
    for (int number : List.of(1, 0)) {
      Throwable failure =
          catchThrowable(() ->
              database.inOneCall(handle ->
                  handle
                      .createUpdate("INSERT INTO number VALUES (2 - :n); SELECT 1 / :n")
                      .bind("n", number)
                      .execute()));
      assertThat(failure == null).isEqualTo(number == 1);
    }
    assertThat(numbers()).as("2, whose text divided by 0, is not there").containsExactly(1);
  }

  @Test
  void joinsOurOwnTransactionToo() {
    database.useTransaction(
        handle -> database.joined(handle.getConnection(), inner -> insert(inner, 1)));
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void refusesToJoinWhatIsNoTransaction() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> database.joined(connection, handle -> insert(handle, 1)))
          .withMessageContaining("autocommit mode");
    }
  }

  @Test
  void aCallersPoolMayHaveOtherDefaults() throws SQLException {
    PGSimpleDataSource plain = dataSource();
    plain.setOptions("-c default_transaction_isolation=serializable");
    Database other = Database.of(withoutAutoCommit(plain));
    for (int round = 0; round < 2; round++) {
      assertThat(
              other.<String>inTransaction(handle ->
                  handle.createQuery("SHOW transaction_isolation").mapTo(String.class).one()))
          .isEqualTo("read committed");
      assertThat(
              other.<String>inOneCall(handle ->
                  handle.createQuery("SHOW transaction_isolation").mapTo(String.class).one()))
          .isEqualTo("read committed");
    }
    other.withHandle(handle -> insert(handle, 1));
    assertThat(numbers()).containsExactly(1);
    other.close();
  }

  @Test
  void closesItsOwnPoolAndNoOther() throws SQLException {
    Database own = Database.open(test.address(), 1, "own");
    Database borrowed = Database.of(own.dataSource());
    borrowed.close();
    assertThat(own.<Integer>withHandle(this::count)).isZero();
    own.close();
    assertThat(catchThrowable(() -> own.withHandle(this::count))).isNotNull();
  }

  @Test
  void setsUpItsSessions() {
    Database own = Database.open(test.address(), 1, "the application");
    assertThat(own.<String>withHandle(handle -> show(handle, "application_name")))
        .isEqualTo("the application");
    assertThat(own.<String>withHandle(handle -> show(handle, "TimeZone"))).isEqualTo("UTC");
    assertThat(own.<String>withHandle(handle -> show(handle, "tcp_keepalives_idle")))
        .isEqualTo("10");
    own.close();
  }

  @Test
  void saysWhereItCannotConnect() {
    DatabaseAddress wrong =
        new DatabaseAddress(test.address().url(), test.address().user(), "hunter2");
    assertThatThrownBy(() -> Database.open(wrong, 1, "x"))
        .isInstanceOfSatisfying(
            DatabaseUnavailableException.class,
            failure -> assertThat(failure.address()).isEqualTo(wrong))
        .hasMessageContaining("Cannot connect to " + wrong.url() + " as ekiden: FATAL: password")
        .message()
        .doesNotContain("hunter2");
  }

  @Test
  void needsAConnection() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Database.open(test.address(), 0, "x"))
        .withMessage("maxConnections must be at least 1 but is 0");
  }

  @Test
  void knowsFailuresThatPass() {
    Throwable killed =
        catchThrowable(() ->
            database.useTransaction(handle -> {
              int pid = pid(handle);
              onAnotherThread(() -> database.useTransaction(other -> kill(other, pid)));
              count(handle);
            }));
    assertThat(Database.isTransient(killed)).as(String.valueOf(killed)).isTrue();
    Throwable duplicate =
        catchThrowable(() ->
            database.useTransaction(handle -> {
              insert(handle, 1);
              insert(handle, 1);
            }));
    assertThat(Database.isTransient(duplicate)).as(String.valueOf(duplicate)).isFalse();
    assertThat(database.<Integer>withHandle(this::count)).isZero();
  }

  private PGSimpleDataSource dataSource() {
    PGSimpleDataSource plain = new PGSimpleDataSource();
    plain.setUrl(test.address().url());
    plain.setUser(test.address().user());
    plain.setPassword(test.address().password());
    return plain;
  }

  private static DataSource withoutAutoCommit(DataSource dataSource) {
    return (DataSource)
        java.lang.reflect.Proxy.newProxyInstance(
            DatabaseTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(dataSource, arguments);
              if (result instanceof Connection connection) {
                connection.setAutoCommit(false);
              }
              return result;
            });
  }

  private List<Integer> numbers() {
    return database.withHandle(handle ->
        handle.createQuery("SELECT value FROM number ORDER BY value").mapTo(int.class).list());
  }

  private int count(Handle handle) {
    return handle.createQuery("SELECT count(*) FROM number").mapTo(int.class).one();
  }

  private static int insert(Handle handle, int value) {
    return handle.execute("INSERT INTO number (value) VALUES (?)", value);
  }

  private static String show(Handle handle, String setting) {
    return handle.createQuery("SHOW " + setting).mapTo(String.class).one();
  }

  private static int pid(Handle handle) {
    return handle.createQuery("SELECT pg_backend_pid()").mapTo(int.class).one();
  }

  private static void kill(Handle handle, int pid) {
    handle.execute("SELECT pg_terminate_backend(?, 10000)", pid);
  }

  private static void onAnotherThread(Runnable work) {
    java.util.concurrent.CompletableFuture.runAsync(work).join();
  }
}
