package dev.ekiden.launch.kubernetes;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * On which nodes the tasks of a capacity class run.
 *
 * @param selector labels that a node must have; none: any node
 * @param tolerated taints that do not keep the tasks away
 */
public record NodePool(SortedMap<String, String> selector, List<Taint> tolerated) {

  /** Every node that has no taint. */
  public static final NodePool ANY = new NodePool(new TreeMap<>(), List.of());

  public NodePool {
    selector = Collections.unmodifiableSortedMap(new TreeMap<>(selector));
    tolerated = List.copyOf(tolerated);
  }

  /** The nodes with these labels, also if they have one of these taints. */
  public static NodePool of(Map<String, String> selector, Taint... tolerated) {
    return new NodePool(new TreeMap<>(selector), List.of(tolerated));
  }
}
