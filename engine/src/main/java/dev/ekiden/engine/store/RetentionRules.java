package dev.ekiden.engine.store;

import dev.ekiden.engine.RetentionPolicy;
import dev.ekiden.engine.store.RetentionTable.Day;
import java.util.Map;
import java.util.TreeSet;

/**
 * How long finished jobs are kept.
 *
 * @param policy of definitions that have none of their own
 * @param own those that have, by definition
 */
public record RetentionRules(RetentionPolicy policy, Map<Integer, RetentionPolicy> own) {

  /** What is to be forgotten of a day. */
  public sealed interface Forget {
    /** All of it is kept. */
    record Nothing() implements Forget {}

    /** Its table is to be dropped. */
    record Everything() implements Forget {}

    /**
     * Some of it is deleted.
     *
     * @param allBut whether all definitions but these, or only these
     */
    record Some(boolean allBut, TreeSet<Integer> definitionIds) implements Forget {
      /** Tells what was deleted from what is to be. */
      String text() {
        return (allBut ? "all but " : "only ") + definitionIds;
      }
    }
  }

  public RetentionRules {
    own = Map.copyOf(own);
  }

  /**
   * What of a day is to be forgotten.
   *
   * @param age of the day
   */
  public Forget forget(Day day, long age) {
    boolean allBut = age > days(policy, day);
    TreeSet<Integer> others = new TreeSet<>();
    own.forEach((definition, policy) -> {
      if (age > days(policy, day) != allBut) {
        others.add(definition);
      }
    });
    if (others.isEmpty()) {
      return allBut ? new Forget.Everything() : new Forget.Nothing();
    }
    return new Forget.Some(allBut, others);
  }

  private static int days(RetentionPolicy policy, Day day) {
    return day.isOfSucceeded() ? policy.succeededDays() : policy.failedDays();
  }
}
