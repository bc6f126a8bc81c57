package dev.ekiden.server.http;

import dev.ekiden.server.Problem;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port with routes behind an {@link AccessPolicy}. Every answer carries the security headers;
 * every failure is a problem document. Requests run on virtual threads.
 */
public final class HttpListener implements AutoCloseable {
  /** A route as it was added. */
  public record Route(String method, String path) {}

  /**
   * Where and how to listen.
   *
   * @param name shown in messages, for example {@code control}
   * @param host the address to bind
   * @param port the port, 0 for a free one
   * @param portSetting the setting that changes the port, for the message when it is taken
   */
  public record Options(String name, String host, int port, String portSetting) {}

  private static final Logger log = LoggerFactory.getLogger(HttpListener.class);

  private static final Map<String, String> SECURITY_HEADERS =
      Map.of(
          "Cache-Control", "no-store",
          "Content-Security-Policy",
              "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Referrer-Policy", "no-referrer",
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY");

  private final String host;
  private final Javalin javalin;
  private final LiveAnswers live;
  private final List<Route> routes;

  private HttpListener(String host, Javalin javalin, LiveAnswers live, List<Route> routes) {
    this.host = host;
    this.javalin = javalin;
    this.live = live;
    this.routes = List.copyOf(routes);
  }

  /** Collects routes to start a listener with. */
  public static final class RouteTable {
    private record Entry(Route route, Routes.Handler handler) {}

    private final List<Entry> entries = new ArrayList<>();

    /** Routes whose paths get this prefix, empty or {@code /name}. */
    public Routes under(String prefix) {
      return new Routes() {
        @Override
        public void get(String path, Handler handler) {
          add("GET", path, handler);
        }

        @Override
        public void post(String path, Handler handler) {
          add("POST", path, handler);
        }

        @Override
        public void put(String path, Handler handler) {
          add("PUT", path, handler);
        }

        @Override
        public void delete(String path, Handler handler) {
          add("DELETE", path, handler);
        }

        private void add(String method, String path, Handler handler) {
          if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path starts with '/', not '" + path + "'");
          }
          entries.add(new Entry(new Route(method, prefix + path), handler));
        }
      };
    }
  }

