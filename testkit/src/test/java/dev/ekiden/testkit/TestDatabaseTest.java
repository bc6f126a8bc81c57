package dev.ekiden.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ekiden.postgres.Database;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TestDatabaseTest {

  private static final AtomicInteger migrated = new AtomicInteger();

  @RegisterExtension static final TestDatabase test = counting();

  /** A second one in the same class is another database, made from the same template. */
  @RegisterExtension static final TestDatabase other = counting();

  private static final Set<String> seen = new HashSet<>();

  private static TestDatabase counting() {
    return TestDatabase.withMigrations(
        database -> {
          migrated.incrementAndGet();
          database.withHandle(handle -> handle.execute("CREATE TABLE migrated ()"));
        },
        "counting");
  }

  @Test
  void isMigratedOncePerJvm() {
    assertThat(migrated).hasValue(1);
    assertThat(name(test.database())).isNotEqualTo(name(other.database()));
    assertThat(test.address().url()).endsWith("/" + name(test.database()));
    assertThat(tables(test.database())).isEqualTo(1);
    assertThat(tables(other.database())).isEqualTo(1);
  }

  @Test
  void isTheSameForAllTestsOfAClass() {
    seen.add(name(test.database()));
    assertThat(seen).hasSize(1);
  }

  @Nested
  class InANestedClass {

    @Test
    void isTheSame() {
      seen.add(name(test.database()));
      assertThat(seen).hasSize(1);
    }
  }

  @Test
  void isThereOnlyWhileItsClassRuns() {
    TestDatabase undeclared = TestDatabase.create();
    assertThatIllegalStateException()
        .isThrownBy(undeclared::database)
        .withMessageContaining("@RegisterExtension");
  }

  private static String name(Database database) {
    return database.withHandle(
        handle -> handle.createQuery("SELECT current_database()").mapTo(String.class).one());
  }

  private static long tables(Database database) {
    return database.withHandle(handle ->
        handle
            .createQuery("SELECT count(*) FROM pg_class WHERE relname = 'migrated'")
            .mapTo(long.class)
            .one());
  }
}
