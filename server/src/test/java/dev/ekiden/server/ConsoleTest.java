package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.Http.Answer;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the console's files come to a browser. */
final class ConsoleTest {
  private static final String MODULE = "/console/webjars/lit/3.3.2/index.js";

  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir static Path directory;
  private static RunningServer server;

  @BeforeAll
  static void start() {
    server = RunningServer.start(directory, database.address());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theFrontDoorLeadsToIt() {
    Answer answer = server.anonymous().get("/");
    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.header("Location")).isEqualTo("/console/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/",
        "/console",
        "/console/jobs",
        "/console/jobs?state=failed&queue=mail",
        "/console/jobs/17",
        "/console/queues/a.queue-with.dots",
        "/console/js",
      })
  void everyScreenIsTheOnePage(String path) {
    Answer answer = server.anonymous().get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/html;");
    assertThat(answer.body()).startsWith("<!doctype html>");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(answer.header("Content-Security-Policy"))
        .contains("script-src 'self' 'sha256-")
        .contains("default-src 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/js/nothing.js",
        "/console/design/nothing.css",
        "/console/webjars/lit/3.3.2/package.json",
        "/console/webjars/lit/0.0.1/index.js",
        "/console/js/%2e%2e/index.html",
      })
  void aFileThatIsNotThereIsNotFound(String path) {
    assertThat(server.anonymous().get(path).status()).isIn(400, 404);
  }

  @Test
  void whatAVersionFixesIsKeptForGood() {
    Answer answer = server.anonymous().get(MODULE);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(answer.header("Cache-Control")).contains("immutable").contains("max-age=31536000");
    assertThat(server.anonymous().get("/console/design/tokens.css").header("Cache-Control"))
        .isEqualTo("no-cache");
  }

  @Test
  void whatABrowserHasIsNotSentAgain() {
    Answer first = server.anonymous().get("/console/design/tokens.css");
    Answer again =
        server
            .anonymous()
            .with("If-None-Match", first.header("ETag"))
            .get("/console/design/tokens.css");
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
    Answer other =
        server.anonymous().with("If-None-Match", "\"0\"").get("/console/design/tokens.css");
    assertThat(other.status()).isEqualTo(200);
  }

  @Test
  void textTravelsCompressed() {
    Http browser = server.anonymous().with("Accept-Encoding", "gzip, deflate, br");
    Answer answer = browser.get("/console/design/controls.css");
    assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
    assertThat(browser.get(MODULE).headers()).doesNotContainKey("content-encoding");
    assertThat(
            server
                .anonymous()
                .with("Accept-Encoding", "gzip;q=0")
                .get("/console/design/controls.css")
                .headers())
        .doesNotContainKey("content-encoding");
  }

  @Test
  void nothingCanBeSentToIt() {
    Answer answer = server.http().post("/console/jobs", "{}");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET");
  }
}
