package dev.ekiden.launch;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** A line that a program printed, or a piece of one that is long or not finished. Immutable. */
public final class LogLine {

  private final Instant time;
  private final Stream stream;
  private final byte[] bytes;

  /** The two outputs of a program. */
  public enum Stream {
    STDOUT,
    STDERR
  }

  /**
   * A line.
   *
   * @param time when it was read from the program
   * @param stream where the program printed it
   * @param bytes exactly what it printed, with the line feed if there was one; any bytes at all
   */
  public LogLine(Instant time, Stream stream, byte[] bytes) {
    this.time = time;
    this.stream = stream;
    this.bytes = bytes.clone();
  }

  /** When it was read from the program. */
  public Instant time() {
    return time;
  }

  /** Where the program printed it. */
  public Stream stream() {
    return stream;
  }

  /** Exactly what it printed, with the line feed if there was one. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** How many bytes it has. */
  public int length() {
    return bytes.length;
  }

  /** Whether the line ends here; else the next of its stream goes on. */
  public boolean isEnd() {
    return bytes.length > 0 && bytes[bytes.length - 1] == '\n';
  }

  /** The text without its line feed; what is not UTF-8 shows as replacement characters. */
  public String text() {
    return new String(bytes, 0, isEnd() ? bytes.length - 1 : bytes.length, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogLine line
        && time.equals(line.time)
        && stream == line.stream
        && Arrays.equals(bytes, line.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return time + " " + stream + " " + text();
  }
}
