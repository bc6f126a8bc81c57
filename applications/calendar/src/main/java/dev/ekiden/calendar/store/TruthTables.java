package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Venue;

/** The three kinds of versioned entities. */
public final class TruthTables {

  public static final TruthTable<Venue> VENUES = new VenueTable();
  public static final TruthTable<Space> SPACES = new SpaceTable();
  public static final TruthTable<Plan> PLANS = new PlanTable();

  private TruthTables() {}
}
