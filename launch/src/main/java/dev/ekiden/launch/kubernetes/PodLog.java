package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.TimedLog;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * Reads one page of a pod's log. Kubernetes tells for each line its time, but not which of the two
 * outputs it was printed to, and keeps the last 10 MiB or what the nodes are set to.
 */
final class PodLog {

  private final TimedLog page;

  private PodLog(TimedLog page) {
    this.page = page;
  }

  /**
   * Reads from a position on.
   *
   * @param ended whether nothing more will be written
   */
  static LogPage read(ContainerResource container, LogPosition from, int maxBytes, boolean ended) {
    PodLog log = new PodLog(new TimedLog(from, maxBytes));
    // The cluster knows whole seconds only.
    String since = log.page.since().truncatedTo(ChronoUnit.SECONDS).toString();
    var timed = container.usingTimestamps();
    try (InputStream body =
        from.equals(LogPosition.START)
            ? timed.getLogInputStream()
            : timed.sinceTime(since).getLogInputStream()) {
      boolean all = body == null || log.fill(new BufferedInputStream(body));
      return log.page.page(ended && all);
    } catch (IOException e) {
      throw new LaunchException("Cannot read the log of a pod", e);
    }
  }

  /** Whether the end of what is there was reached. */
  private boolean fill(InputStream body) throws IOException {
    while (!page.isFull()) {
      byte[] line = line(body);
      if (line.length == 0) {
        return true;
      }
      add(line);
    }
    return false;
  }

  private static byte[] line(InputStream body) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int read;
    do {
      read = body.read();
      if (read >= 0) {
        line.write(read);
      }
    } while (read >= 0 && read != '\n');
    return line.toByteArray();
  }

  private void add(byte[] line) throws IOException {
    int space = 0;
    while (space < line.length && line[space] != ' ') {
      space++;
    }
    Instant time;
    try {
      time = Instant.parse(new String(line, 0, space, StandardCharsets.US_ASCII));
    } catch (DateTimeException e) {
      throw new IOException(
          "A line of the log has no time: " + new String(line, StandardCharsets.UTF_8), e);
    }
    byte[] printed = Arrays.copyOfRange(line, Math.min(space + 1, line.length), line.length);
    page.add(new LogLine(time, LogLine.Stream.STDOUT, printed));
  }
}
