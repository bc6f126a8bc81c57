package dev.ekiden.engine;

import dev.ekiden.engine.store.LogTable.Segment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;

/** Makes compressed segments of the lines of one attempt. Not thread-safe. */
final class SegmentWriter {
  /** Text of one segment, before compression; a single line may be longer. */
  static final int SEGMENT_BYTES = 65_536;

  private final long jobId;
  private final int attempt;
  private final List<Segment> full = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private int bytes;
  private final List<LogLevel> levels = new ArrayList<>();
  private int nextNumber;

  SegmentWriter(long jobId, int attempt) {
    this.jobId = jobId;
    this.attempt = attempt;
  }

  /** Adds a line, which ends with a line feed. */
  void add(String line, int lineBytes, LogLevel level) {
    if (bytes > 0 && bytes + lineBytes > SEGMENT_BYTES) {
      end();
    }
    text.append(line);
    bytes += lineBytes;
    levels.add(level);
  }

  /** Takes out the segments of all lines that were added since the last time. */
  List<Segment> take() {
    if (bytes > 0) {
      end();
    }
    List<Segment> taken = List.copyOf(full);
    full.clear();
    return taken;
  }

  private void end() {
    full.add(new Segment(jobId, attempt, nextNumber++, LogLevel.counts(levels), deflated()));
    text.setLength(0);
    bytes = 0;
    levels.clear();
  }

  private byte[] deflated() {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(deflated)) {
      deflater.write(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return deflated.toByteArray();
  }
}
