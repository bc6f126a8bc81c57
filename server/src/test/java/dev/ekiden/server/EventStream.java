package dev.ekiden.server;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A client of server-sent events that reads what comes as it comes. */
final class EventStream implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final BufferedReader reader;
  private final Http.Answer head;

  private EventStream(Socket socket, BufferedReader reader, Http.Answer head) {
    this.socket = socket;
    this.reader = reader;
    this.head = head;
  }

  static EventStream open(URI address, String token, String path) {
    try {
      Socket socket = new Socket(address.getHost(), address.getPort());
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n"
                  .formatted(path, address.getAuthority(), token)
                  .getBytes(StandardCharsets.UTF_8));
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      int status = Integer.parseInt(reader.readLine().split(" ")[1]);
      Map<String, String> headers = new LinkedHashMap<>();
      for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      return new EventStream(socket, reader, new Http.Answer(status, headers, ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Http.Answer head() {
    return head;
  }

  /** The next line that is not empty nor the length of a chunk. */
  String line() {
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && !line.matches("[0-9A-Fa-f]+")) {
          return line;
        }
      }
      throw new EOFException("the stream ended");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    awaitLine("event: ready");
  }

  private void awaitLine(String wanted) {
    while (!line().equals(wanted)) {}
  }

  /** Waits until all of these topics were told. */
  void awaitTopics(String... topics) {
    Set<String> missing = new TreeSet<>(Set.of(topics));
    while (!missing.isEmpty()) {
      awaitLine("event: changed");
      Json.MAPPER
          .readTree(line().substring("data: ".length()))
          .path("topics")
          .forEach(topic -> missing.remove(topic.asString()));
    }
  }

  /** Waits for the end. */
  void awaitEnd() {
    try {
      while (reader.readLine() != null) {}
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
