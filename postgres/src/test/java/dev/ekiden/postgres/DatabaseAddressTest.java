package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://host:5433/db, jdbc:postgresql://host:5433/db",
    "jdbc:postgresql://host/db?sslmode=require, jdbc:postgresql://host/db?sslmode=require",
    "postgres://host:5433/db, jdbc:postgresql://host:5433/db",
    "postgresql://host, jdbc:postgresql://host/",
    "'  postgresql://host/db  ', jdbc:postgresql://host/db",
    "postgresql://me@host/db, jdbc:postgresql://host/db",
    "postgresql://[::1]:5433/db, jdbc:postgresql://[::1]:5433/db",
    "'postgresql://one:1,two:2/db', 'jdbc:postgresql://one:1,two:2/db'",
    "postgres://h/db?sslmode=require&channel_binding=require,"
        + " jdbc:postgresql://h/db?sslmode=require&channelBinding=require",
    "postgres://h/db?application_name=a&connect_timeout=5,"
        + " jdbc:postgresql://h/db?ApplicationName=a&connectTimeout=5"
  })
  void readsWhatUsersWrite(String written, String url) {
    assertThat(DatabaseAddress.of(written, "me", "secret"))
        .isEqualTo(new DatabaseAddress(url, "me", "secret"));
  }

  @Test
  void takesTheUserFromTheUrlIfNoneIsGiven() {
    assertThat(DatabaseAddress.of("postgres://m%40e@host/db", null, "").user()).isEqualTo("m@e");
    assertThat(DatabaseAddress.of("postgres://me@host/db", " ", "").user()).isEqualTo("me");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://me:hunter2@host/db",
        "postgresql://me:hunter2@host/db",
        "postgresql://me:hunter2@host/db with spaces",
        "jdbc:postgresql://me:hunter2@host/db",
        "jdbc:postgresql://host/db?user=me&password=hunter2",
        "postgres://host/db?sslmode=require&PASSWORD=hunter2",
        "postgres://host/db?sslpassword=hunter2"
      })
  void refusesAPasswordInTheUrlWithoutRepeatingIt(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DatabaseAddress.of(url, "me", ""))
        .withMessageContaining("holds a user or password")
        .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("hunter2"));
  }

  @ParameterizedTest
  @CsvSource({
    "mysql://host/db, 'starts with mysql:'",
    "host/db, 'starts with no scheme at all'",
    "jdbc:h2:mem, 'starts with jdbc:'",
    "postgres:///db, 'names no host'",
    "'postgres://host/d b', 'cannot be read: Illegal character in path at position 17'",
    "postgres://host/db?sslmod=require, 'has the parameter sslmod, which the driver'",
    "postgres://you@host/db, 'names the user you but the user setting says me'"
  })
  void saysWhatIsWrong(String url, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DatabaseAddress.of(url, "me", "secret"))
        .withMessageContaining(reason);
  }

  @Test
  void needsAUser() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DatabaseAddress.of("postgres://host/db", null, "secret"))
        .withMessageContaining("No database user is given");
  }

  @Test
  void neverShowsThePassword() {
    assertThat(DatabaseAddress.of("postgres://host/db", "me", "hunter2"))
        .hasToString("jdbc:postgresql://host/db as me");
  }
}
