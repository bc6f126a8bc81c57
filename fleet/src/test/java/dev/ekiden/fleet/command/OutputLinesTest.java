package dev.ekiden.fleet.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogLine.Stream;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLinesTest {
  private final List<String> lines = new ArrayList<>();
  private final OutputLines output = new OutputLines((time, text) -> lines.add(text));

  private static LogLine line(Stream stream, byte[] bytes) {
    return new LogLine(Instant.EPOCH, stream, bytes);
  }

  private static LogLine line(Stream stream, String text) {
    return line(stream, text.getBytes(StandardCharsets.UTF_8));
  }

  private void add(long dropped, boolean end, LogLine... some) {
    output.add(new LogPage(dropped, List.of(some), LogPosition.START, end));
  }

  @Test
  void piecesOfTwoStreamsArePutTogether() {
    add(0, false, line(Stream.STDOUT, "one "), line(Stream.STDERR, "bad\n"));
    add(0, false, line(Stream.STDOUT, "line\r\n"), line(Stream.STDOUT, "rest"));
    assertThat(lines).containsExactly("[stderr] bad", "one line");
    add(0, true);
    assertThat(lines).last().isEqualTo("rest");
    assertThat(output.lastWords()).isEqualTo("bad");
  }

  @Test
  void aCharacterThatIsCutInTwoIsWhole() {
    byte[] word = "伝\n".getBytes(StandardCharsets.UTF_8);
    add(
        0,
        true,
        line(Stream.STDOUT, Arrays.copyOf(word, 1)),
        line(Stream.STDOUT, Arrays.copyOfRange(word, 1, word.length)));
    assertThat(lines).containsExactly("伝");
  }

  @Test
  void bytesThatAreNoTextAndThatSteerATerminalAreReplaced() {
    add(0, true, line(Stream.STDOUT, new byte[] {'a', (byte) 0xFF, 0x1B, '[', 0, 7, '\t', '\n'}));
    assertThat(lines).containsExactly("a\uFFFD\uFFFD[\uFFFD\uFFFD\t");
  }

  @Test
  void aLineWithoutEndIsCutOnBothSidesOfItsLimit() {
    byte[] longest = new byte[OutputLines.MAX_LINE_BYTES];
    Arrays.fill(longest, (byte) 'x');
    add(0, false, line(Stream.STDOUT, longest), line(Stream.STDOUT, "\n"));
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).hasSize(OutputLines.MAX_LINE_BYTES);
    lines.clear();
    byte[] binary = new byte[100_000];
    Arrays.fill(binary, (byte) 0x80); // only continuations: nowhere a character begins
    add(0, true, line(Stream.STDOUT, binary));
    assertThat(lines).hasSize(7);
  }

  @Test
  void whatWasDroppedIsMarkedWhereItIsMissing() {
    add(0, false, line(Stream.STDOUT, "begin"));
    add(1_000, true, line(Stream.STDOUT, "end\n"));
    assertThat(lines)
        .containsExactly("begin", "[… 1,000 bytes of output were dropped here …]", "end");
  }
}
