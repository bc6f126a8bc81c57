package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.Http.Answer;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what on the control listener. */
final class AccessTest {
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
  void theTokenOpensTheApi() {
    assertThat(server.http().get("/api/v1/queues").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/ready", "/console/", "/console/jobs", "/console/js/main.js"})
  void probesAndTheFilesOfTheConsoleNeedNoToken(String path) {
    assertThat(server.anonymous().get(path).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/jobs",
        "/metrics",
        "/openapi.yaml",
        "/sample/control",
        "/sample/openapi.yaml",
        "/nothing-here",
        "//health",
        "/health/../api/v1/jobs",
        "/consolex/"
      })
  void everythingElseDoes(String path) {
    Answer answer = server.anonymous().get(path);
    assertThat(answer.status()).isIn(401, 400);
    if (answer.status() == 401) {
      assertThat(answer.code()).isEqualTo("unauthenticated");
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    }
  }

  /** What begins as the console is the console, wherever it says it leads. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/../api/v1/jobs",
        "/console/%2e%2e/api/v1/jobs",
        "/console/..%2fapi/v1/jobs",
        "/console/;/../../api/v1/jobs",
        "/console//api/v1/jobs"
      })
  void thePathsOfTheConsoleLeadNowhereElse(String path) {
    Answer answer = server.anonymous().get(path);
    if (answer.status() == 200) {
      assertThat(answer.body()).startsWith("<!doctype html>");
    } else {
      assertThat(answer.status()).isIn(400, 401, 404);
    }
  }

  @Test
  void aWrongTokenIsRefused() {
    for (String wrong : List.of("", "x", server.token() + "x", server.token().substring(1))) {
      Answer answer = server.anonymous().withToken(wrong).get("/api/v1/jobs");
      assertThat(answer.status()).as(wrong).isEqualTo(401);
      assertThat(answer.code()).isEqualTo("wrong-token");
    }
    assertThat(
            server
                .anonymous()
                .with("Authorization", "Basic " + server.token())
                .get("/api/v1/jobs")
                .code())
        .isEqualTo("wrong-token");
  }

  @Test
  void aTokenInTheQueryOpensNothingButTheFrontPage() {
    Answer answer = server.anonymous().get("/api/v1/jobs?token=" + server.token());
    assertThat(answer.status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:80"})
  void aForeignHostIsRefused(String host) {
    Answer answer = server.http().with("Host", host).get("/api/v1/jobs");
    assertThat(answer.status()).isEqualTo(421);
    assertThat(answer.code()).isEqualTo("unknown-host");
    assertThat(answer.body()).contains("'" + host + "'").contains("localhost");
    assertThat(server.anonymous().with("Host", host).get("/health").status()).isEqualTo(421);
  }

  @Test
  void theLoopbackNamesAreKnown() {
    int port = server.address().getPort();
    for (String name : List.of("127.0.0.1", "localhost", "LOCALHOST", "[::1]")) {
      assertThat(server.http().with("Host", name + ":" + port).get("/api/v1/jobs").status())
          .as(name)
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "nonsense"})
  void aChangeFromAnotherSiteIsRefused(String site) {
    Answer answer =
        server.http().with("Sec-Fetch-Site", site).post("/api/v1/queues/greetings/pause");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("cross-site");
    assertThat(answer.body()).contains(site);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "null", "http://127.0.0.1:1"})
  void aChangeWithAForeignOriginIsRefused(String origin) {
    Answer answer = server.http().with("Origin", origin).post("/api/v1/queues/greetings/pause");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("foreign-origin");
    assertThat(answer.body()).contains(origin);
  }

  @Test
  void aChangeFromOurOwnPagesIsNot() {
    String origin = "http://" + server.address().getAuthority();
    for (String site : List.of("same-origin", "none")) {
      assertThat(
              server
                  .http()
                  .with("Origin", origin)
                  .with("Sec-Fetch-Site", site)
                  .post("/api/v1/queues/greetings/resume")
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void aRefusedChangeChangesNothing() {
    server.http().with("Origin", "http://evil.example").post("/api/v1/queues/naps/pause");
    assertThat(server.engine().queues().find("naps").orElseThrow().isPaused()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x"
      })
  void aBodyOfAnotherTypeIsRefused(String type) {
    Answer answer = server.http().with("Content-Type", type).post("/api/v1/jobs", "{}");
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.code()).isEqualTo("unsupported-content-type");
    assertThat(answer.body()).contains("application/json").contains(type);
  }

  @Test
  void aPostWithoutATypeIsRefused() {
    Answer answer =
        server.http().with("Content-Type", null).post("/api/v1/queues/greetings/resume");
    assertThat(answer.status()).isEqualTo(415);
  }

  @Test
  void csvIsForImportsOnly() {
    Http csv = server.http().with("Content-Type", "text/csv; charset=utf-8");
    assertThat(csv.post("/sample/import", "a,b\n").json().path("bytes").asInt()).isEqualTo(4);
    assertThat(csv.post("/api/v1/jobs", "a,b\n").status()).isEqualTo(415);
    assertThat(server.http().post("/sample/import", "{}").status()).isEqualTo(415);
  }

  @Test
  void nobodyIsAllowedToAskFromAnotherOrigin() {
    Answer answer =
        server
            .http()
            .with("Origin", "http://evil.example")
            .with("Access-Control-Request-Method", "POST")
            .send("OPTIONS", "/api/v1/jobs", "");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
  }

  @Test
  void theConsoleLinkBecomesACookie() {
    Answer entry = server.anonymous().get("/?token=" + server.token());
    assertThat(entry.status()).isEqualTo(302);
    assertThat(entry.header("Location")).isEqualTo("/console/");
    String cookie = entry.header("Set-Cookie");
    assertThat(cookie)
        .startsWith("ekiden-session-" + server.address().getPort() + "=")
        .contains("HttpOnly")
        .contains("SameSite=Strict")
        .doesNotContain(server.token());

    Http browser = server.anonymous().with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    assertThat(browser.get("/api/v1/jobs").status()).isEqualTo(200);
    assertThat(browser.post("/api/v1/queues/greetings/resume").status()).isEqualTo(200);
    assertThat(
            browser
                .with("Sec-Fetch-Site", "cross-site")
                .post("/api/v1/queues/greetings/resume")
                .status())
        .isEqualTo(403);
  }

  @Test
  void aForgedCookieOpensNothing() {
    Answer entry = server.anonymous().get("/?token=" + server.token());
    String cookie = entry.header("Set-Cookie");
    String value = cookie.substring(0, cookie.indexOf(';'));
    int dot = value.indexOf('.');
    int equals = value.indexOf('=');
    for (String forged :
        List.of(
            value.substring(0, equals + 1) + "99999999999" + value.substring(dot),
            value.substring(0, value.length() - 1),
            value.substring(0, equals + 1),
            value.substring(0, equals + 1) + "99999999999999999999.x",
            "ekiden-session-1" + value.substring(equals))) {
      assertThat(server.anonymous().with("Cookie", forged).get("/api/v1/jobs").status())
          .as(forged)
          .isEqualTo(401);
    }
  }

  @Test
  void aConsoleLinkWithAWrongTokenIsRefused() {
    Answer answer = server.anonymous().get("/?token=wrong");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.code()).isEqualTo("wrong-token");
    assertThat(answer.headers()).doesNotContainKey("set-cookie");
    Answer page = server.anonymous().with("Accept", "text/html,*/*;q=0.8").get("/?token=wrong");
    assertThat(page.status()).isEqualTo(302);
    assertThat(page.header("Location")).isEqualTo("/console/sign-in?wrong");
    assertThat(page.headers()).doesNotContainKey("set-cookie");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/api/v1/jobs", "/nothing-here"})
  void everyAnswerCarriesTheSecurityHeaders(String path) {
    Answer answer = server.anonymous().get(path);
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
    assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.headers()).doesNotContainKey("server");
  }

  @ParameterizedTest
  @ValueSource(strings = {"token", "runtime.json", "lock"})
  void onlyTheOwnerCanReadTheFiles(String file) throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(server.directory().resolve(file))))
        .isEqualTo("rw-------");
  }

  @Test
  void theRuntimeFileHoldsNoSecret() throws Exception {
    assertThat(Files.readString(server.directory().resolve("runtime.json")))
        .contains(server.address().toString())
        .doesNotContain(server.token())
        .doesNotContain(database.address().password());
  }

  @Test
  void anErrorOfOursTellsNothingButAnId() {
    Answer answer = server.http().get("/sample/boom");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.code()).isEqualTo("internal-error");
    assertThat(answer.json().path("errorId").asString("")).isNotEmpty();
    assertThat(answer.body()).doesNotContain("secret-detail").doesNotContain("Exception");
  }

  @Test
  void whatIsNotHttpIsAProblemToo() {
    Answer answer = server.http().get("/%zz");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.code()).isEqualTo("malformed-request");
  }
}
