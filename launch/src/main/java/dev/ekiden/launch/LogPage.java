package dev.ekiden.launch;

import java.util.List;

/**
 * A part of a log.
 *
 * @param droppedBytes how much was dropped between the position asked for and the first line,
 *     because logs are capped; 0 if nothing, {@link #UNKNOWN_BYTES} if something
 * @param lines in order
 * @param next the position behind the last line
 * @param isEnd whether this is all there will ever be
 */
public record LogPage(long droppedBytes, List<LogLine> lines, LogPosition next, boolean isEnd) {

  /** Something was dropped; how much is not known. */
  public static final long UNKNOWN_BYTES = -1;

  public LogPage {
    lines = List.copyOf(lines);
  }

  /** What a reader is shown in place of what was dropped; empty if nothing was. */
  public String marker() {
    if (droppedBytes == 0) {
      return "";
    }
    return droppedBytes == UNKNOWN_BYTES
        ? "[… output was dropped here …]"
        : "[… %,d bytes of output were dropped here …]".formatted(droppedBytes);
  }
}
