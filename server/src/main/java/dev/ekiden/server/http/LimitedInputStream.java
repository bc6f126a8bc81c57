package dev.ekiden.server.http;

import dev.ekiden.server.ProblemException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that must not be larger than a limit. */
final class LimitedInputStream extends FilterInputStream {
  private final long max;
  private long read;

  LimitedInputStream(InputStream in, long max) {
    super(in);
    this.max = max;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    count(Math.max(0, count));
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = super.skip(count);
    count(skipped);
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(long bytes) {
    read += bytes;
    if (read > max) {
      throw tooLarge(max);
    }
  }

  static ProblemException tooLarge(long max) {
    return ProblemException.of(
        413, "body-too-large", "the body must have at most " + max + " bytes");
  }
}
