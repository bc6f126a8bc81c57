package dev.ekiden.fleet.command;

import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogLine.Stream;
import dev.ekiden.launch.LogPage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes lines of a job's log from what a program printed, whatever it printed: pieces of a line are
 * put together, what is not UTF-8 and what would steer a terminal is shown as a replacement
 * character, and what was printed to the error output begins with {@value #ERROR_MARK}. Used by one
 * thread.
 */
final class OutputLines {
  /** What lines of the error output begin with. */
  static final String ERROR_MARK = "[stderr] ";

  /** A line that is longer is cut into several. */
  static final int MAX_LINE_BYTES = 16_000;

  /** Most bytes of a character of UTF-8 after its first. */
  private static final int MAX_CONTINUATION = 3;

  private static final int MAX_LAST_WORDS = 500;

  private final Sink sink;
  private final Map<Stream, ByteArrayOutputStream> open = new EnumMap<>(Stream.class);
  private Instant lastTime = Instant.EPOCH;
  private String lastError = "";
  private String lastLine = "";

  /** Takes finished lines. */
  interface Sink {
    void line(Instant time, String text);
  }

  OutputLines(Sink sink) {
    this.sink = sink;
  }

  void add(LogPage page) {
    if (page.droppedBytes() != 0) {
      flush();
      sink.line(page.lines().isEmpty() ? lastTime : page.lines().getFirst().time(), page.marker());
    }
    page.lines().forEach(this::add);
    if (page.isEnd()) {
      flush();
    }
  }

  /** The last line that was printed to the error output, else to any; to say why it ended. */
  String lastWords() {
    String words = lastError.isEmpty() ? lastLine : lastError;
    return words.length() <= MAX_LAST_WORDS ? words : words.substring(0, MAX_LAST_WORDS) + "…";
  }

  private void add(LogLine line) {
    lastTime = line.time();
    ByteArrayOutputStream before = open.get(line.stream());
    if (before == null && line.isEnd() && line.length() <= MAX_LINE_BYTES) {
      tell(line.stream(), line.bytes());
      return;
    }
    ByteArrayOutputStream pieces =
        before == null ? new ByteArrayOutputStream(line.length()) : before;
    for (byte one : line.bytes()) {
      if (pieces.size() >= MAX_LINE_BYTES
          && (!isContinuation(one) || pieces.size() >= MAX_LINE_BYTES + MAX_CONTINUATION)) {
        tell(line.stream(), pieces.toByteArray());
        pieces.reset();
      }
      pieces.write(one);
      if (one == '\n') {
        tell(line.stream(), pieces.toByteArray());
        pieces.reset();
      }
    }
    if (pieces.size() == 0) {
      open.remove(line.stream());
    } else {
      open.put(line.stream(), pieces);
    }
  }

  /** Whether a byte belongs to the character that the one before began; no cut comes before it. */
  private static boolean isContinuation(byte one) {
    return (one & 0xC0) == 0x80;
  }

  private void flush() {
    for (Stream stream : Stream.values()) {
      @Nullable ByteArrayOutputStream pieces = open.remove(stream);
      if (pieces != null && pieces.size() > 0) {
        tell(stream, pieces.toByteArray());
      }
    }
  }

  private void tell(Stream stream, byte[] bytes) {
    int length = bytes.length;
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
      length--;
    }
    String text = safe(new String(bytes, 0, length, StandardCharsets.UTF_8));
    if (!text.isBlank()) {
      lastLine = text;
      lastError = stream == Stream.STDERR ? text : lastError;
    }
    sink.line(lastTime, stream == Stream.STDERR ? ERROR_MARK + text : text);
  }

  private static String safe(String text) {
    StringBuilder safe = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) && c != '\t') {
        safe = safe == null ? new StringBuilder(text) : safe;
        safe.setCharAt(i, '\uFFFD');
      }
    }
    return safe == null ? text : safe.toString();
  }
}
