package dev.ekiden.engine;

import dev.ekiden.engine.store.LogTable.Segment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** The lines of a stored segment: of each the milliseconds, a space, the text, a line feed. */
final class SegmentText {
  /**
   * A line that is not made yet.
   *
   * @param index its place in the segment, from 0
   */
  record Found(int index, int begin, int end) {}

  private final int attempt;
  private final String text;

  SegmentText(Segment segment) {
    this.attempt = segment.attempt();
    this.text = new String(inflated(segment.text()), StandardCharsets.UTF_8);
  }

  private static byte[] inflated(byte[] deflated) {
    ByteArrayOutputStream text = new ByteArrayOutputStream(SegmentWriter.SEGMENT_BYTES);
    byte[] part = new byte[SegmentWriter.SEGMENT_BYTES];
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(deflated);
      while (!inflater.finished()) {
        int bytes = inflater.inflate(part);
        if (bytes == 0 && !inflater.finished()) {
          throw new IllegalStateException("a stored segment of a log is incomplete");
        }
        text.write(part, 0, bytes);
      }
    } catch (DataFormatException e) {
      throw new IllegalStateException("a stored segment of a log cannot be read", e);
    } finally {
      inflater.end();
    }
    return text.toByteArray();
  }

  List<LogLine> lines() {
    return all().stream().map(this::line).toList();
  }

  /**
   * Lines that have a text in them, whatever the case.
   *
   * @param wanted in lower case; null for all lines
   */
  List<Found> find(@Nullable String wanted) {
    if (wanted == null) {
      return all();
    }
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.length() == text.length() ? find(wanted, lower) : findOneByOne(wanted);
  }

  private List<Found> all() {
    List<Found> found = new ArrayList<>();
    for (int begin = 0; begin < text.length(); ) {
      int end = text.indexOf('\n', begin);
      found.add(new Found(found.size(), begin, end));
      begin = end + 1;
    }
    return found;
  }

  /** Goes from hit to hit and only counts the lines between. */
  private List<Found> find(String wanted, String lower) {
    List<Found> found = new ArrayList<>();
    int index = 0;
    int begin = 0;
    int hit = lower.indexOf(wanted);
    while (hit >= 0) {
      int end = text.indexOf('\n', begin);
      while (end < hit) {
        begin = end + 1;
        end = text.indexOf('\n', begin);
        index++;
      }
      if (hit > text.indexOf(' ', begin) && hit + wanted.length() <= end) {
        found.add(new Found(index, begin, end));
        hit = lower.indexOf(wanted, end + 1);
      } else {
        hit = lower.indexOf(wanted, hit + 1);
      }
    }
    return found;
  }

  /** For the few letters that are longer in lower case, so that places in it are others. */
  private List<Found> findOneByOne(String wanted) {
    return all().stream()
        .filter(one -> line(one).text().toLowerCase(Locale.ROOT).contains(wanted))
        .toList();
  }

  LogLine line(Found one) {
    int space = text.indexOf(' ', one.begin());
    return new LogLine(
        attempt,
        Instant.ofEpochMilli(Long.parseLong(text, one.begin(), space, 10)),
        text.substring(space + 1, one.end()));
  }
}
