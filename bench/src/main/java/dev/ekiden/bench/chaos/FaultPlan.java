package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Fault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What is done to a run, and when: the same for the same seed. Every kind comes once before any
 * comes twice.
 */
record FaultPlan(long seed, List<Fault> faults) {
  private static final int MOST_JUMP_MILLIS = 10_000;

  FaultPlan {
    faults = List.copyOf(faults);
  }

  /**
   * Makes a plan.
   *
   * @param during when the last fault begins at the latest
   * @param workers among which its targets are chosen
   * @param lease of the workers, by which faults that last are measured
   * @param rounds how often every kind comes
   */
  static FaultPlan of(long seed, Duration during, int workers, Duration lease, int rounds) {
    Random random = new Random(seed);
    List<Kind> kinds = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      List<Kind> round = new ArrayList<>(Arrays.asList(Kind.values()));
      Collections.shuffle(round, random);
      kinds.addAll(round);
    }
    long space = during.toMillis() / (kinds.size() + 1);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      long at = space * i + random.nextLong(Math.max(1, space));
      Kind kind = kinds.get(i);
      int worker = random.nextInt(workers);
      faults.add(new Fault(at, kind, worker, millis(kind, lease.toMillis(), random)));
    }
    return new FaultPlan(seed, faults);
  }

  private static long millis(Kind kind, long lease, Random random) {
    return switch (kind) {
      case DATABASE_AWAY -> lease + random.nextLong(lease);
      case BLACKHOLE, EXHAUST_POOL -> lease / 2 + random.nextLong(lease * 2);
      case DELAY -> lease / 2 + random.nextLong(lease);
      case PAUSE_QUEUE, HOLD_GROUP -> lease / 4 + random.nextLong(lease / 2);
      case CLOCK_JUMP -> random.nextLong(-MOST_JUMP_MILLIS, MOST_JUMP_MILLIS);
      default -> 0;
    };
  }
}
