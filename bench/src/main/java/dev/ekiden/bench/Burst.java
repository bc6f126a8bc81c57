package dev.ekiden.bench;

import dev.ekiden.bench.PostgresProbe.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Drains that are compared: all contenders run once a round, so that whatever else the machine does
 * falls on all of them. Not thread-safe.
 */
final class Burst {
  /**
   * One drain.
   *
   * @param spent by the server meanwhile
   */
  record Run(int jobs, double seconds, Reading spent) {
    double perSecond() {
      return jobs / seconds;
    }
  }

  /** Who drains. */
  interface Contender {
    Run run() throws Exception;
  }

  private final Map<String, Contender> contenders = new LinkedHashMap<>();
  private final Map<String, List<Run>> runs = new LinkedHashMap<>();

  /** Adds a contender, unless one of that name has been added. */
  void add(String name, Contender contender) {
    contenders.putIfAbsent(name, contender);
  }

  boolean has(String name) {
    return contenders.containsKey(name);
  }

  /** Runs all of them, so many times. */
  void run(Lab lab, int rounds) throws Exception {
    for (int round = 1; round <= rounds; round++) {
      for (Map.Entry<String, Contender> entry : contenders.entrySet()) {
        Run run = entry.getValue().run();
        runs.computeIfAbsent(entry.getKey(), name -> new ArrayList<>()).add(run);
        lab.terminal()
            .say(
                "round %d of %d: %s: %,d jobs in %.2f s, %,.0f jobs/s"
                    .formatted(
                        round, rounds, entry.getKey(), run.jobs(), run.seconds(), run.perSecond()));
      }
    }
  }

  /** The median rate of a contender. */
  double rate(String name) {
    return median(name, Run::perSecond);
  }

  /** The median of a figure of a contender. */
  double median(String name, ToDoubleFunction<Run> figure) {
    return Medians.of(runs.getOrDefault(name, List.of()), figure);
  }

  /** How many jobs a contender's drain has. */
  int jobs(String name) {
    return runs.getOrDefault(name, List.of()).stream().mapToInt(Run::jobs).max().orElse(0);
  }
}
