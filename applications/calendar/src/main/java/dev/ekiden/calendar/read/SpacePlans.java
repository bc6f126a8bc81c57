package dev.ekiden.calendar.read;

import java.util.List;

/** A space and its plans, in the order of their ids. */
public record SpacePlans(ListedSpace space, List<ListedPlan> plans) {
  public SpacePlans {
    plans = List.copyOf(plans);
  }

  /** The same with the published plans only. */
  public SpacePlans published() {
    return new SpacePlans(space, plans.stream().filter(ListedPlan::published).toList());
  }
}
