package dev.ekiden.engine;

import dev.ekiden.engine.store.LogTable.Segment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The log lines of one attempt on their way to the database.
 *
 * <p>The first half of {@link Engine#MAX_LOG_BYTES} is kept as it comes; of what follows only the
 * last half, with a line in between that says how much was dropped. Thread-safe.
 */
final class LogBuffer {
  /** Text of one stored segment, before compression. */
  static final int SEGMENT_BYTES = 65_536;

  /** Longest line; the rest of a longer one is cut off and marked. */
  static final int MAX_LINE_LENGTH = 16_384;

  private static final int HALF = Engine.MAX_LOG_BYTES / 2;

  private record Line(String text, int bytes) {}

  private final long jobId;
  private final int attempt;
  private final List<Line> head = new ArrayList<>();
  private final Deque<Line> tail = new ArrayDeque<>();
  private int headBytes;
  private int tailBytes;
  private long droppedLines;
  private long droppedBytes;
  private int nextSegment;

  LogBuffer(long jobId, int attempt) {
    this.jobId = jobId;
    this.attempt = attempt;
  }

  synchronized void add(Instant time, String text) {
    for (String part : text.split("\r\n|\r|\n", -1)) {
      addLine(time, part);
    }
  }

  private void addLine(Instant time, String text) {
    String kept =
        text.length() <= MAX_LINE_LENGTH
            ? text
            : text.substring(0, MAX_LINE_LENGTH)
                + "… (%d characters cut off)".formatted(text.length() - MAX_LINE_LENGTH);
    String stored = time.toEpochMilli() + " " + kept.replace('\0', '\uFFFD') + "\n";
    Line line = new Line(stored, Json.utf8Length(stored));
    if (tail.isEmpty() && headBytes + line.bytes() <= HALF) {
      head.add(line);
      headBytes += line.bytes();
      return;
    }
    tail.addLast(line);
    tailBytes += line.bytes();
    while (tailBytes > HALF) {
      Line dropped = tail.removeFirst();
      tailBytes -= dropped.bytes();
      droppedLines++;
      droppedBytes += dropped.bytes();
    }
  }

  /** Segments of the lines kept so far; what may still be dropped comes only at the end. */
  synchronized List<Segment> take(boolean atEnd) {
    if (head.isEmpty() && (!atEnd || tail.isEmpty())) {
      return List.of();
    }
    List<Segment> segments = new ArrayList<>();
    segments(head, segments);
    head.clear();
    if (atEnd && !tail.isEmpty()) {
      List<Line> end = new ArrayList<>(tail);
      if (droppedLines > 0) {
        String first = end.getFirst().text();
        String marker =
            "%s … %d lines (%d bytes) dropped: the log of an attempt keeps %d bytes …\n"
                .formatted(
                    first.substring(0, first.indexOf(' ')),
                    droppedLines,
                    droppedBytes,
                    Engine.MAX_LOG_BYTES);
        end.addFirst(new Line(marker, marker.length()));
      }
      segments(end, segments);
      tail.clear();
      tailBytes = 0;
    }
    return segments;
  }

  private void segments(List<Line> lines, List<Segment> segments) {
    StringBuilder text = new StringBuilder();
    int bytes = 0;
    for (Line line : lines) {
      if (bytes > 0 && bytes + line.bytes() > SEGMENT_BYTES) {
        segments.add(segment(text));
        text.setLength(0);
        bytes = 0;
      }
      text.append(line.text());
      bytes += line.bytes();
    }
    if (bytes > 0) {
      segments.add(segment(text));
    }
  }

  private Segment segment(StringBuilder text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
      deflater.write(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Segment(jobId, attempt, nextSegment++, bytes.toByteArray());
  }

  /** The lines of a stored segment. */
  static List<LogLine> read(Segment segment) {
    String text;
    try (InflaterInputStream inflater =
        new InflaterInputStream(new ByteArrayInputStream(segment.lines()))) {
      text = new String(inflater.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.lines()
        .map(line -> {
          int space = line.indexOf(' ');
          return new LogLine(
              segment.attempt(),
              Instant.ofEpochMilli(Long.parseLong(line.substring(0, space))),
              line.substring(space + 1));
        })
        .toList();
  }
}
