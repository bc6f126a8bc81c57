package dev.ekiden.launch.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.TimedLog;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Reads one page of a container's log. The protocol is read here and not by the library, which
 * takes times in whole seconds and hands out lines in pieces.
 */
final class ContainerLog {

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  /** Begins a line of the second output. */
  private static final int STDERR = 2;

  /** What follows the byte for the stream. */
  private static final int PADDING_BYTES = 3;

  private final TimedLog page;

  private ContainerLog(TimedLog page) {
    this.page = page;
  }

  /**
   * Reads from a position on.
   *
   * @param ended whether nothing more will be written
   */
  static LogPage read(
      DockerHttpClient http, String container, LogPosition from, int maxBytes, boolean ended) {
    ContainerLog log = new ContainerLog(new TimedLog(from, maxBytes));
    try (DockerHttpClient.Response response = http.execute(log.request(container))) {
      if (response.getStatusCode() == NOT_FOUND) {
        throw new LaunchException("The container " + container + " is gone");
      }
      if (response.getStatusCode() != OK) {
        throw new LaunchException(
            "The engine answers " + response.getStatusCode() + " to the log of " + container);
      }
      boolean all = log.fill(new DataInputStream(response.getBody()));
      return log.page.page(ended && all);
    } catch (IOException e) {
      throw new LaunchException("Cannot read the log of " + container, e);
    }
  }

  private DockerHttpClient.Request request(String container) {
    Instant from = page.since();
    String since = "%d.%09d".formatted(from.getEpochSecond(), from.getNano());
    return DockerHttpClient.Request.builder()
        .method(DockerHttpClient.Request.Method.GET)
        .path("/containers/" + container + "/logs?stdout=1&stderr=1&timestamps=1&since=" + since)
        .build();
  }

  /** Whether the end of what is there was reached. */
  private boolean fill(DataInputStream body) throws IOException {
    while (!page.isFull()) {
      int stream = body.read();
      if (stream < 0) {
        return true;
      }
      body.skipNBytes(PADDING_BYTES);
      byte[] message = body.readNBytes(body.readInt());
      add(stream == STDERR ? LogLine.Stream.STDERR : LogLine.Stream.STDOUT, message);
    }
    return false;
  }

  private void add(LogLine.Stream stream, byte[] message) throws EOFException {
    int space = 0;
    while (message[space] != ' ') {
      space++;
      if (space == message.length) {
        throw new EOFException("A line of the log has no time");
      }
    }
    Instant time = Instant.parse(new String(message, 0, space, StandardCharsets.US_ASCII));
    page.add(new LogLine(time, stream, Arrays.copyOfRange(message, space + 1, message.length)));
  }
}
