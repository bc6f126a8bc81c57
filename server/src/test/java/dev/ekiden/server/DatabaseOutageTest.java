package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.Http.Answer;
import dev.ekiden.testkit.TestEngine;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose PostgreSQL goes away and comes back. */
final class DatabaseOutageTest {
  @TempDir Path directory;

  @Test
  void readinessFollowsTheDatabase() throws Exception {
    EmbeddedPostgresOptions options = EmbeddedPostgresOptions.in(directory.resolve("postgres"));
    EmbeddedPostgres postgres = EmbeddedPostgres.start(options);
    DatabaseAddress address = postgres.address();
    int port = URI.create(address.url().substring("jdbc:".length())).getPort();
    try (RunningServer server = RunningServer.start(directory, address)) {
      Http http = server.http();
      assertThat(http.get("/ready").json().path("ready").asBoolean()).isTrue();

      postgres.close();
      TestEngine.awaitUntil("it is not ready", () -> http.get("/ready").status() == 503);
      Answer notReady = http.get("/ready");
      assertThat(notReady.json().path("ready").asBoolean()).isFalse();
      assertThat(notReady.json().path("checks").get(0).path("name").asString(""))
          .isEqualTo("database");
      OpenApiContract.of("dev/ekiden/server/openapi.yaml").check("GET", "/ready", notReady);
      assertThat(http.get("/health").status()).isEqualTo(200);
      assertThat(http.get("/metrics").body()).contains("ekiden_database_up 0.0");

      Answer refused = http.post("/api/v1/jobs", "{\"definition\":\"greet\"}");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("database-unavailable");
      assertThat(refused.header("Retry-After")).isEqualTo("2");
      assertThat(refused.body()).doesNotContain("Exception").doesNotContain("org.");

      postgres = EmbeddedPostgres.start(options.withPort(port));
      TestEngine.awaitUntil("it is ready again", () -> http.get("/ready").status() == 200);
      String job =
          http.post("/api/v1/jobs", "{\"definition\":\"greet\",\"payload\":{\"name\":\"again\"}}")
              .json()
              .path("id")
              .asString("");
      assertThat(
              http.get("/api/v1/jobs/" + job + "?waitSeconds=30").json().path("state").asString(""))
          .isEqualTo("SUCCEEDED");
    } finally {
      postgres.close();
    }
  }
}
