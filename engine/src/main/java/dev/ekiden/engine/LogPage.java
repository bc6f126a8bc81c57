package dev.ekiden.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a job's log.
 *
 * @param lines in the order that was asked for
 * @param matched how many lines meet the conditions, of those that were looked at
 * @param total how many lines the attempts that were asked for have
 * @param continueFrom the line {@linkplain LogQuery#from from} which nothing was looked at, because
 *     the search would have taken long; null when all was
 */
public record LogPage(List<Line> lines, long matched, long total, @Nullable Long continueFrom) {
  public LogPage {
    lines = List.copyOf(lines);
  }

  /**
   * The line {@linkplain LogQuery#from from} which the next page begins; null after the last one.
   *
   * @param query what this page answers
   */
  public @Nullable Long next(LogQuery query) {
    return lines.size() < matched - query.offset()
        ? Long.valueOf(lines.getLast().number() + (query.newestFirst() ? -1 : 1))
        : continueFrom;
  }

  /**
   * One line.
   *
   * @param number its place in the log of its job, from 1. Lines are added at the end, so that it
   *     stays the same.
   */
  public record Line(long number, LogLine line, LogLevel level) {}
}
