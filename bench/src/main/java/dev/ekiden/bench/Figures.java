package dev.ekiden.bench;

import dev.ekiden.server.DemoResult;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a benchmark measured, as it is printed and written to a file. Not thread-safe. */
public final class Figures {
  /**
   * One figure.
   *
   * @param goal what it should be, null when it is only told
   * @param met whether it is, null without a goal
   * @param peer the same of whom we compare ourselves with, null without one
   * @param ratio of value to peer
   */
  record Figure(
      String name,
      double value,
      String unit,
      @Nullable String goal,
      @Nullable Boolean met,
      @Nullable Double peer,
      @Nullable Double ratio) {}

  private final List<Figure> figures = new ArrayList<>();

  /** Adds a figure without a peer. */
  public void add(DemoResult.Row row) {
    figures.add(new Figure(row.name(), row.value(), row.unit(), row.goal(), row.met(), null, null));
  }

  /** Adds all figures of others. */
  public void addAll(Figures others) {
    figures.addAll(others.figures);
  }

  /** Adds a figure beside a peer's. */
  public void against(String name, double value, String unit, double peer) {
    figures.add(new Figure(name, value, unit, null, null, peer, value / peer));
  }

  /** Adds a figure that should be at least a multiple of a peer's. */
  public void atLeastTimes(String name, double value, String unit, double peer, double goal) {
    double ratio = value / peer;
    figures.add(
        new Figure(name, value, unit, ">= %s x".formatted(goal), ratio >= goal, peer, ratio));
  }

  /** Adds a figure that should be at most a multiple of a peer's. */
  public void atMostTimes(String name, double value, String unit, double peer, double goal) {
    double ratio = value / peer;
    figures.add(
        new Figure(name, value, unit, "<= %s x".formatted(goal), ratio <= goal, peer, ratio));
  }

  /** As a table for people. */
  public Table table() {
    Table table =
        new Table(
            Table.Column.left("MEASURE"),
            Table.Column.right("VALUE"),
            Table.Column.left("UNIT"),
            Table.Column.right("BESIDE"),
            Table.Column.right("RATIO"),
            Table.Column.left("GOAL"),
            Table.Column.left("MET"));
    for (Figure figure : figures) {
      String goal = figure.goal();
      Boolean met = figure.met();
      table.row(
          figure.name(),
          text(figure.value()),
          figure.unit(),
          text(figure.peer()),
          text(figure.ratio()),
          goal == null ? "" : goal,
          met == null ? "" : met ? "yes" : "NO");
    }
    return table;
  }

  private static String text(@Nullable Double number) {
    return number == null ? "" : DemoResult.Row.of("", number, "").valueText();
  }

  /** As JSON. */
  public void write(Path file) throws IOException {
    Files.write(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
  }
}
