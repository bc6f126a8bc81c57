package dev.ekiden.calendar.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SecretsTest {
  /** One in 64 would; that none of a thousand does by chance happens once in seven million runs. */
  @Test
  void aSecretIsNeverTakenForAnOptionOfACommand() {
    assertThat(Stream.generate(() -> Secrets.random(256)).limit(1_000))
        .allSatisfy(secret -> assertThat(secret).matches("[A-Za-z0-9_][A-Za-z0-9_-]{42}"))
        .doesNotHaveDuplicates();
  }
}
