package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ekiden.testkit.TestDatabase;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ListenerTest {

  @RegisterExtension static final TestDatabase test = TestDatabase.create();

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private final Notifications recording =
      new Notifications() {
        @Override
        public void received(String channel, String payload) {
          events.add(channel + ": " + payload);
          if (payload.equals("fail")) {
            throw new ArithmeticException("on purpose");
          }
        }

        @Override
        public void connected() {
          events.add("connected on " + Thread.currentThread().getName());
        }
      };

  @Test
  void callsBackWhatIsNotified() throws InterruptedException {
    String odd = "Ein \"Kanal\" mit ä";
    try (Listener listener = Listener.start(test.database(), Set.of("jobs", odd), recording)) {
      assertThat(next()).isEqualTo("connected on ekiden-listener");
      send("other", "nobody listens");
      send("jobs", "7");
      assertThat(next()).isEqualTo("jobs: 7");
      send(odd, "");
      assertThat(next()).isEqualTo(odd + ": ");
      assertThat(listener).isNotNull();
    }
  }

  @Test
  void goesOnWhenACallbackFails() throws InterruptedException {
    try (Listener listener = Listener.start(test.database(), Set.of("jobs"), recording)) {
      next();
      send("jobs", "fail");
      send("jobs", "more");
      assertThat(next()).isEqualTo("jobs: fail");
      assertThat(next()).isEqualTo("jobs: more");
      assertThat(listener).isNotNull();
    }
  }

  @Test
  void connectsAgain() throws InterruptedException {
    try (Listener listener = Listener.start(test.database(), Set.of("jobs"), recording)) {
      next();
      for (int round = 0; round < 3; round++) {
        assertThat(killListeners()).isEqualTo(1);
        assertThat(next()).startsWith("connected");
        send("jobs", "after");
        assertThat(next()).isEqualTo("jobs: after");
      }
      assertThat(listener).isNotNull();
    }
  }

  @Test
  void givesItsConnectionBack() throws InterruptedException {
    try (Database small = Database.open(test.address(), 1, "small")) {
      for (int round = 0; round < 3; round++) {
        Listener listener = Listener.start(small, Set.of("jobs"), recording);
        next();
        listener.close();
        listener.close();
        assertThat(
                small.<Long>withHandle(handle ->
                    handle
                        .createQuery("SELECT count(*) FROM pg_listening_channels()")
                        .mapTo(long.class)
                        .one()))
            .isZero();
      }
    }
  }

  @Test
  void isSilentOnceClosed() throws InterruptedException {
    Set<Thread> before = Thread.getAllStackTraces().keySet(); // one of another test may still end
    Listener listener = Listener.start(test.database(), Set.of("jobs"), recording);
    next();
    listener.close();
    send("jobs", "late");
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ekiden-listener"))
                .filter(thread -> !before.contains(thread)))
        .isEmpty();
    assertThat(events).isEmpty();
  }

  @Test
  void canBeClosedByItsOwnCallback() throws InterruptedException {
    CompletableFuture<Listener> self = new CompletableFuture<>();
    Notifications closing =
        new Notifications() {
          @Override
          public void received(String channel, String payload) {
            events.add(payload);
          }

          @Override
          public void connected() {
            self.join().close();
            events.add("closed");
          }
        };
    self.complete(Listener.start(test.database(), Set.of("jobs"), closing));
    assertThat(next()).isEqualTo("closed");
  }

  @Test
  void refusesAChannelThatPostgresWouldCut() {
    String longest = "x".repeat(Listener.MAX_CHANNEL_BYTES);
    Listener.start(test.database(), Set.of(longest), recording).close();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Listener.start(test.database(), Set.of(longest + "x"), recording))
        .withMessageContaining("but this has 64");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Listener.start(test.database(), Set.of(""), recording))
        .withMessageContaining("but this has 0");
  }

  private String next() throws InterruptedException {
    return events.take();
  }

  private static void send(String channel, String payload) {
    test.database()
        .useTransaction(handle -> handle.execute("SELECT pg_notify(?, ?)", channel, payload));
  }

  private static int killListeners() {
    return test.database()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT count(pg_terminate_backend(pid, 10000))
                    FROM pg_stat_activity
                    WHERE datname = current_database()
                      AND query LIKE 'LISTEN%'
                    """)
                .mapTo(int.class)
                .one());
  }
}
