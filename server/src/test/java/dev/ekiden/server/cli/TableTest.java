package dev.ekiden.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see. */
final class TableTest {
  private final StringWriter err = new StringWriter();
  private final AtomicLong nanos = new AtomicLong(1);

  @ParameterizedTest
  @CsvSource({"abc,3", "日本語,6", "ｱｲｳ,3", "カﾞ,3", "e\u0301,1", "한국,4", "😀,2", "ＡＢ,4", "¥,1"})
  void widthIsWhatATerminalShows(String text, int width) {
    assertThat(DisplayWidth.of(text)).isEqualTo(width);
  }

  @Test
  void columnsStandBelowEachOther() {
    Table table =
        new Table(Table.Column.left("NAME"), Table.Column.right("N"), Table.Column.left("X"));
    table.row("会議室", "5", "a").row("room", "1,000", "b");
    assertThat(table.lines())
        .containsExactly("NAME        N  X", "会議室      5  a", "room    1,000  b");
    assertThat(table.lines().stream().map(DisplayWidth::of)).containsOnly(16);
  }

  @Test
  void aLongCellIsCut() {
    assertThat(DisplayWidth.truncate("日本語", 6)).isEqualTo("日本語");
    assertThat(DisplayWidth.truncate("日本語", 5)).isEqualTo("日本…");
    String cell = "x".repeat(Table.MAX_CELL_WIDTH);
    assertThat(new Table(Table.Column.left("A")).row(cell).lines().get(1)).isEqualTo(cell);
    assertThat(new Table(Table.Column.left("A")).row(cell + "x").lines().get(1))
        .hasSize(Table.MAX_CELL_WIDTH)
        .endsWith("…");
  }

  @Test
  void aBarIsRedrawnWhereSomebodyWatches() {
    try (ProgressBar bar = new ProgressBar(terminal(true), "refreshing", 200, nanos::get)) {
      bar.advance(50);
      pass(Duration.ofMillis(10));
      bar.advance(50);
      pass(Duration.ofSeconds(1));
      bar.advance(50);
    }
    String text = err.toString();
    assertThat(text).contains("\r").contains(" 25 %").doesNotContain(" 50 %").contains(" 75 %");
    assertThat(text).contains("150 of 200").contains("█");
  }

  @Test
  void elsewhereALineTellsEveryTenSeconds() {
    try (ProgressBar bar = new ProgressBar(terminal(false), "refreshing", 200, nanos::get)) {
      bar.advance(50);
      pass(Duration.ofSeconds(9));
      bar.advance(50);
      assertThat(err.toString()).isEmpty();
      pass(Duration.ofSeconds(1));
      bar.advance(50);
      assertThat(err.toString().lines()).hasSize(1);
    }
    assertThat(err.toString().lines()).hasSize(2);
    assertThat(err.toString()).contains("75 %").contains("10s").doesNotContain("\r\u001b");
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new BufferedReader(new StringReader("")),
        new PrintWriter(new StringWriter()),
        new PrintWriter(err),
        interactive);
  }
}
