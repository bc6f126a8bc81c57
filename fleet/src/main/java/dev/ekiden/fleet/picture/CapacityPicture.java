package dev.ekiden.fleet.picture;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.picture.Shape.Anchor;
import dev.ekiden.fleet.picture.Shape.Area;
import dev.ekiden.fleet.picture.Shape.Box;
import dev.ekiden.fleet.picture.Shape.Label;
import dev.ekiden.fleet.picture.Shape.Line;
import dev.ekiden.fleet.picture.Shape.Point;
import dev.ekiden.fleet.simulate.Outcome;
import dev.ekiden.fleet.simulate.Report;
import dev.ekiden.fleet.simulate.Series;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Capacity over demand: for each fleet the workers by class, stacked, those on their way above
 * them, the workers that the jobs there would fill as a line, and the waiting jobs in a strip
 * below. All fleets have the same scales.
 */
public final class CapacityPicture {
  private static final int WIDTH = 1_080;
  private static final double LEFT = 76;
  private static final double RIGHT = WIDTH - 28;
  private static final double HEAD = 92;
  private static final double PANEL = 270;
  private static final double PLOT = 150;
  private static final double STRIP = 44;
  private static final int MOST_COLUMNS = 480;

  private static final String GROUND = "#fbfaf7";
  private static final String PAPER = "#ffffff";
  private static final String INK = "#22303c";
  private static final String QUIET = "#6b7884";
  private static final String GRID = "#e6e3dc";
  private static final String ON_ITS_WAY = "#d9d4c7";
  private static final String DEMAND = "#b3261e";
  private static final String WAITING = "#8fa3b5";
  private static final String ON_DEMAND = "#2f6690";
  private static final String SPOT = "#f2a541";
  private static final List<String> OTHERS =
      List.of("#5b9279", "#8f6593", "#c46a5b", "#7a8b99", "#4f8a8b", "#a98467");

  private final Report report;
  private final List<String> classes;
  private final Axis time;
  private final Axis workers;
  private final Axis waiting;
  private final List<Shape> shapes = new ArrayList<>();

  private CapacityPicture(Report report) {
    this.report = report;
    Set<String> names = new LinkedHashSet<>();
    double seconds = 0;
    double most = 1;
    double longest = 1;
    for (Outcome outcome : report.outcomes()) {
      Columns columns = new Columns(outcome.series());
      names.addAll(outcome.series().classes());
      seconds = Math.max(seconds, outcome.series().steps() * outcome.series().stepSeconds());
      most = Math.max(most, columns.mostWorkers());
      longest = Math.max(longest, columns.mostWaiting());
    }
    this.classes = List.copyOf(names);
    this.time = Axis.time(seconds, 12);
    this.workers = Axis.count(most * 1.15, 4);
    this.waiting = Axis.count(longest, 1);
  }

  /** Draws a report. */
  public static Drawing draw(Report report) {
    return new CapacityPicture(report).drawing();
  }

  private Drawing drawing() {
    int height = (int) (HEAD + PANEL * report.outcomes().size() - 4);
    shapes.add(new Box(0, 0, WIDTH, height, GROUND));
    text(LEFT, 36, report.scenario().title(), 19, INK, true, Anchor.START);
    legend();
    double top = HEAD;
    for (Outcome outcome : report.outcomes()) {
      panel(outcome, top);
      top += PANEL;
    }
    return new Drawing(WIDTH, height, report.scenario().title(), shapes);
  }

  private void legend() {
    double x = LEFT;
    for (int i = 0; i < classes.size(); i++) {
      x = entry(x, classes.get(i), colour(classes.get(i)));
    }
    x = entry(x, "starting", ON_ITS_WAY);
    shapes.add(new Line(List.of(new Point(x, 60), new Point(x + 18, 60)), DEMAND, 2, 0));
    text(
        x + 24,
        64,
        "demand: workers that the jobs would fill (cut off above)",
        12,
        QUIET,
        false,
        Anchor.START);
    x += 24 + 350;
    entry(x, "waiting jobs", WAITING);
  }

  private double entry(double x, String name, String colour) {
    shapes.add(new Box(x, 54, 12, 12, colour));
    text(x + 18, 64, name, 12, QUIET, false, Anchor.START);
    return x + 18 + name.length() * 7 + 18;
  }

  private void panel(Outcome outcome, double top) {
    text(LEFT, top + 6, outcome.name(), 14, INK, true, Anchor.START);
    text(RIGHT, top + 6, figures(outcome), 12, QUIET, false, Anchor.END);
    double plot = top + 18;
    double strip = plot + PLOT + 10;
    shapes.add(new Box(LEFT, plot, RIGHT - LEFT, PLOT, PAPER));
    shapes.add(new Box(LEFT, strip, RIGHT - LEFT, STRIP, PAPER));
    for (double mark : workers.marks()) {
      double y = plot + PLOT - PLOT * mark / workers.max();
      shapes.add(new Line(List.of(new Point(LEFT, y), new Point(RIGHT, y)), GRID, 1, 0));
      text(LEFT - 8, y + 4, Axis.countText(mark), 11, QUIET, false, Anchor.END);
    }
    for (double mark : time.marks()) {
      double x = LEFT + (RIGHT - LEFT) * mark / time.max();
      shapes.add(new Line(List.of(new Point(x, plot), new Point(x, strip + STRIP)), GRID, 1, 0));
      text(
          x, strip + STRIP + 16, Axis.timeText(mark, time.step()), 11, QUIET, false, Anchor.MIDDLE);
    }
    Columns columns = new Columns(outcome.series());
    stack(outcome.series(), columns, plot);
    line(columns, plot);
    waiting(columns, strip);
    text(LEFT - 8, strip + 10, Axis.countText(waiting.max()), 11, QUIET, false, Anchor.END);
    text(LEFT - 8, strip + STRIP, "0", 11, QUIET, false, Anchor.END);
    upwards(plot + PLOT / 2, "workers");
    upwards(strip + STRIP / 2, "waiting");
    base(plot + PLOT);
    base(strip + STRIP);
  }

