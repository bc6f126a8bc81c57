package dev.ekiden.server.http;

import dev.ekiden.server.Json;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** A request as Javalin hands it over. */
public final class JavalinRequest implements Request {
  private final Context context;

  JavalinRequest(Context context) {
    this.context = context;
  }

  @Override
  public String method() {
    return context.req().getMethod();
  }

  @Override
  public String path() {
    return context.path();
  }

  @Override
  public Parameter path(String name) {
    return new Parameter("path", name, context.pathParam(name));
  }

  @Override
  public Parameter query(String name) {
    List<String> values = context.queryParams(name);
    if (values.size() > 1) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-parameter",
                  "query parameter '%s' may be given once, not %d times"
                      .formatted(name, values.size()))
              .withField(name));
    }
    return new Parameter("query", name, values.isEmpty() ? null : values.getFirst());
  }

  @Override
  public void allowQuery(String... names) {
    List<String> allowed = Arrays.asList(names);
    for (String name : context.queryParamMap().keySet()) {
      if (!allowed.contains(name)) {
        throw new ProblemException(
            Problem.of(
                    400,
                    "unknown-parameter",
                    "query parameter '%s' is unknown; %s"
                        .formatted(
                            name,
                            allowed.isEmpty()
                                ? "none is allowed here"
                                : "allowed are " + String.join(", ", allowed)))
                .withField(name));
      }
    }
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(context.header(name));
  }

  @Override
  public String clientAddress() {
    return context.req().getRemoteAddr();
  }

  @Override
  public <T> T json(Class<T> type, long maxBytes) {
    byte[] body = jsonBytes(maxBytes);
    if (body.length == 0) {
      throw ProblemException.of(
          400, "missing-body", "the request needs a body of JSON; it has none");
    }
    @Nullable T value;
    try {
      value = Json.MAPPER.readValue(body, type);
    } catch (JacksonException e) {
      throw JsonProblems.of(e);
    }
    if (value == null) {
      throw ProblemException.of(400, "missing-body", "the request needs a body of JSON, not null");
    }
    return value;
  }

  @Override
  public byte[] jsonBytes(long maxBytes) {
    ContentTypes.require(ContentTypes.JSON, header("Content-Type"));
    try (InputStream body = body(maxBytes)) {
      return body.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the request ended before its body did", e);
    }
  }

  @Override
  public InputStream csv(long maxBytes) {
    ContentTypes.require(ContentTypes.CSV, header("Content-Type"));
    return body(maxBytes);
  }

  @Override
  public InputStream zip(long maxBytes) {
    ContentTypes.require(ContentTypes.ZIP, header("Content-Type"));
    return body(maxBytes);
  }

  @Override
  public InputStream calendar(long maxBytes) {
    ContentTypes.require(ContentTypes.CALENDAR, header("Content-Type"));
    return body(maxBytes);
  }

  /** The port the request came in on. */
  int localPort() {
    return context.req().getLocalPort();
  }

  Optional<String> cookie(String name) {
    return Optional.ofNullable(context.cookie(name));
  }

  boolean hasBody() {
    return context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
  }

  private InputStream body(long maxBytes) {
    if (context.req().getContentLengthLong() > maxBytes) {
      throw LimitedInputStream.tooLarge(maxBytes);
    }
    return new LimitedInputStream(context.bodyInputStream(), maxBytes);
  }
}
