package dev.ekiden.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.LeaderLease;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InjectedDatabaseTest {

  @RegisterExtension static final TestDatabase test = TestDatabase.create();

  private final Database constructed;

  InjectedDatabaseTest(Database database) {
    this.constructed = database;
  }

  @Test
  void isAParameter(Database database) {
    assertThat(database).isSameAs(constructed).isSameAs(test.database());
    assertThat(LeaderLease.of(database, "work", Duration.ofSeconds(5), "me").acquireOrRenew())
        .isPresent();
  }
}
