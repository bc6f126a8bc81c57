package dev.ekiden.engine;

import dev.ekiden.engine.store.LogTable.Segment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a stored segment: of each the milliseconds, a space, the text, a line feed. */
final class SegmentText {
  /** A line and its place in the segment, from 0. */
  record Found(int index, LogLine line) {}

  private final int attempt;
  private final String text;

  SegmentText(Segment segment) {
    this.attempt = segment.attempt();
    try (InflaterInputStream inflater =
        new InflaterInputStream(new ByteArrayInputStream(segment.text()))) {
      this.text = new String(inflater.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<LogLine> lines() {
    return find(null).stream().map(Found::line).toList();
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
      found.add(new Found(found.size(), line(begin, end)));
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
        found.add(new Found(index, line(begin, end)));
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
        .filter(one -> one.line().text().toLowerCase(Locale.ROOT).contains(wanted))
        .toList();
  }

  private LogLine line(int begin, int end) {
    int space = text.indexOf(' ', begin);
    return new LogLine(
        attempt,
        Instant.ofEpochMilli(Long.parseLong(text, begin, space, 10)),
        text.substring(space + 1, end));
  }
}
