package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Venue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Goes through everything there is, in the order of the ids, some thousand at a time. Stateless;
 * belongs in a snapshot.
 */
public final class TruthScan {

  private static final int BATCH = 1_000;

  private static final String NEXT_VENUES =
      """
      SELECT id
      FROM calendar.venue
      WHERE id > :after
      ORDER BY id
      LIMIT :limit
      """;

  private static final String NEXT_SPACES =
      """
      SELECT id
      FROM calendar.space
      WHERE id > :after
      ORDER BY id
      LIMIT :limit
      """;

  private static final String NEXT_PLANS =
      """
      SELECT id
      FROM calendar.plan
      WHERE id > :after
      ORDER BY id
      LIMIT :limit
      """;

  /** A space, the code of its venue and what it uses. */
  @FunctionalInterface
  public interface SpaceConsumer {
    void accept(String venueCode, Space space, List<ResourceUse> uses);
  }

  /** A plan and the code of its space. */
  @FunctionalInterface
  public interface PlanConsumer {
    void accept(String spaceCode, Plan plan);
  }

  private TruthScan() {}

  public static void eachVenue(Handle handle, Consumer<Venue> consumer) {
    batches(
        handle,
        NEXT_VENUES,
        ids -> TruthTables.VENUES.read(handle, ids).values().forEach(consumer));
  }

  public static void eachSpace(Handle handle, SpaceConsumer consumer) {
    batches(
        handle,
        NEXT_SPACES,
        ids -> {
          Map<Long, Space> spaces = TruthTables.SPACES.read(handle, ids);
          Map<Long, List<Resource>> resources = ResourceTable.read(handle, ids);
          Set<Long> venueIds = new LinkedHashSet<>(Rows.column(spaces.values(), Space::venueId));
          Map<Long, Venue> venues = TruthTables.VENUES.read(handle, venueIds);
          for (Space space : spaces.values()) {
            consumer.accept(
                Rows.of(venues, space.venueId()).code(),
                space,
                Rows.column(
                    resources.getOrDefault(space.id(), List.of()),
                    resource -> new ResourceUse(resource.code(), resource.units().size())));
          }
        });
  }

  public static void eachPlan(Handle handle, PlanConsumer consumer) {
    batches(
        handle,
        NEXT_PLANS,
        ids -> {
          Map<Long, Plan> plans = TruthTables.PLANS.read(handle, ids);
          Map<Long, Space> spaces =
              TruthTables.SPACES.read(
                  handle, new LinkedHashSet<>(Rows.column(plans.values(), Plan::spaceId)));
          for (Plan plan : plans.values()) {
            consumer.accept(Rows.of(spaces, plan.spaceId()).code(), plan);
          }
        });
  }

  private static void batches(Handle handle, String next, Consumer<List<Long>> batch) {
    List<Long> ids = next(handle, next, 0);
    while (!ids.isEmpty()) {
      batch.accept(ids);
      ids = next(handle, next, ids.getLast());
    }
  }

  private static List<Long> next(Handle handle, String sql, long after) {
    return handle
        .createQuery(sql)
        .bind("after", after)
        .bind("limit", BATCH)
        .mapTo(Long.class)
        .list();
  }
}
