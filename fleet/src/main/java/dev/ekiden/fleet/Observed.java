package dev.ekiden.fleet;

import java.util.Map;
import java.util.TreeMap;

/** A fleet at one moment: its workers by class, and what it is asked to do. */
public record Observed(Map<CapacityClass, Workers> workers, Demand demand) {
  public Observed {
    workers = java.util.Collections.unmodifiableMap(new TreeMap<>(workers));
  }

  /** The workers of a class, nobody if none was observed. */
  public Workers of(CapacityClass capacityClass) {
    return workers.getOrDefault(capacityClass, Workers.NONE);
  }

  /** All that are ready to work. */
  public int alive() {
    return workers.values().stream().mapToInt(Workers::alive).sum();
  }

  /** All that are on their way. */
  public int starting() {
    return workers.values().stream().mapToInt(Workers::starting).sum();
  }

  /** All that count towards the size of the fleet. */
  public int present() {
    return alive() + starting();
  }
}
