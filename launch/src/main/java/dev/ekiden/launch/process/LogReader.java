package dev.ekiden.launch.process;

import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one page of a log that may be written at the same time. */
final class LogReader {

  private final Path directory;
  private final int maxBytes;
  private final List<LogLine> lines = new ArrayList<>();
  private long offset;
  private long dropped;
  private int bytes;

  private LogReader(Path directory, long offset, int maxBytes) {
    this.directory = directory;
    this.offset = offset;
    this.maxBytes = maxBytes;
  }

  /**
   * Reads from a position on.
   *
   * @param ended whether nothing more will be written
   */
  static LogPage read(Path directory, LogPosition from, int maxBytes, boolean ended)
      throws IOException {
    LogReader reader = new LogReader(directory, offset(from), maxBytes);
    boolean all = reader.fill();
    return new LogPage(
        reader.dropped, reader.lines, new LogPosition(Long.toString(reader.offset)), ended && all);
  }

  private static long offset(LogPosition position) {
    try {
      return position.equals(LogPosition.START) ? 0 : Long.parseUnsignedLong(position.value());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "This is no position in the log of a process: \"" + position + "\"", e);
    }
  }

  /** Whether the end of what is there was reached. */
  private boolean fill() throws IOException {
    while (bytes < maxBytes) {
      List<LogSegment> segments = LogSegment.in(directory);
      try {
        if (readSegment(segments)) {
          continue;
        }
      } catch (NoSuchFileException e) {
        // Dropped meanwhile: what is there now is looked at again.
        continue;
      }
      LogSegment next = firstBehind(segments);
      if (next == null) {
        return true;
      }
      if (!lines.isEmpty()) {
        return false; // The gap is told with the page that begins behind it.
      }
      dropped += next.start() - offset;
      offset = next.start();
    }
    return false;
  }

  private @Nullable LogSegment firstBehind(List<LogSegment> segments) {
    return segments.stream().filter(segment -> segment.start() > offset).findFirst().orElse(null);
  }

  /** Reads from the segment that the offset lies in; false if it has nothing there (yet). */
  private boolean readSegment(List<LogSegment> segments) throws IOException {
    LogSegment holder = null;
    for (LogSegment segment : segments) {
      if (segment.start() <= offset) {
        holder = segment;
      }
    }
    if (holder == null) {
      return false;
    }
    long before = offset;
    try (FileChannel channel = FileChannel.open(holder.file())) {
      while (bytes < maxBytes && readFrame(channel, offset - holder.start())) {
        // The frame has been added.
      }
    }
    return offset > before;
  }

  private boolean readFrame(FileChannel channel, long position) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(LogSegment.HEADER_BYTES);
    if (!readFully(channel, header, position)) {
      return false;
    }
    LogLine.Stream stream = header.get() == 1 ? LogLine.Stream.STDOUT : LogLine.Stream.STDERR;
    Instant time = Instant.ofEpochMilli(header.getLong());
    int length = header.getInt();
    if (length < 0 || length > LogSegment.MAX_FRAME_BYTES) {
      throw new IOException("The log in " + directory + " is damaged at " + offset);
    }
    ByteBuffer frame = ByteBuffer.allocate(length);
    if (!readFully(channel, frame, position + LogSegment.HEADER_BYTES)) {
      return false;
    }
    addLines(time, stream, frame.array());
    offset += LogSegment.HEADER_BYTES + length;
    bytes += length;
    return true;
  }

  private void addLines(Instant time, LogLine.Stream stream, byte[] frame) {
    int begin = 0;
    for (int i = 0; i < frame.length; i++) {
      if (frame[i] == '\n' || i == frame.length - 1) {
        lines.add(new LogLine(time, stream, Arrays.copyOfRange(frame, begin, i + 1)));
        begin = i + 1;
      }
    }
  }

  private static boolean readFully(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, position + buffer.position());
      if (read < 0) {
        return false;
      }
    }
    buffer.flip();
    return true;
  }
}
