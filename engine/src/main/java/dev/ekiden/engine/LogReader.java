package dev.ekiden.engine;

import dev.ekiden.engine.LogPage.Line;
import dev.ekiden.engine.store.LogTable.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Picks the lines of a query out of a log, of which it keeps no more than it answers. */
final class LogReader {
  private final LogQuery query;
  private final @Nullable String wanted;
  private final Deque<Line> kept = new ArrayDeque<>();
  private long matched;
  private long total;

  LogReader(LogQuery query) {
    this.query = query;
    String containing = query.containing();
    this.wanted = containing == null ? null : containing.toLowerCase(Locale.ROOT);
  }

  LogPage read(List<Segment> segments) {
    for (Segment segment : segments) {
      LogBuffer.read(segment).forEach(this::add);
    }
    List<Line> lines = new ArrayList<>(kept);
    if (query.newestFirst()) {
      // All but the last ones that are passed by.
      long end = Math.max(0, lines.size() - Math.min(query.offset(), matched));
      lines = new ArrayList<>(lines.subList((int) Math.max(0, end - query.limit()), (int) end));
      Collections.reverse(lines);
    }
    return new LogPage(lines, matched, total);
  }

  private void add(LogLine line) {
    total++;
    LogLevel level = LogLevel.of(line.text());
    LogLevel least = query.atLeast();
    if ((least != null && level.compareTo(least) < 0)
        || (wanted != null && !line.text().toLowerCase(Locale.ROOT).contains(wanted))) {
      return;
    }
    matched++;
    if (query.newestFirst()) {
      kept.addLast(new Line(total, line, level));
      if (kept.size() > query.offset() + query.limit()) {
        kept.removeFirst();
      }
    } else if (matched > query.offset() && kept.size() < query.limit()) {
      kept.addLast(new Line(total, line, level));
    }
  }
}
