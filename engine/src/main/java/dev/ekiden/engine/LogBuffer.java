package dev.ekiden.engine;

import dev.ekiden.engine.store.LogTable.Segment;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The log lines of one attempt on their way to the database.
 *
 * <p>The first {@link #HEAD_BYTES} are kept as they come, and compressed as soon as they fill a
 * segment, so that a handler which logs much takes little memory; of what follows only the last
 * {@link #TAIL_BYTES}, with a line in between that says how much was dropped. Thread-safe.
 */
final class LogBuffer {
  /** Longest line; the rest of a longer one is cut off and marked. */
  static final int MAX_LINE_LENGTH = 16_384;

  /** Text kept from the end of a log that is too long. It stays in memory as it is. */
  static final int TAIL_BYTES = 524_288;

  /** Text kept from the beginning of a log. */
  static final int HEAD_BYTES = Engine.MAX_LOG_BYTES - TAIL_BYTES;

  private record Line(String text, int bytes, LogLevel level) {}

  private final SegmentWriter segments;
  private final Deque<Line> tail = new ArrayDeque<>();
  private int headBytes;
  private int tailBytes;
  private long droppedLines;
  private long droppedBytes;

  LogBuffer(long jobId, int attempt) {
    this.segments = new SegmentWriter(jobId, attempt);
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
    Line line = new Line(stored, Json.utf8Length(stored), LogLevel.of(kept));
    if (tail.isEmpty() && headBytes + line.bytes() <= HEAD_BYTES) {
      segments.add(line.text(), line.bytes(), line.level());
      headBytes += line.bytes();
      return;
    }
    tail.addLast(line);
    tailBytes += line.bytes();
    while (tailBytes > TAIL_BYTES) {
      Line dropped = tail.removeFirst();
      tailBytes -= dropped.bytes();
      droppedLines++;
      droppedBytes += dropped.bytes();
    }
  }

  /** Segments of the lines kept so far; what may still be dropped comes only at the end. */
  synchronized List<Segment> take(boolean atEnd) {
    if (atEnd && !tail.isEmpty()) {
      if (droppedLines > 0) {
        String first = tail.getFirst().text();
        String marker =
            "%s … %d lines (%d bytes) dropped: the log of an attempt keeps %d bytes …\n"
                .formatted(
                    first.substring(0, first.indexOf(' ')),
                    droppedLines,
                    droppedBytes,
                    Engine.MAX_LOG_BYTES);
        segments.add(marker, Json.utf8Length(marker), LogLevel.WARN);
      }
      tail.forEach(line -> segments.add(line.text(), line.bytes(), line.level()));
      tail.clear();
      tailBytes = 0;
    }
    return segments.take();
  }
}
