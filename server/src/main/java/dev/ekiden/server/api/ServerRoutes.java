package dev.ekiden.server.api;

import dev.ekiden.console.Assets;
import dev.ekiden.server.AssetRoutes;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.http.AccessToken;
import dev.ekiden.server.http.Sessions;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Routes about the server itself. */
public final class ServerRoutes {
  private static final String CONSOLE = "/console/";

  private final Supplier<ServerInfo> info;
  private final Readiness readiness;
  private final PrometheusRegistry metrics;
  private final AccessToken token;
  private final Sessions sessions;

  /**
   * @param info asked per request, because addresses are known only once the listeners are up
   */
  public ServerRoutes(
      Supplier<ServerInfo> info,
      Readiness readiness,
      PrometheusRegistry metrics,
      AccessToken token,
      Sessions sessions) {
    this.info = info;
    this.readiness = readiness;
    this.metrics = metrics;
    this.token = token;
    this.sessions = sessions;
  }

  public void addTo(Routes routes) {
    routes.get("/", this::index);
    new AssetRoutes("/console", Assets.ofConsole()).addTo(routes);
    routes.get("/health", this::health);
    routes.get("/ready", this::ready);
    routes.get("/metrics", this::metrics);
    routes.get("/openapi.yaml", Documents.route("dev/ekiden/server/openapi.yaml"));
    routes.get("/api/v1/status", this::status);
  }

  private record Health(String status, String version, long pid, double uptimeSeconds) {}

  private record Status(
      String version,
      long pid,
      String role,
      Instant startedAt,
      double uptimeSeconds,
      URI address,
      ServerInfo.DatabaseInfo database,
      List<ServerInfo.ApplicationInfo> applications) {}

  private Response index(Request request) {
    request.allowQuery("token");
    if (request.query("token").isPresent()) {
      return signIn(request);
    }
    return Response.redirect(CONSOLE);
  }

  private static boolean isBrowser(Request request) {
    return request.header("Accept").filter(types -> types.contains("text/html")).isPresent();
  }

  /** The token leaves the address bar, the history and every Referer at once. */
  private Response signIn(Request request) {
    if (!token.matches(request.query("token").text())) {
      if (isBrowser(request)) {
        return Response.redirect(CONSOLE + "sign-in?wrong");
      }
      throw new ProblemException(
          Problem.of(
              401,
              "wrong-token",
              "this link does not carry the token of the server that runs now; `ekiden up` prints"
                  + " the right one"));
    }
    return Response.redirect(CONSOLE)
        .withHeader("Set-Cookie", sessions.cookie(info.get().address().getPort()));
  }

  private Response health(Request request) {
    request.allowQuery();
    ServerInfo server = info.get();
    return Response.json(new Health("up", server.version(), server.pid(), uptime(server)));
  }

  private Response ready(Request request) throws InterruptedException {
    request.allowQuery();
    Readiness.Report report = readiness.check();
    return Response.json(report.ready() ? 200 : 503, report);
  }

  private Response metrics(Request request) throws IOException {
    request.allowQuery();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Optional<String> accept = request.header("Accept");
    if (accept.isPresent() && accept.get().contains("application/openmetrics-text")) {
      new OpenMetricsTextFormatWriter(false, true).write(out, metrics.scrape());
      return Response.bytes(200, OpenMetricsTextFormatWriter.CONTENT_TYPE, out.toByteArray());
    }
    PrometheusTextFormatWriter.create().write(out, metrics.scrape());
    return Response.bytes(200, PrometheusTextFormatWriter.CONTENT_TYPE, out.toByteArray());
  }

  private Response status(Request request) {
    request.allowQuery();
    ServerInfo server = info.get();
    return Response.json(
        new Status(
            server.version(),
            server.pid(),
            server.role(),
            server.startedAt(),
            uptime(server),
            server.address(),
            server.database(),
            server.applications()));
  }

  private static double uptime(ServerInfo server) {
    return Seconds.of(Duration.between(server.startedAt(), Instant.now()));
  }
}
