package dev.ekiden.launch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a page of a log that knows no positions but times: ours is the time of the last line and
 * how many of that time were read. Give it the lines in order, from {@link #since} or earlier on.
 * Not thread-safe.
 */
public final class TimedLog {

  private static final long NANOS = 1_000_000_000;

  private final int maxBytes;
  private final long fromNanos;
  private final int fromCount;
  private final List<LogLine> lines = new ArrayList<>();
  private long lastNanos;
  private int lastCount;
  private int passed;
  private int bytes;

  /**
   * A page from a position on.
   *
   * @param maxBytes about how much it may hold
   * @throws IllegalArgumentException if the position is none of such a log
   */
  public TimedLog(LogPosition from, int maxBytes) {
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

  /** Lines before this time are not wanted; of those at it, some may be. */
  public Instant since() {
    return Instant.ofEpochSecond(fromNanos / NANOS, fromNanos % NANOS);
  }

  /** Whether the page holds as much as it may. */
  public boolean isFull() {
    return bytes >= maxBytes;
  }

  /** The next line; one that was read before is passed over. */
  public void add(LogLine line) {
    Instant time = line.time();
    long nanos = time.getEpochSecond() * NANOS + time.getNano();
    if (nanos < fromNanos || (nanos == fromNanos && passed < fromCount)) {
      passed += nanos == fromNanos ? 1 : 0;
      return;
    }
    lines.add(line);
    bytes += line.length();
    lastCount = nanos == lastNanos ? lastCount + 1 : 1;
    lastNanos = nanos;
  }

  /**
   * The page.
   *
   * @param isEnd whether no line will follow
   */
  public LogPage page(boolean isEnd) {
    // A line that was read before and is not there any more was dropped, and others with it.
    boolean isGap = fromCount > 0 && passed == 0 && !lines.isEmpty();
    return new LogPage(
        isGap ? LogPage.UNKNOWN_BYTES : 0,
        lines,
        lastCount == 0 ? LogPosition.START : new LogPosition(lastNanos + ":" + lastCount),
        isEnd);
  }
}
