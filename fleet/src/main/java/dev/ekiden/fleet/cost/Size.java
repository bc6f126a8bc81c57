package dev.ekiden.fleet.cost;

import dev.ekiden.fleet.Checks;
import java.util.Locale;

/**
 * What a worker or task is given.
 *
 * @param milliVcpus thousandths of a vCPU, 1 to {@value #MAX_MILLI_VCPUS}
 * @param memoryMib 1 to {@value #MAX_MEMORY_MIB}
 */
public record Size(int milliVcpus, int memoryMib) {
  /** Most thousandths of a vCPU. */
  public static final int MAX_MILLI_VCPUS = 1_000_000;

  /** Most memory. */
  public static final int MAX_MEMORY_MIB = 16_777_216;

  public Size {
    Checks.range("vcpus", milliVcpus / 1_000.0, 0.001, MAX_MILLI_VCPUS / 1_000.0);
    Checks.range("memory-mib", memoryMib, 1, MAX_MEMORY_MIB);
  }

  /** So many vCPUs and so much memory. */
  public static Size of(double vcpus, int memoryMib) {
    return new Size((int) Math.round(vcpus * 1_000), memoryMib);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s vCPU, %,d MiB", milliVcpus / 1_000.0, memoryMib);
  }
}
