package dev.ekiden.launch.process;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One output of the program: reads what it prints and hands it to the log in pieces that end with a
 * line where they can. For one thread.
 */
final class Output implements AutoCloseable {

  private static final int READ_BYTES = 64 * 1024;

  /** A line that is longer goes to the log in pieces. */
  private static final int MAX_LINE_BYTES = 16 * 1024;

  /** How long the beginning of a line waits for its end. */
  private static final long PATIENCE_MILLIS = 500;

  private final int stream;
  private final LogWriter log;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(READ_BYTES);
  private final byte[] pending = new byte[READ_BYTES + MAX_LINE_BYTES];
  private int descriptor;
  private int length;
  private long since;

  Output(int stream, int descriptor, LogWriter log) {
    this.stream = stream;
    this.descriptor = descriptor;
    this.log = log;
  }

  /** What to wait for; negative when nobody can print any more. */
  int descriptor() {
    return descriptor;
  }

  boolean isOpen() {
    return descriptor >= 0;
  }

  /** Reads once. */
  void read() {
    int read = Posix.read(descriptor, buffer);
    if (read <= 0) {
      flush();
      close();
      return;
    }
    MemorySegment.copy(buffer, JAVA_BYTE, 0, pending, length, read);
    if (length == 0) {
      since = System.currentTimeMillis();
    }
    length += read;
    int lines = endOfLines();
    if (lines > 0 || length >= MAX_LINE_BYTES) {
      emit(length - lines >= MAX_LINE_BYTES ? length : lines);
    }
  }

  /** Hands over the beginning of a line whose end does not come. */
  void flushIfOld() {
    if (length > 0 && System.currentTimeMillis() - since >= PATIENCE_MILLIS) {
      flush();
    }
  }

  void flush() {
    if (length > 0) {
      emit(length);
    }
  }

  private int endOfLines() {
    for (int i = length; i > 0; i--) {
      if (pending[i - 1] == '\n') {
        return i;
      }
    }
    return 0;
  }

  private void emit(int bytes) {
    long now = System.currentTimeMillis();
    log.append(stream, now, pending, bytes);
    System.arraycopy(pending, bytes, pending, 0, length - bytes);
    length -= bytes;
    since = now;
  }

  @Override
  public void close() {
    if (isOpen()) {
      Posix.close(descriptor);
      descriptor = -1;
      arena.close();
    }
  }
}
