package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransientFailuresTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "08000", "08006", "08003", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05"
      })
  void pass(String state) {
    assertThat(Database.isTransient(new IllegalStateException(new SQLException("x", state))))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "42601", "57014", "28P01", "53100", ""})
  void stay(String state) {
    assertThat(Database.isTransient(new IllegalStateException(new SQLException("x", state))))
        .isFalse();
  }

  @Test
  void areTheWaitForAConnectionToo() {
    assertThat(Database.isTransient(new SQLTransientConnectionException("pool"))).isTrue();
  }

  @Test
  void areNotWhatHasNothingToDoWithSql() {
    assertThat(Database.isTransient(new SQLException("no state"))).isFalse();
    assertThat(Database.isTransient(new IllegalStateException("x"))).isFalse();
  }

  @Test
  void endInACircleOfCauses() {
    IllegalStateException first = new IllegalStateException("first");
    IllegalStateException second = new IllegalStateException("second", first);
    first.initCause(second);
    assertThat(Database.isTransient(first)).isFalse();
  }
}
