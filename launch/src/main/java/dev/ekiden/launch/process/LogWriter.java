package dev.ekiden.launch.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log of a task: first the head, then segments of which the last ones are kept. Where
 * the disk is full, output is dropped until there is room again; the program is not held up. For
 * one thread.
 */
final class LogWriter implements AutoCloseable {

  /** The tail loses this part of itself at a time. */
  private static final int TAIL_SEGMENTS = 4;

  private final Path directory;
  private final LogLimits limits;
  private final Deque<Path> tail = new ArrayDeque<>();
  private @Nullable OutputStream segment;
  private long segmentBytes;
  private boolean inHead = true;
  private long written;

  LogWriter(Path directory, LogLimits limits) {
    this.directory = directory;
    this.limits = limits;
  }

  /** Adds one frame; readers see it when this returns. */
  void append(int stream, long millis, byte[] bytes, int length) {
    ByteBuffer frame = ByteBuffer.allocate(LogSegment.HEADER_BYTES + length);
    frame.put((byte) stream).putLong(millis).putInt(length).put(bytes, 0, length);
    try {
      segmentFor(frame.capacity()).write(frame.array());
      segmentBytes += frame.capacity();
    } catch (IOException e) {
      // What is half written ends this segment; a reader finds a gap.
      close();
    }
    written += frame.capacity();
  }

  private OutputStream segmentFor(int bytes) throws IOException {
    long most = inHead ? limits.headBytes() : limits.tailBytes() / TAIL_SEGMENTS;
    if (segment != null && segmentBytes + bytes <= most) {
      return segment;
    }
    if (segment != null) {
      inHead = false;
      close();
    }
    return begin();
  }

  private OutputStream begin() throws IOException {
    Path file = LogSegment.at(directory, written).file();
    OutputStream opened = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
    segment = opened;
    segmentBytes = 0;
    if (written > 0) {
      inHead = false;
      tail.addLast(file);
    }
    // The one being written comes on top of those that are full.
    while (tail.size() > TAIL_SEGMENTS + 1) {
      Files.deleteIfExists(tail.removeFirst());
    }
    return opened;
  }

  @Override
  public void close() {
    try {
      if (segment != null) {
        segment.close();
      }
    } catch (IOException e) {
      // Every frame was handed to the system before.
    }
    segment = null;
  }
}
