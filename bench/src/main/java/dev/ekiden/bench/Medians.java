package dev.ekiden.bench;

import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of several runs. */
public final class Medians {
  private Medians() {}

  /** The middle value, or the mean of the two in the middle; NaN of nothing. */
  public static double of(Collection<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    if (sorted.isEmpty()) {
      return Double.NaN;
    }
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** The middle of one figure of several runs. */
  public static <T> double of(Collection<T> runs, ToDoubleFunction<T> figure) {
    return of(runs.stream().map(figure::applyAsDouble).toList());
  }
}
