package dev.ekiden.engine;

import java.util.List;

/**
 * A part of a job's log.
 *
 * @param lines in the order that was asked for
 * @param matched how many lines meet the conditions
 * @param total how many lines there are in the attempts that were read
 */
public record LogPage(List<Line> lines, long matched, long total) {
  public LogPage {
    lines = List.copyOf(lines);
  }

  /**
   * One line.
   *
   * @param number its place among all lines of the attempts that were read, from 1
   */
  public record Line(long number, LogLine line, LogLevel level) {}
}
