package dev.ekiden.launch.ecs;

import dev.ekiden.launch.Resources;
import java.util.List;
import java.util.Optional;

/**
 * A size that Fargate has: there are few, and a task gets, and costs, the next one.
 *
 * @param cpuUnits of which 1,024 are a vCPU
 * @param memoryMib mebibytes of memory
 */
public record FargateSize(int cpuUnits, int memoryMib) {

  private static final int UNITS_PER_VCPU = 1_024;
  private static final int THOUSANDTHS_PER_VCPU = 1_000;

  /** The memories that go with a number of vCPUs: from, to and in steps of MiB. */
  private record Row(int cpuUnits, int from, int to, int step) {

    Optional<FargateSize> fit(Resources asked) {
      if (asked.vcpuThousandths() * (long) UNITS_PER_VCPU > cpuUnits * (long) THOUSANDTHS_PER_VCPU
          || asked.memoryMib() > to) {
        return Optional.empty();
      }
      int memory = from;
      while (memory < asked.memoryMib()) {
        memory += memory < 1_024 ? memory : step; // Half a GiB is followed by a whole one.
      }
      return Optional.of(new FargateSize(cpuUnits, memory));
    }
  }

  private static final List<Row> ROWS =
      List.of(
          new Row(256, 512, 2_048, 1_024),
          new Row(512, 1_024, 4_096, 1_024),
          new Row(1_024, 2_048, 8_192, 1_024),
          new Row(2_048, 4_096, 16_384, 1_024),
          new Row(4_096, 8_192, 30_720, 1_024),
          new Row(8_192, 16_384, 61_440, 4_096),
          new Row(16_384, 32_768, 122_880, 8_192));

  /** The most that a task may have: 16 vCPUs and 120 GiB. */
  public static final FargateSize LARGEST = new FargateSize(16_384, 122_880);

  /** The least one that is enough, if there is one; the number of processes does not matter. */
  public static Optional<FargateSize> fit(Resources asked) {
    return ROWS.stream().flatMap(row -> row.fit(asked).stream()).findFirst();
  }

  /** The size as what a task may use. */
  public Resources resources(int processes) {
    return new Resources(cpuUnits * THOUSANDTHS_PER_VCPU / UNITS_PER_VCPU, memoryMib, processes);
  }
}