  /**
   * Finds out whether a listener could have its port, before anything costly is started for it.
   *
   * @throws PortInUseException when somebody else has the port
   */
  public static void requireFree(Options options) {
    if (options.port() == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(options.host(), options.port()));
    } catch (IOException e) {
      throw explain(new UncheckedIOException(e), options);
    }
  }

  /**
   * Starts to listen.
   *
   * @throws PortInUseException when somebody else has the port
   */
  public static HttpListener start(Options options, AccessPolicy access, RouteTable table) {
    LiveAnswers live = new LiveAnswers();
    Javalin javalin = Javalin.create(config -> configure(config, options, access, table, live));
    try {
      javalin.start();
    } catch (RuntimeException e) {
      throw explain(e, options);
    }
    return new HttpListener(
        options.host(),
        javalin,
        live,
        table.entries.stream().map(RouteTable.Entry::route).toList());
  }

  /** The port it has. */
  public int port() {
    return javalin.port();
  }

  /** Where to reach it from this machine. */
  public URI address() {
    String name =
        switch (host) {
          case "0.0.0.0", "::", "[::]", "localhost" -> "127.0.0.1";
          default -> host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        };
    return URI.create("http://" + name + ":" + port());
  }

  /** Its routes, in the order they were added. */
  public List<Route> routes() {
    return routes;
  }

  /** Accepts no more requests and lets those that run end; answers that go on end at once. */
  @Override
  public void close() {
    live.close();
    javalin.stop();
  }

  private static void configure(
      JavalinConfig config,
      Options options,
      AccessPolicy access,
      RouteTable table,
      LiveAnswers live) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setSendDateHeader(true);
    });
    config.jetty.modifyServer(server -> {
      server.setErrorHandler(new ProblemErrorHandler());
      server.setStopTimeout(STOP_TIMEOUT_MILLIS);
    });
    config.jetty.addConnector((server, http) -> connector(server, http, options));
    config.routes.before(context -> {
      SECURITY_HEADERS.forEach(context::header);
      access.admit(new JavalinRequest(context));
    });
    for (RouteTable.Entry entry : table.entries) {
      config.routes.addHttpHandler(
          HandlerType.findOrCreate(entry.route().method()),
          entry.route().path(),
          context -> answer(context, entry, live));
    }
    // Jetty drops the body of an answer to HEAD by itself.
    for (RouteTable.Entry entry : table.entries) {
      if (entry.route().method().equals("GET")) {
        config.routes.addHttpHandler(
            HandlerType.HEAD, entry.route().path(), context -> answer(context, entry, live));
      }
    }
    config.routes.exception(Exception.class, (failure, context) -> refuse(failure, context));
    config.routes.exception(
        HttpResponseException.class,
        (failure, context) -> {
          if (failure.getStatus() == 405) {
            context.header("Allow", methods(context, table));
          }
          refuse(failure, context);
        });
    config.router.javaLangErrorHandler((response, error) -> {
      log.error("a request failed with {}", error.toString(), error);
      response.setStatus(500);
    });
  }

  /** Connections that wait to be accepted: a rush of clients is told no later than a trickle. */
  private static final int ACCEPT_QUEUE = 4_096;

  private static ServerConnector connector(Server server, HttpConfiguration http, Options options) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    return connector;
  }

  /** The pattern of the route that answers: what logs name, because a path may carry a token. */
  private static final String ROUTE = "dev.ekiden.route";

  /** How long requests that run get to end when the listener closes. */
  private static final long STOP_TIMEOUT_MILLIS = 5_000;

  private static void answer(Context context, RouteTable.Entry entry, LiveAnswers live)
      throws Exception {
    context.attribute(ROUTE, entry.route().path());
    JavalinRequest request = new JavalinRequest(context);
    send(context, request, entry.handler().handle(request), live);
  }

  private static void send(
      Context context, JavalinRequest request, Response response, LiveAnswers live)
      throws IOException {
    switch (response.body()) {
      case Response.Body.None none -> setHead(context, response);
      case Response.Body.Bytes bytes -> {
        checkAcceptable(request, bytes.contentType());
        setHead(context, response);
        context.contentType(bytes.contentType()).result(bytes.content());
      }
      case Response.Body.Streamed streamed -> {
        checkAcceptable(request, streamed.contentType());
        setHead(context, response);
        context.contentType(streamed.contentType());
        streamed.writer().write(context.res().getOutputStream());
      }
      case Response.Body.Live going -> {
        try (Response.LiveSource source = going.source()) {
          checkAcceptable(request, going.contentType());
          setHead(context, response);
          context.contentType(going.contentType());
          if (!request.method().equals("HEAD")) {
            live.run(context, source);
          }
        }
      }
    }
  }

  private static void checkAcceptable(JavalinRequest request, String contentType) {
    if (SameOrigin.isSafe(request)
        && !ContentTypes.accepts(request.header("Accept"), contentType)) {
      throw ContentTypes.notAcceptable(ContentTypes.mediaType(contentType));
    }
  }

  private static void setHead(Context context, Response response) {
    context.status(response.status());
    response.headers().forEach(context::header);
  }

  private static void refuse(Exception failure, Context context) {
    if (failure instanceof EofException) {
      log.debug("the client left: {}", failure.toString());
      return;
    }
    String route = context.attribute(ROUTE);
    Problem problem =
        Problems.of(
            failure, context.req().getMethod() + " " + (route == null ? "without a route" : route));
    Response response = Response.problem(problem);
    setHead(context, response);
    if (problem.status() == 401) {
      context.header("WWW-Authenticate", "Bearer realm=\"ekiden\"");
    }
    if (response.body() instanceof Response.Body.Bytes bytes) {
      context.contentType(bytes.contentType()).result(bytes.content());
    }
  }

  private static String methods(Context context, RouteTable table) {
    Set<String> methods = new TreeSet<>();
    for (RouteTable.Entry entry : table.entries) {
      if (matches(entry.route().path(), context.path())) {
        methods.add(entry.route().method());
      }
    }
    return methods.stream().collect(Collectors.joining(", "));
  }

  private static boolean matches(String pattern, String path) {
    String[] expected = pattern.split("/", -1);
    boolean open = expected[expected.length - 1].startsWith("<");
    String[] actual = path.split("/", open ? expected.length : -1);
    if (expected.length != actual.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (!expected[i].startsWith("{")
          && !expected[i].startsWith("<")
          && !expected[i].equals(actual[i])) {
        return false;
      }
    }
    return true;
  }

  private static RuntimeException explain(RuntimeException failure, Options options) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.net.BindException) {
        String owner =
            PortOwner.describe(options.port()).orElse("another process (try `lsof -i :PORT`)");
        return new PortInUseException(
            "the %s listener cannot have %s:%d (%s): it belongs to %s. Stop that, or choose another port with --%s %d, 0 for any free one"
                .formatted(
                    options.name(),
                    options.host(),
                    options.port(),
                    cause.getMessage(),
                    owner,
                    options.portSetting(),
                    PortOwner.freeAfter(options.host(), options.port())),
            failure);
      }
    }
    return failure;
  }
}
