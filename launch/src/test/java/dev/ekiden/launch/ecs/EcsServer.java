package dev.ekiden.launch.ecs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * Speaks the protocol of ECS and CloudWatch Logs (JSON 1.1) and answers what the test says: in the
 * order given, the last answer again and again.
 */
final class EcsServer implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();

  private static final String TARGET = "X-Amz-Target";

  /**
   * A request.
   *
   * @param target such as {@code AmazonEC2ContainerServiceV20141113.RunTask}
   */
  record Asked(String target, JsonNode body) {

    String operation() {
      return target.substring(target.indexOf('.') + 1);
    }
  }

  private record Answer(int status, String body) {}

  private final HttpServer server;
  private final Map<String, Deque<Answer>> answers = new HashMap<>();
  private final List<Asked> asked = new ArrayList<>();

  EcsServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What to say to an operation from now on, after what was to be said before. */
  synchronized EcsServer answer(String operation, String body) {
    return answer(operation, 200, body);
  }

  synchronized EcsServer refuse(String operation, String type, String message) {
    return answer(
        operation, 400, "{\"__type\": \"" + type + "\", \"message\": \"" + message + "\"}");
  }

  private EcsServer answer(String operation, int status, String body) {
    answers.computeIfAbsent(operation, _ -> new ArrayDeque<>()).add(new Answer(status, body));
    return this;
  }

  /** Forgets what was to be said to an operation. */
  synchronized EcsServer now(String operation, String body) {
    answers.remove(operation);
    return answer(operation, body);
  }

  synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  List<JsonNode> asked(String operation) {
    return asked().stream()
        .filter(one -> one.operation().equals(operation))
        .map(Asked::body)
        .toList();
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Answer answer = reply(exchange.getRequestHeaders().getFirst(TARGET), JSON.readTree(body));
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(answer.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized Answer reply(String target, JsonNode body) {
    Asked one = new Asked(target, body);
    asked.add(one);
    Deque<Answer> prepared = answers.get(one.operation());
    if (prepared == null) {
      return new Answer(400, "{\"__type\": \"ClientException\", \"message\": \"unexpected\"}");
    }
    return prepared.size() > 1 ? prepared.removeFirst() : prepared.getFirst();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
