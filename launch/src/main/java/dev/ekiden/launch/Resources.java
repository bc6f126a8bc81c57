package dev.ekiden.launch;

/**
 * What a task may use at most. How well it is kept depends on the launcher; its {@link
 * Launcher#plan} says.
 *
 * @param vcpuThousandths thousandths of a processor, 1 to {@value #MAX_VCPU_THOUSANDTHS}
 * @param memoryMib mebibytes of memory, {@value #MIN_MEMORY_MIB} to {@value #MAX_MEMORY_MIB}
 * @param processes processes and threads at one time, 1 to {@value #MAX_PROCESSES}
 */
public record Resources(int vcpuThousandths, int memoryMib, int processes) {

  public static final int MAX_VCPU_THOUSANDTHS = 1_024_000;

  /** Below it a container engine refuses to start anything. */
  public static final int MIN_MEMORY_MIB = 6;

  public static final int MAX_MEMORY_MIB = 16 * 1024 * 1024;
  public static final int MAX_PROCESSES = 4_000_000;

  /** One vCPU, 512 MiB, 1,024 processes and threads. */
  public static final Resources DEFAULT = new Resources(1_000, 512, 1_024);

  public Resources {
    check("vcpuThousandths", vcpuThousandths, 1, MAX_VCPU_THOUSANDTHS);
    check("memoryMib", memoryMib, MIN_MEMORY_MIB, MAX_MEMORY_MIB);
    check("processes", processes, 1, MAX_PROCESSES);
  }

  public Resources withVcpuThousandths(int other) {
    return new Resources(other, memoryMib, processes);
  }

  public Resources withMemoryMib(int other) {
    return new Resources(vcpuThousandths, other, processes);
  }

  public Resources withProcesses(int other) {
    return new Resources(vcpuThousandths, memoryMib, other);
  }

  /** The memory in bytes. */
  public long memoryBytes() {
    return memoryMib * 1024L * 1024L;
  }

  private static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be " + min + " to " + max + " but is " + value);
    }
  }
}
