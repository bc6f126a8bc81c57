package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.JobRequest;
import dev.ekiden.server.SampleApplication.Greeting;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Streams of events tell that something changed, and end when nobody wants them any more. */
final class EventsTest {
  private static final int MOST_STREAMS = 100;

  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir Path directory;
  private RunningServer server;

  @BeforeEach
  void start() {
    server = RunningServer.start(directory, database.address());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private EventStream open(String query) {
    return EventStream.open(server.process().address(), server.token(), "/api/v1/events" + query);
  }

  private long later(String name) {
    return server
        .engine()
        .enqueue(JobRequest.of("greet", new Greeting(name)).withDelay(Duration.ofHours(1)))
        .id();
  }

  @Test
  void changesAreTold() {
    try (EventStream events = open("")) {
      assertThat(events.head().status()).isEqualTo(200);
      assertThat(events.head().header("Content-Type")).startsWith("text/event-stream");
      assertThat(events.head().header("Cache-Control")).isEqualTo("no-store");
      assertThat(events.line()).isEqualTo("retry: 2000");
      events.awaitReady();
      long job = later("one");
      events.awaitTopics("jobs", "queues");
      server.engine().queues().pause("elsewhere", "test");
      events.awaitTopics("queues");
      server
          .http()
          .put(
              "/api/v1/schedules/told",
              "{\"definition\":\"later\",\"payload\":{\"name\":\"x\"},\"cron\":\"0 3 * * *\"}");
      events.awaitTopics("schedules");
      server
          .http()
          .post(
              "/api/v1/bulk",
              "{\"action\":\"cancel\",\"filter\":{\"fromId\":\"%d\"}}".formatted(job));
      events.awaitTopics("bulk", "jobs");
    }
  }

  @Test
  void aJobTellsOfItselfAndOfItsLog() {
    long job = later("logs");
    try (EventStream events = open("?job=" + job)) {
      events.awaitReady();
      server.engine().jobs().retry(job);
      events.awaitTopics("job", "log");
    }
    assertThat(server.http().get("/api/v1/events?job=999999").status()).isEqualTo(404);
    assertThat(server.http().get("/api/v1/events?job=x").status()).isEqualTo(400);
    assertThat(server.http().get("/api/v1/events?jobs=1").code()).isEqualTo("unknown-parameter");
  }

  @Test
  void theRulesOfAccessHold() {
    assertThat(server.anonymous().get("/api/v1/events").status()).isEqualTo(401);
    assertThat(server.http().with("Host", "elsewhere.example").get("/api/v1/events").status())
        .isGreaterThanOrEqualTo(400);
    assertThat(server.http().with("Accept", "application/json").get("/api/v1/events").status())
        .isEqualTo(406);
    assertThat(server.http().send("HEAD", "/api/v1/events", "").status()).isEqualTo(200);
  }

  @Test
  void streamsAreLimitedAndEndWithTheirClients() throws Exception {
    List<EventStream> streams = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_STREAMS; i++) {
        streams.add(open(""));
        assertThat(streams.getLast().head().status()).isEqualTo(200);
      }
      Http.Answer refused = server.http().get("/api/v1/events");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("too-many-streams");
      assertThat(refused.header("Retry-After")).isEqualTo("10");
      // Nothing changes here, so nothing is written that could tell that the client is gone.
      streams.removeLast().close();
      TestEngine.awaitUntil(
          "there is room for another",
          () -> {
            EventStream another = open("");
            if (another.head().status() != 200) {
              another.close();
              return false;
            }
            return streams.add(another);
          });
    } finally {
      streams.forEach(EventStream::close);
    }
  }

  @Test
  void aStopDoesNotWaitForStreams() throws Exception {
    try (EventStream events = open("");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      events.awaitReady();
      Future<Http.Answer> request = threads.submit(() -> server.http().get("/sample/gate"));
      server.application().atGate.await();
      Future<?> stopping = threads.submit(server::close);
      events.awaitEnd();
      // Had the stream ended because time was up, so had this request.
      server.application().gate.countDown();
      assertThat(request.get().status()).isEqualTo(200);
      stopping.get();
    }
  }
}
