package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload;
import java.util.EnumMap;
import java.util.Map;

/** Jobs that are held to limits and keys, and jobs behind many that are, beside jobs without. */
final class LimitsPart implements Part {
  /** What is measured and what share of the plain rate it should reach; 0: only told. */
  private static final Map<Workload, Double> GOALS =
      new EnumMap<>(
          Map.of(
              Workload.GROUPS, 0.8,
              Workload.SERIAL_1000, 0.8,
              Workload.SERIAL_10, 0.0,
              Workload.BEHIND_BLOCKED, 0.9,
              Workload.MEETING_BLOCKED, 0.0));

  private static final int SERIAL_10_SHARE = 10;

  private final Lab lab;
  private final EngineSizes sizes;

  LimitsPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.sizes = sizes;
  }

  @Override
  public void join(Burst burst) {
    burst.add(PLAIN, DrainPart.ekiden(lab, sizes, Workload.PLAIN));
    GOALS
        .keySet()
        .forEach(workload ->
            burst.add(name(workload), DrainPart.ekiden(lab, sizesOf(workload), workload)));
  }

  /** Ten keys let ten jobs run at once, whatever is done: fewer jobs show it too. */
  private EngineSizes sizesOf(Workload workload) {
    return workload == Workload.SERIAL_10 ? sizes.share(SERIAL_10_SHARE) : sizes;
  }

  private static String name(Workload workload) {
    return "Ekiden, " + workload.title();
  }

  @Override
  public void tell(Burst burst, Figures figures) {
    GOALS.forEach((workload, goal) -> {
      String name = "drain, " + workload.title() + ", beside without";
      if (goal == 0) {
        figures.against(name, burst.rate(name(workload)), "jobs/s", burst.rate(PLAIN));
      } else {
        figures.atLeastTimes(name, burst.rate(name(workload)), "jobs/s", burst.rate(PLAIN), goal);
      }
    });
  }
}