  private void stack(Series series, Columns columns, double plot) {
    double[] below = new double[columns.count];
    for (String name : series.classes()) {
      below = area(below, columns.of(series.ready(name)), plot, columns, colour(name));
    }
    area(below, columns.of(series.starting()), plot, columns, ON_ITS_WAY);
  }

  /** Steps, because workers are whole; returns the upper edge. */
  private double[] area(
      double[] below, double[] values, double plot, Columns columns, String colour) {
    double[] above = new double[below.length];
    boolean any = false;
    for (int i = 0; i < below.length; i++) {
      above[i] = below[i] + values[i];
      any |= values[i] > 0;
    }
    if (any) {
      List<Point> outline = new ArrayList<>(columns.steps(above, plot, PLOT, workers.max()));
      outline.addAll(columns.steps(below, plot, PLOT, workers.max()).reversed());
      shapes.add(new Area(outline, colour));
    }
    return above;
  }

  private void line(Columns columns, double plot) {
    double[] demand = columns.of(columns.series.demand());
    shapes.add(new Line(columns.steps(demand, plot, PLOT, workers.max()), DEMAND, 1.2, 0));
  }

  private void waiting(Columns columns, double strip) {
    double[] jobs = columns.of(columns.series.waiting());
    List<Point> outline = new ArrayList<>(columns.steps(jobs, strip, STRIP, waiting.max()));
    outline.add(new Point(outline.getLast().x(), strip + STRIP));
    outline.add(new Point(LEFT, strip + STRIP));
    shapes.add(new Area(outline, WAITING));
  }

  private void base(double y) {
    shapes.add(new Line(List.of(new Point(LEFT, y), new Point(RIGHT, y)), INK, 1, 0));
  }

  private void upwards(double y, String text) {
    shapes.add(new Label(new Point(20, y), text, 11, QUIET, false, Anchor.MIDDLE, true));
  }

  private void text(
      double x, double y, String text, double size, String colour, boolean bold, Anchor anchor) {
    shapes.add(new Label(new Point(x, y), text, size, colour, bold, anchor, false));
  }

  private static String figures(Outcome outcome) {
    return String.format(
        Locale.ROOT,
        "%s · wait p50 %s, p95 %s · %.1f%% late · %,d reclaimed",
        outcome.cost(),
        seconds(outcome.waits().p50()),
        seconds(outcome.waits().p95()),
        outcome.missedShare() * 100,
        outcome.reclaimed());
  }

  private static String seconds(double value) {
    if (value >= 120) {
      return String.format(Locale.ROOT, "%.1f min", value / 60);
    }
    return value < 1
        ? String.format(Locale.ROOT, "%.0f ms", value * 1_000)
        : String.format(Locale.ROOT, "%.1f s", value);
  }

  /** On-demand and spot look the same in every picture. */
  private String colour(String name) {
    if (name.equals(CapacityClass.ON_DEMAND.name())) {
      return ON_DEMAND;
    }
    return name.equals(CapacityClass.SPOT.name())
        ? SPOT
        : OTHERS.get(classes.indexOf(name) % OTHERS.size());
  }

  /** A series in at most so many columns as can be told apart. */
  private final class Columns {
    private final Series series;
    private final int each;
    private final int count;

    Columns(Series series) {
      this.series = series;
      this.each = Math.max(1, Math.ceilDiv(series.steps(), MOST_COLUMNS));
      this.count = Math.ceilDiv(series.steps(), each);
    }

    double[] of(double[] values) {
      double[] columns = new double[count];
      for (int column = 0; column < count; column++) {
        int end = Math.min(values.length, (column + 1) * each);
        double sum = 0;
        for (int i = column * each; i < end; i++) {
          sum += values[i];
        }
        columns[column] = sum / (end - column * each);
      }
      return columns;
    }

    double mostWorkers() {
      double[] all = of(series.starting());
      for (String name : series.classes()) {
        double[] values = of(series.ready(name));
        for (int i = 0; i < count; i++) {
          all[i] += values[i];
        }
      }
      return java.util.Arrays.stream(all).max().orElse(1);
    }

    double mostWaiting() {
      return java.util.Arrays.stream(of(series.waiting())).max().orElse(1);
    }

    /** The upper edge as steps; what is above the scale is cut off. */
    List<Point> steps(double[] values, double top, double height, double max) {
      List<Point> points = new ArrayList<>(count * 2);
      double width = (RIGHT - LEFT) * series.stepSeconds() * each / time.max();
      for (int i = 0; i < count; i++) {
        double y = top + height - height * Math.min(1, values[i] / max);
        points.add(new Point(LEFT + width * i, y));
        points.add(new Point(Math.min(RIGHT, LEFT + width * (i + 1)), y));
      }
      return points;
    }
  }
}
