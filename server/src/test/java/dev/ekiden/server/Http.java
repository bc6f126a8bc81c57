package dev.ekiden.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A client that sends exactly what a test says, also what a well-behaved client would not. */
public final class Http {
  /** An answer. Names of headers are in lower case. */
  public record Answer(int status, Map<String, String> headers, String body) {
    public JsonNode json() {
      return Json.MAPPER.readTree(body);
    }

    /** The code of a problem. */
    public String code() {
      return json().path("code").asString("");
    }

    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private static final int PATIENCE_MILLIS = 60_000;

  private final URI address;
  private final Map<String, String> headers;
  private final int timeoutMillis;

  private Http(URI address, Map<String, String> headers, int timeoutMillis) {
    this.address = address;
    this.headers = headers;
    this.timeoutMillis = timeoutMillis;
  }

  public static Http to(URI address) {
    return new Http(
        address,
        Map.of("Host", address.getAuthority(), "Content-Type", "application/json"),
        PATIENCE_MILLIS);
  }

  /** A client that gives up reading after so long. */
  public Http withTimeoutMillis(int millis) {
    return new Http(address, headers, millis);
  }

  /** A client that sends a header too; null takes one away. */
  public Http with(String name, @Nullable String value) {
    Map<String, String> copy = new LinkedHashMap<>(headers);
    if (value == null) {
      copy.remove(name);
    } else {
      copy.put(name, value);
    }
    return new Http(address, copy, timeoutMillis);
  }

  public Http withToken(String token) {
    return with("Authorization", "Bearer " + token);
  }

  public Answer get(String path) {
    return send("GET", path, "");
  }

  public Answer post(String path) {
    return send("POST", path, "");
  }

  public Answer post(String path, String body) {
    return send("POST", path, body);
  }

  public Answer put(String path, String body) {
    return send("PUT", path, body);
  }

  public Answer delete(String path) {
    return with("Content-Type", null).send("DELETE", path, "");
  }

  public Answer send(String method, String path, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Connection: close\r\n");
    if (content.length > 0 || !method.equals("GET")) {
      head.append("Content-Length: ").append(content.length).append("\r\n");
    }
    head.append("\r\n");
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(timeoutMillis);
      OutputStream out = socket.getOutputStream();
      out.write(head.toString().getBytes(StandardCharsets.UTF_8));
      try {
        out.write(content);
        out.flush();
      } catch (IOException e) {
        // Refused before all was sent: the answer is there all the same.
      }
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (IOException e) {
        if (answer.size() == 0) {
          throw e;
        }
      }
      if (answer.size() == 0) {
        throw new EOFException("the connection was closed without an answer");
      }
      return parse(answer.toString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer parse(String text) {
    int end = text.indexOf("\r\n\r\n");
    String[] head = text.substring(0, end).split("\r\n");
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < head.length; i++) {
      int colon = head[i].indexOf(':');
      headers.put(
          head[i].substring(0, colon).toLowerCase(Locale.ROOT),
          head[i].substring(colon + 1).strip());
    }
    String body = text.substring(end + 4);
    if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
      body = unchunk(body);
    }
    return new Answer(Integer.parseInt(head[0].split(" ")[1]), headers, body);
  }

  private static String unchunk(String body) {
    StringBuilder result = new StringBuilder();
    int at = 0;
    while (true) {
      int line = body.indexOf("\r\n", at);
      int size = Integer.parseInt(body.substring(at, line), 16);
      if (size == 0) {
        return result.toString();
      }
      result.append(body, line + 2, line + 2 + size);
      at = line + 2 + size + 2;
    }
  }
}
