package dev.ekiden.server.cli;

import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Talks to a server. A refusal becomes a {@link CommandException} with the server's words and the
 * exit code that fits: 2 for a wrong request, 4 for a missing right, 6 for what does not exist.
 * Thread-safe.
 */
public final class ApiClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Longest wait for an answer; imports may take a while. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);

  private final URI address;
  private final Optional<String> token;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  ApiClient(URI address, Optional<String> token) {
    this.address = address;
    this.token = token;
  }

  /** The server's control listener. */
  public URI address() {
    return address;
  }

  public JsonNode get(String path) {
    return json(send(path, "GET", BodyPublishers.noBody(), null));
  }

  /** Gets text, for example an OpenAPI document. */
  public String text(String path) {
    return send(path, "GET", BodyPublishers.noBody(), null).body();
  }

  /** Gets bytes into a file, which is written over. */
  public void getFile(String path, Path file) throws IOException {
    HttpResponse<Path> response =
        exchange(request(path, "GET", BodyPublishers.noBody()).build(), BodyHandlers.ofFile(file));
    if (response.statusCode() >= 400) {
      throw refusal(response.statusCode(), Files.readString(file));
    }
  }

  /** Posts without a body. */
  public JsonNode post(String path) {
    return json(send(path, "POST", BodyPublishers.noBody(), "application/json"));
  }

  public JsonNode post(String path, Object body) {
    return post(path, body, Map.of());
  }

  public JsonNode post(String path, Object body, Map<String, String> headers) {
    return json(send(path, "POST", body(body), "application/json", headers));
  }

  /** Posts a file as it is. */
  public JsonNode postFile(String path, String contentType, Path file) throws IOException {
    return json(send(path, "POST", BodyPublishers.ofFile(file), contentType));
  }

  public JsonNode put(String path, Object body) {
    return json(send(path, "PUT", body(body), "application/json"));
  }

  /** Asks whether something could be put, without doing so. */
  void check(String path, Object body) {
    send(path(path, Map.of("dryRun", true)), "PUT", body(body), "application/json");
  }

  /** Puts a file as it is. */
  public JsonNode putFile(String path, String contentType, Path file) throws IOException {
    return json(send(path, "PUT", BodyPublishers.ofFile(file), contentType));
  }

  public void delete(String path) {
    send(path, "DELETE", BodyPublishers.noBody(), null);
  }

  /** A text as a part of a path or query. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A path with the query parameters that have a value. */
  public static String path(String path, Map<String, ? extends @Nullable Object> query) {
    StringBuilder result = new StringBuilder(path);
    char separator = '?';
    for (Map.Entry<String, ? extends @Nullable Object> parameter : query.entrySet()) {
      if (parameter.getValue() != null) {
        result
            .append(separator)
            .append(parameter.getKey())
            .append('=')
            .append(encode(parameter.getValue().toString()));
        separator = '&';
      }
    }
    return result.toString();
  }

  @Override
  public void close() {
    client.close();
  }

  private HttpResponse<String> send(
      String path, String method, BodyPublisher body, @Nullable String contentType) {
    return send(path, method, body, contentType, Map.of());
  }

  private HttpResponse<String> send(
      String path,
      String method,
      BodyPublisher body,
      @Nullable String contentType,
      Map<String, String> headers) {
    HttpRequest.Builder request = request(path, method, body);
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    headers.forEach(request::header);
    HttpResponse<String> response = exchange(request.build(), BodyHandlers.ofString());
    if (response.statusCode() >= 400) {
      throw refusal(response.statusCode(), response.body());
    }
    return response;
  }

  private HttpRequest.Builder request(String path, String method, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path)).timeout(ANSWER_TIMEOUT).method(method, body);
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return request;
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body) {
    try {
      return client.send(request, body);
    } catch (IOException e) {
      throw CommandException.noServer(
          "no server answers at %s (%s); start one with `ekiden up`, or name another with --address"
              .formatted(address, reason(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
    }
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static BodyPublisher body(Object value) {
    return BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(value));
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return response.body().isEmpty()
          ? MissingNode.getInstance()
          : Json.MAPPER.readTree(response.body());
    } catch (JacksonException e) {
      throw CommandException.failed(
          "what answers at %s is not an Ekiden server".formatted(response.uri()));
    }
  }

  private static CommandException refusal(int status, String body) {
    String message = "the server answered with status " + status;
    try {
      JsonNode problem = Json.MAPPER.readTree(body);
      if (problem.path("detail").isString()) {
        String field = Field.text(problem.path("field"));
        message =
            "%s [%s%s]"
                .formatted(
                    problem.path("detail").stringValue(),
                    Field.text(problem.path("code")),
                    field.isEmpty() ? "" : ", " + field);
      }
    } catch (JacksonException e) {
      // Not a problem document, so not our server: the status has to do.
    }
    return new CommandException(exitCode(status), message);
  }

  private static int exitCode(int status) {
    return switch (status) {
      case 400, 413, 415, 422 -> ExitCode.USAGE;
      case 401, 403, 421 -> ExitCode.FORBIDDEN;
      case 404 -> ExitCode.NOT_FOUND;
      default -> ExitCode.FAILED;
    };
  }
}
