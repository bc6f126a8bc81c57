package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.store.LogTable.Segment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A log keeps its beginning as it comes, and the end of what is too much. */
class LogBufferTest {
  private static final Instant TIME = Instant.parse("2026-11-21T12:00:00Z");
  private static final int PREFIX = "1763726400000 ".length();
  private static final int LINE_BYTES = 1_024;
  private static final String LINE = "x".repeat(LINE_BYTES - PREFIX - 1);

  private final LogBuffer buffer = new LogBuffer(1, 1);

  private void add(int bytes) {
    for (int i = 0; i < bytes / LINE_BYTES; i++) {
      buffer.add(TIME, LINE);
    }
  }

  private static List<LogLine> lines(List<Segment> segments) {
    List<LogLine> lines = new ArrayList<>();
    for (Segment segment : segments) {
      List<LogLine> some = new SegmentText(segment).lines();
      assertThat(segment.counts().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(some.size());
      lines.addAll(some);
    }
    return lines;
  }

  @Test
  void nothingOfALogIsDroppedUpToTheLimit() {
    add(Engine.MAX_LOG_BYTES);
    assertThat(lines(buffer.take(true)))
        .hasSize(Engine.MAX_LOG_BYTES / LINE_BYTES)
        .allMatch(line -> line.text().equals(LINE) && line.time().equals(TIME));
  }

  @Test
  void theMiddleOfALongerLogIsDropped() {
    add(Engine.MAX_LOG_BYTES);
    buffer.add(TIME, "the end");
    List<LogLine> lines = lines(buffer.take(true));
    assertThat(lines.get(LogBuffer.HEAD_BYTES / LINE_BYTES).text())
        .isEqualTo("… 1 lines (1024 bytes) dropped: the log of an attempt keeps 16777216 bytes …");
    assertThat(lines.getLast().text()).isEqualTo("the end");
    assertThat(lines).hasSize(Engine.MAX_LOG_BYTES / LINE_BYTES + 1);
  }

  @Test
  void theBeginningIsTakenAsItComesAndTheEndAtTheEnd() {
    add(LogBuffer.HEAD_BYTES);
    buffer.add(TIME, "later");
    List<Segment> first = buffer.take(false);
    assertThat(lines(first)).hasSize(LogBuffer.HEAD_BYTES / LINE_BYTES);
    assertThat(first.getLast().number()).isEqualTo(first.size() - 1);
    assertThat(buffer.take(false)).isEmpty();
    List<Segment> last = buffer.take(true);
    assertThat(last).hasSize(1);
    assertThat(last.getFirst().number()).isEqualTo(first.size());
    assertThat(lines(last).getFirst().text()).isEqualTo("later");
  }

  @Test
  void segmentsKnowTheirLevels() {
    buffer.add(TIME, "ERROR one\nof two lines");
    assertThat(buffer.take(false).getFirst().counts()).containsExactly(0, 0, 1, 0, 1);
    buffer.add(TIME, "DEBUG");
    assertThat(buffer.take(false).getFirst().counts()).containsExactly(0, 1, 0, 0, 0);
  }

  @Test
  void textIsFoundInTheTextOnlyAndInWhateverCase() {
    buffer.add(TIME, "1763 STRASSE\nnothing\nSTRASSE, straße and strasse\nİstanbul");
    SegmentText text = new SegmentText(buffer.take(true).getFirst());
    assertThat(indexes(text, "strasse")).containsExactly(0, 2);
    assertThat(indexes(text, "1763")).containsExactly(0);
    assertThat(indexes(text, "nothing\n")).isEmpty();
    assertThat(indexes(text, "stanbul")).containsExactly(3);
    assertThat(text.find(null)).hasSize(4);
    buffer.add(TIME, "1763 one\ntwo\nONE");
    SegmentText plain = new SegmentText(buffer.take(true).getFirst());
    assertThat(indexes(plain, "one")).containsExactly(0, 2);
    assertThat(indexes(plain, "1763")).containsExactly(0);
    assertThat(indexes(plain, "two\n")).isEmpty();
  }

  private static List<Integer> indexes(SegmentText text, String wanted) {
    return text.find(wanted).stream().map(SegmentText.Found::index).toList();
  }

  @Test
  void longLinesAreCutOff() {
    buffer.add(TIME, "x".repeat(LogBuffer.MAX_LINE_LENGTH));
    buffer.add(TIME, "x".repeat(LogBuffer.MAX_LINE_LENGTH + 1));
    List<LogLine> lines = lines(buffer.take(true));
    assertThat(lines.getFirst().text()).hasSize(LogBuffer.MAX_LINE_LENGTH);
    assertThat(lines.getLast().text()).endsWith("… (1 characters cut off)");
  }
}
