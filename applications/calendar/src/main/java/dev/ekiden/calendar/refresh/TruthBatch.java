package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.store.TruthReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The truths of many plans of one snapshot; a plan whose truth cannot be read fails alone.
 *
 * @param truths of the plans that exist, by plan id
 * @param failures why the truths of the others could not be read, by plan id
 */
record TruthBatch(Map<Long, Truth> truths, Map<Long, RuntimeException> failures) {

  static TruthBatch read(Handle snapshot, List<Long> planIds, Horizon horizon) {
    TruthBatch batch = new TruthBatch(new LinkedHashMap<>(), new LinkedHashMap<>());
    if (!planIds.isEmpty()) {
      batch.add(snapshot, planIds, horizon);
    }
    return batch;
  }

  /** Halves what cannot be read until the plans are found that are the reason. */
  private void add(Handle snapshot, List<Long> planIds, Horizon horizon) {
    try {
      truths.putAll(
          new TruthReader().read(snapshot, planIds, horizon.earliest(), horizon.latest()));
    } catch (JdbiException e) {
      // The database's failure and not a plan's; the transaction is of no more use.
      throw e;
    } catch (RuntimeException e) {
      if (planIds.size() == 1) {
        failures.put(planIds.getFirst(), e);
        return;
      }
      int middle = planIds.size() / 2;
      add(snapshot, planIds.subList(0, middle), horizon);
      add(snapshot, planIds.subList(middle, planIds.size()), horizon);
    }
  }
}
