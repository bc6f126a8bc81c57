package dev.ekiden.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small rules that the listeners are made of. */
final class HttpRulesTest {
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aBucketAllowsItsBurstAndRefillsAtItsRate() {
    RateLimiter limiter = new RateLimiter(2, 3, nanos::get);
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.tryAcquire("10.0.0.1")).isZero();
    }
    assertThat(limiter.tryAcquire("10.0.0.1")).isEqualTo(1);
    assertThat(limiter.tryAcquire("10.0.0.2")).as("another client").isZero();
    pass(Duration.ofMillis(499));
    assertThat(limiter.tryAcquire("10.0.0.1")).isPositive();
    pass(Duration.ofMillis(1));
    assertThat(limiter.tryAcquire("10.0.0.1")).isZero();
    pass(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.tryAcquire("10.0.0.1")).isZero();
    }
    assertThat(limiter.tryAcquire("10.0.0.1")).isPositive();
  }

  @Test
  void anIpv6NetworkIsOneClient() {
    RateLimiter limiter = new RateLimiter(1, 1, nanos::get);
    assertThat(limiter.tryAcquire("2001:db8:0:1:0:0:0:1")).isZero();
    assertThat(limiter.tryAcquire("[2001:db8:0:1:ffff:0:0:2]")).isPositive();
    assertThat(limiter.tryAcquire("2001:db8:0:2:0:0:0:1")).isZero();
  }

  @Test
  void onlySoManyClientsAreRemembered() {
    RateLimiter limiter = new RateLimiter(1, 1, nanos::get);
    for (int i = 0; i <= RateLimiter.MAX_CLIENTS; i++) {
      limiter.tryAcquire("client-" + i);
    }
    assertThat(limiter.clients()).isEqualTo(RateLimiter.MAX_CLIENTS);
    assertThat(limiter.tryAcquire("client-" + RateLimiter.MAX_CLIENTS)).isPositive();
    assertThat(limiter.tryAcquire("client-0")).as("forgotten").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080,true",
    "localhost:8080,true",
    "[::1]:8080,true",
    "queue.example,true",
    "Queue.Example:443,true",
    "exact.example:1,true",
    "exact.example,false",
    "exact.example:2,false",
    "127.0.0.1,false",
    "127.0.0.1:8081,false",
    "127.0.0.2:8080,false",
    "queue.example.evil:443,false",
    "'',false",
  })
  void hostsAreKnownByName(String host, boolean known) {
    KnownHosts hosts = new KnownHosts(List.of("queue.example", "exact.example:1"));
    assertThat(hosts.knows(host, 8080)).isEqualTo(known);
  }

  @Test
  void portEightyNeedNotBeNamed() {
    assertThat(new KnownHosts(List.of()).knows("localhost", 80)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'',true",
    "*/*,true",
    "application/*,true",
    "'text/html, application/json;q=0.5',true",
    "'application/json;q=0',false",
    "'text/html',false",
    "'text/html, */*;q=0.0',false",
  })
  void acceptIsUnderstood(String header, boolean accepted) {
    assertThat(ContentTypes.accepts(Optional.of(header), "application/json")).isEqualTo(accepted);
  }

  @Test
  void aTokenIsLongAndHidden(@TempDir Path directory) throws Exception {
    AccessToken token = AccessToken.random();
    assertThat(token.secret()).hasSize(43).isNotEqualTo(AccessToken.random().secret());
    assertThat(token.toString()).doesNotContain(token.secret());
    Path file = directory.resolve("token");
    Files.writeString(file, "x".repeat(AccessToken.MIN_LENGTH) + "\n");
    assertThat(AccessToken.read(file).matches("x".repeat(AccessToken.MIN_LENGTH))).isTrue();
    Files.writeString(file, "s".repeat(AccessToken.MIN_LENGTH - 1));
    assertThatThrownBy(() -> AccessToken.read(file))
        .hasMessageContaining("32 to 1000 characters, not 31")
        .message()
        .doesNotContain("ssss");
    Files.writeString(file, "x".repeat(AccessToken.MAX_LENGTH + 1));
    assertThatThrownBy(() -> AccessToken.read(file)).hasMessageContaining("not 1001");
    Files.writeString(file, "two words ".repeat(5));
    assertThatThrownBy(() -> AccessToken.read(file)).hasMessageContaining("without spaces");
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
