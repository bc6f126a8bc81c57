package dev.ekiden.launch.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one page of a container's log. The engine knows no positions but times, so ours is the time
 * of the last line and how many of that time were read. The protocol is read here and not by the
 * library, which takes times in whole seconds and hands out lines in pieces.
 */
final class ContainerLog {

  private static final long NANOS = 1_000_000_000;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  /** Begins a line of the second output. */
  private static final int STDERR = 2;

  /** What follows the byte for the stream. */
  private static final int PADDING_BYTES = 3;

  private final int maxBytes;
  private final long fromNanos;
  private final int fromCount;
  private final List<LogLine> lines = new ArrayList<>();
  private long lastNanos;
  private int lastCount;
  private int passed;
  private int bytes;

  private ContainerLog(LogPosition from, int maxBytes) {
    this.maxBytes = maxBytes;
    boolean isStart = from.equals(LogPosition.START);
    String[] parts = from.value().split(":", 2);
    try {
      this.fromNanos = isStart ? 0 : Long.parseLong(parts[0]);
      this.fromCount = isStart ? 0 : Integer.parseInt(parts[1]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "This is no position in the log of a container: \"" + from + "\"", e);
    }
    this.lastNanos = fromNanos;
    this.lastCount = fromCount;
  }

  /**
   * Reads from a position on.
   *
   * @param ended whether nothing more will be written
   */
  static LogPage read(
      DockerHttpClient http, String container, LogPosition from, int maxBytes, boolean ended) {
    ContainerLog log = new ContainerLog(from, maxBytes);
    try (DockerHttpClient.Response response = http.execute(log.request(container))) {
      if (response.getStatusCode() == NOT_FOUND) {
        throw new LaunchException("The container " + container + " is gone");
      }
      if (response.getStatusCode() != OK) {
        throw new LaunchException(
            "The engine answers " + response.getStatusCode() + " to the log of " + container);
      }
      boolean all = log.fill(new DataInputStream(response.getBody()));
      return log.page(ended && all);
    } catch (IOException e) {
      throw new LaunchException("Cannot read the log of " + container, e);
    }
  }

  private DockerHttpClient.Request request(String container) {
    String since = "%d.%09d".formatted(fromNanos / NANOS, fromNanos % NANOS);
    return DockerHttpClient.Request.builder()
        .method(DockerHttpClient.Request.Method.GET)
        .path("/containers/" + container + "/logs?stdout=1&stderr=1&timestamps=1&since=" + since)
        .build();
  }

  /** Whether the end of what is there was reached. */
  private boolean fill(DataInputStream body) throws IOException {
    while (bytes < maxBytes) {
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
    long nanos = time.getEpochSecond() * NANOS + time.getNano();
    if (nanos < fromNanos || (nanos == fromNanos && passed < fromCount)) {
      passed += nanos == fromNanos ? 1 : 0;
      return;
    }
    lines.add(new LogLine(time, stream, Arrays.copyOfRange(message, space + 1, message.length)));
    bytes += message.length - space - 1;
    lastCount = nanos == lastNanos ? lastCount + 1 : 1;
    lastNanos = nanos;
  }

  private LogPage page(boolean isEnd) {
    // A line that was read before and is not there any more was dropped, and others with it.
    boolean isGap = fromCount > 0 && passed == 0 && !lines.isEmpty();
    return new LogPage(
        isGap ? LogPage.UNKNOWN_BYTES : 0,
        lines,
        lastCount == 0 ? LogPosition.START : new LogPosition(lastNanos + ":" + lastCount),
        isEnd);
  }
}
