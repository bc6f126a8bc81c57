package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.JobState;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A stop loses nothing that had begun. */
final class GracefulStopTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir Path directory;

  @Test
  void aRequestThatRunsIsAnswered() throws Exception {
    RunningServer server = RunningServer.start(directory, database.address());
    try (server;
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Http http = server.http();
      Future<Http.Answer> waiting = threads.submit(() -> http.get("/sample/gate"));
      server.application().atGate.await();
      Future<?> stopping = threads.submit(server::close);
      TestEngine.awaitUntil("no more connections are accepted", () -> isRefused(http));
      server.application().gate.countDown();
      assertThat(waiting.get().status()).isEqualTo(200);
      assertThat(waiting.get().body()).isEqualTo("through");
      stopping.get();
    }
  }

  @Test
  void aJobThatRunsMayEndAndOneThatDoesNotIsGivenBack() throws Exception {
    long nap;
    try (RunningServer server =
        RunningServer.start(
            directory,
            database.address(),
            java.util.Map.of(dev.ekiden.server.config.Setting.DRAIN, "100ms"))) {
      nap = server.engine().enqueue(JobRequest.of("sleep", null)).id();
      TestEngine.awaitUntil(
          "the nap has begun", () -> server.engine().jobs().get(nap).startedAt() != null);
    }
    try (RunningServer server =
        RunningServer.start(
            directory,
            database.address(),
            java.util.Map.of(dev.ekiden.server.config.Setting.INLINE_WORKERS, "false"))) {
      assertThat(server.engine().jobs().get(nap).state()).isEqualTo(JobState.READY);
      assertThat(server.engine().jobs().get(nap).failures()).isZero();
      server.engine().jobs().cancel(nap);
    }
  }

  /** New connections are turned away, answered with 503, or left lying by who no longer accepts. */
  private static boolean isRefused(Http http) {
    try {
      return http.withTimeoutMillis(500).get("/health").status() == 503;
    } catch (UncheckedIOException e) {
      return true;
    }
  }
}
