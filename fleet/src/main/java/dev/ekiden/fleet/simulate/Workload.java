package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.RunTimes;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * All jobs of a scenario in the order of their arrivals, drawn once, so that every operation runs
 * the same.
 */
final class Workload {
  /** So many runs are taken to be known of each kind before the first arrival. */
  private static final double KNOWN_RUNS = 100;

  private final List<JobKind> kinds;
  private final long seed;
  private long[] arrivals = new long[1_024];
  private float[] runSeconds = new float[1_024];
  private byte[] kindOf = new byte[1_024];
  private int count;

  private Workload(List<JobKind> kinds, long seed) {
    this.kinds = kinds;
    this.seed = seed;
  }

  static Workload of(Scenario scenario) {
    History history = scenario.history();
    return history == null ? drawn(scenario) : recorded(history, scenario.seed());
  }

  private static Workload drawn(Scenario scenario) {
    List<JobKind> kinds = scenario.jobs();
    SplittableRandom random = new SplittableRandom(scenario.seed());
    long end = micros(scenario.length());
    List<Workload> parts = new ArrayList<>();
    for (int kind = 0; kind < kinds.size(); kind++) {
      SplittableRandom times = random.split();
      SplittableRandom runs = random.split();
      Workload part = new Workload(kinds, scenario.seed());
      byte number = (byte) kind;
      RunTime runTime = kinds.get(kind).runTime();
      kinds.get(kind).arrivals().draw(times, end, at -> part.add(at, runTime.draw(runs), number));
      parts.add(part);
    }
    return merged(parts, kinds, scenario.seed());
  }

  /** Definitions become kinds; beyond the most there can be, they are taken together. */
  private static Workload recorded(History history, long seed) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    List<double[]> sums = new ArrayList<>();
    for (History.Entry entry : history.entries()) {
      int number = number(numbers, entry);
      if (number == sums.size()) {
        sums.add(new double[4]);
      }
      double[] sum = sums.get(number);
      sum[0]++;
      sum[1] += entry.runSeconds();
      sum[2] += entry.runSeconds() * entry.runSeconds();
      sum[3] = entry.priority();
    }
    List<JobKind> kinds = new ArrayList<>();
    numbers.forEach((name, number) -> {
      if (number == kinds.size()) {
        kinds.add(kind(name, sums.get(number)));
      }
    });
    Workload workload = new Workload(kinds, seed);
    for (History.Entry entry : history.entries()) {
      workload.add(micros(entry.at()), entry.runSeconds(), (byte) number(numbers, entry));
    }
    return workload;
  }

  private static int number(Map<String, Integer> numbers, History.Entry entry) {
    return numbers.computeIfAbsent(
        entry.definition() + " at " + entry.priority(),
        key -> Math.min(numbers.size(), Scenario.MAX_KINDS - 1));
  }

  private static JobKind kind(String name, double[] sum) {
    double mean = sum[1] / sum[0];
    double variance = Math.max(0, sum[2] / sum[0] - mean * mean);
    RunTime runTime =
        new RunTime.LogNormal(
            mean,
            mean == 0 ? 0 : Math.min(1_000, variance / (mean * mean)),
            RunTime.MAX_SECONDS * 1_000);
    return new JobKind(name, (int) sum[3], new Arrivals.Poisson(0), runTime, 0, 1, Duration.ZERO);
  }

  private static Workload merged(List<Workload> parts, List<JobKind> kinds, long seed) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    Workload all = new Workload(kinds, seed);
    int[] at = new int[parts.size()];
    while (true) {
      int next = -1;
      for (int i = 0; i < at.length; i++) {
        Workload part = parts.get(i);
        if (at[i] < part.count
            && (next < 0 || part.arrivals[at[i]] < parts.get(next).arrivals[at[next]])) {
          next = i;
        }
      }
      if (next < 0) {
        return all;
      }
      Workload part = parts.get(next);
      all.add(part.arrivals[at[next]], part.runSeconds[at[next]], part.kindOf[at[next]]);
      at[next]++;
    }
  }

  private void add(long arrival, double seconds, byte kind) {
    if (count == Scenario.MAX_JOBS) {
      throw new InvalidSettingException(
          "jobs", "more than %,d jobs arrive; that is the most".formatted(Scenario.MAX_JOBS));
    }
    if (count == arrivals.length) {
      int length = count * 2;
      arrivals = Arrays.copyOf(arrivals, length);
      runSeconds = Arrays.copyOf(runSeconds, length);
      kindOf = Arrays.copyOf(kindOf, length);
    }
    arrivals[count] = arrival;
    runSeconds[count] = (float) seconds;
    kindOf[count] = kind;
    count++;
  }

  int size() {
    return count;
  }

  List<JobKind> kinds() {
    return kinds;
  }

  long arrivalMicros(int job) {
    return arrivals[job];
  }

  double runSeconds(int job) {
    return runSeconds[job];
  }

  int kind(int job) {
    return kindOf[job];
  }

  double totalSeconds() {
    double sum = 0;
    for (int job = 0; job < count; job++) {
      sum += runSeconds[job];
    }
    return sum;
  }

  /** Whether an attempt fails: the same one for every operation. */
  boolean fails(int job, int attempt) {
    double chance = kinds.get(kind(job)).fails();
    return chance > 0
        && new SplittableRandom(seed ^ job * 0x9E3779B97F4A7C15L ^ (long) attempt << 56)
                .nextDouble()
            < chance;
  }

  /** What is known of each kind before the first arrival: as in production, from history. */
  RunTimes[] known() {
    return kinds.stream()
        .map(kind ->
            new RunTimes(
                kind.runTime().meanSeconds(), kind.runTime().squaredVariation(), KNOWN_RUNS))
        .toArray(RunTimes[]::new);
  }

  /** What is known of all together. */
  RunTimes knownTogether() {
    double sum = 0;
    double squares = 0;
    for (int job = 0; job < count; job++) {
      sum += runSeconds[job];
      squares += (double) runSeconds[job] * runSeconds[job];
    }
    double mean = count == 0 ? 1 : sum / count;
    double variation =
        count == 0 || mean == 0 ? 0 : Math.max(0, squares / count / (mean * mean) - 1);
    return new RunTimes(mean, variation, KNOWN_RUNS);
  }

  static long micros(Duration time) {
    return Math.addExact(Math.multiplyExact(time.getSeconds(), 1_000_000L), time.getNano() / 1_000);
  }

  static long micros(double seconds) {
    return Math.round(seconds * 1e6);
  }

  static double seconds(long micros) {
    return micros / 1e6;
  }

  static Duration time(long micros) {
    return Times.ofSeconds(micros / 1e6);
  }
}
