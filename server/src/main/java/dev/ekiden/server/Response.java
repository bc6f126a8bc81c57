package dev.ekiden.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The answer to a request. Immutable.
 *
 * @param status the HTTP status
 * @param headers headers besides those the listener always sets
 * @param body what follows
 */
public record Response(int status, Map<String, String> headers, Body body) {
  /** The content of an answer. */
  public sealed interface Body {
    /** No content. */
    record None() implements Body {}

    /** Content that is ready. */
    final class Bytes implements Body {
      private final String contentType;
      private final byte[] content;

      private Bytes(String contentType, byte[] content) {
        this.contentType = contentType;
        this.content = content;
      }

      public String contentType() {
        return contentType;
      }

      /** The content itself, not a copy. */
      public byte[] content() {
        return content;
      }
    }

    /** Content that is written as it is made, on the handling thread. */
    record Streamed(String contentType, Writer writer) implements Body {}

    /** Content that goes on until its source, the client or the listener ends it. */
    record Live(String contentType, LiveSource source) implements Body {}
  }

  /** Writes a body. */
  @FunctionalInterface
  public interface Writer {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes a body that has no end of its own. Its thread is interrupted as soon as the client is
   * gone or the listener stops; what it throws then is no failure.
   */
  public interface LiveSource extends AutoCloseable {
    void write(OutputStream out) throws IOException, InterruptedException;

    /** Called once, also when nothing was written because the answer became another one. */
    @Override
    void close();
  }

  private static final Body NONE = new Body.None();

  public Response {
    headers = Map.copyOf(headers);
  }

  /** Status 200 with an object as JSON. */
  public static Response json(Object value) {
    return json(200, value);
  }

  /** An object as JSON. */
  public static Response json(int status, Object value) {
    return bytes(status, "application/json", Json.MAPPER.writeValueAsBytes(value));
  }

  /** Status 201 with an object as JSON and where it is found. */
  public static Response created(String location, Object value) {
    return json(201, value).withHeader("Location", location);
  }

  /** Status 200 with text of a type such as {@code text/plain}; sent as UTF-8. */
  public static Response text(String contentType, String text) {
    return bytes(200, contentType + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  public static Response bytes(int status, String contentType, byte[] content) {
    return new Response(status, Map.of(), new Body.Bytes(contentType, content));
  }

  /** Status 200 with a body that is written piece by piece. */
  public static Response streamed(String contentType, Writer writer) {
    return new Response(200, Map.of(), new Body.Streamed(contentType, writer));
  }

  /** Status 200 with a body that goes on. */
  public static Response live(String contentType, LiveSource source) {
    return new Response(200, Map.of(), new Body.Live(contentType, source));
  }

  /** Status 204. */
  public static Response noContent() {
    return new Response(204, Map.of(), NONE);
  }

  /** Status 304: what the client has is still right. */
  public static Response notModified() {
    return new Response(304, Map.of(), NONE);
  }

  /** Status 302. */
  public static Response redirect(String location) {
    return new Response(302, Map.of("Location", location), NONE);
  }

  public static Response problem(Problem problem) {
    Response response =
        bytes(
            problem.status(),
            Problem.CONTENT_TYPE,
            Json.MAPPER.writeValueAsBytes(ProblemDocument.of(problem)));
    Integer retryAfter = problem.retryAfterSeconds();
    return retryAfter == null
        ? response
        : response.withHeader("Retry-After", Integer.toString(retryAfter));
  }

  public Response withHeader(String name, String value) {
    Map<String, String> copy = new LinkedHashMap<>(headers);
    copy.put(name, value);
    return new Response(status, copy, body);
  }
}
