package dev.ekiden.calendar.demo;

import dev.ekiden.fleet.CapacityClass;
import java.util.ArrayList;
import java.util.List;

/** Workers by class, and jobs that are left, over time, as text. Not thread-safe. */
final class CapacityChart {
  private static final int WIDTH = 72;
  private static final String LEVELS = " ▁▂▃▄▅▆▇█";

  private record Look(long nanos, int onDemand, int spot, long left) {}

  private final int height;
  private final List<Look> looks = new ArrayList<>();

  /**
   * A chart.
   *
   * @param height workers of a full column
   */
  CapacityChart(int height) {
    this.height = height;
  }

  void look(List<CapacityClass> workers, long left) {
    int onDemand =
        (int) workers.stream().filter(one -> one.equals(CapacityClass.ON_DEMAND)).count();
    looks.add(new Look(System.nanoTime(), onDemand, workers.size() - onDemand, left));
  }

  int most() {
    return looks.stream().mapToInt(look -> look.onDemand() + look.spot()).max().orElse(0);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (looks.isEmpty()) {
      return lines;
    }
    int columns = Math.min(WIDTH, looks.size());
    int top = Math.max(height, most());
    lines.add("Workers (D on demand, S spot) and what is left to do, over time:");
    for (int row = top; row >= 1; row--) {
      StringBuilder line = new StringBuilder("%5d ".formatted(row));
      for (int column = 0; column < columns; column++) {
        Look look = at(column, columns);
        int workers = look.onDemand() + look.spot();
        line.append(row > workers ? ' ' : row > look.onDemand() ? 'S' : 'D');
      }
      lines.add(line.toString().stripTrailing());
    }
    long most = Math.max(1, looks.stream().mapToLong(Look::left).max().orElse(1));
    StringBuilder backlog = new StringBuilder(" left ");
    for (int column = 0; column < columns; column++) {
      long left = at(column, columns).left();
      backlog.append(LEVELS.charAt((int) Math.ceilDiv(left * (LEVELS.length() - 1), most)));
    }
    lines.add(backlog.toString().stripTrailing());
    double seconds = (looks.getLast().nanos() - looks.getFirst().nanos()) / 1e9;
    String end = "%.0f s".formatted(seconds);
    lines.add("      0 s" + " ".repeat(Math.max(1, columns - 3 - end.length())) + end);
    return lines;
  }

  private Look at(int column, int columns) {
    return looks.get((int) ((long) column * looks.size() / columns));
  }
}
