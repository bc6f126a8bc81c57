package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.Http.Answer;
import dev.ekiden.server.config.Setting;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the public can and cannot do. */
final class PublicListenerTest {
  private static final int BURST = 40;

  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  @TempDir static Path directory;
  private static RunningServer server;

  @BeforeAll
  static void start() {
    server =
        RunningServer.start(
            directory,
            database.address(),
            Map.of(
                Setting.PUBLIC_RATE,
                "1",
                Setting.PUBLIC_BURST,
                Integer.toString(BURST),
                Setting.PUBLIC_HOSTS,
                "booking.example"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** One test, because all its requests come from one client and share its bucket. */
  @Test
  void thePublicHasRulesOfItsOwn() {
    Http http = server.publicHttp();
    assertThat(http.get("/sample/public").status()).isEqualTo(200);
    assertThat(http.with("Host", "booking.example").get("/sample/public").status()).isEqualTo(200);
    assertThat(http.with("Host", "evil.example").get("/sample/public").code())
        .isEqualTo("unknown-host");

    Answer answer = http.post("/sample/public", "{\"name\":\"Aiko\"}");
    assertThat(answer.json().path("name").asString("")).isEqualTo("Aiko");
    assertThat(answer.headers()).doesNotContainKey("set-cookie");
    assertThat(http.post("/sample/public", "{\"name\":\"" + "x".repeat(100) + "\"}").code())
        .isEqualTo("body-too-large");
    assertThat(http.with("Content-Type", "text/plain").post("/sample/public", "{}").status())
        .isEqualTo(415);
    assertThat(http.with("Origin", "http://evil.example").post("/sample/public", "{}").code())
        .isEqualTo("foreign-origin");

    int refused = 0;
    Answer last = http.get("/sample/public");
    for (int i = 0; i < 2 * BURST && refused == 0; i++) {
      last = http.get("/sample/public");
      refused += last.status() == 429 ? 1 : 0;
    }
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.code()).isEqualTo("too-many-requests");
    assertThat(Integer.parseInt(last.header("Retry-After"))).isPositive();
    assertThat(server.http().get("/health").status())
        .as("the control listener is another matter")
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/health", "/metrics", "/api/v1/jobs", "/sample/control"})
  void noControlRouteExistsThere(String path) {
    assertThat(server.process().publicRoutes("sample").stream().map(route -> route.path()).toList())
        .containsExactlyInAnyOrder("/sample/openapi.yaml", "/sample/public", "/sample/public")
        .doesNotContain(path);
  }
}
