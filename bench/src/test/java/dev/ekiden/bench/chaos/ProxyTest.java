package dev.ekiden.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestDatabase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProxyTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  private static int ask(Database some) {
    return some.withHandle(handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one());
  }

  @Test
  void carriesCutsDelaysAndSwallows() throws Exception {
    try (Proxy proxy = Proxy.before(database.address());
        Database proxied = Database.open(proxy.address(), 1, "proxied")) {
      assertThat(ask(proxied)).isEqualTo(1);

      assertThatThrownBy(() ->
              proxied.useTransaction(handle -> {
                proxy.cut();
                handle.execute("SELECT 1");
              }))
          .matches(Database::isTransient);
      assertThat(ask(proxied)).isEqualTo(1);

      proxy.delay(30);
      long start = System.nanoTime();
      assertThat(ask(proxied)).isEqualTo(1);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(60));
      proxy.delay(0);

      proxy.swallow(true);
      CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> ask(proxied));
      assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      proxy.swallow(false);
      assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }
}
