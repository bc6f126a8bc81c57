package dev.ekiden.engine;

import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.Pace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Where the claims of a queue begin. Mostly at its beginning. Where that takes long, because a
 * transaction somewhere keeps vacuum from the rows of jobs that were claimed, they begin behind
 * what was claimed before, and at the beginning again only after a rest ({@link Pace}): then for
 * jobs with lower ids, which came back or were committed late. Not thread-safe.
 */
final class ClaimStart {
  /** A look from the beginning that takes no longer is made with each claim. */
  static final Duration FREE = Duration.ofMillis(100);

  /** A look from the beginning takes no more than an eleventh of the time. */
  static final int REST_FACTOR = 10;

  private final Pace wholeLooks;
  private final Long[] above = Order.FROM_THE_BEGINNING.toArray(Long[]::new);
  private long highest;

  ClaimStart(Pace wholeLooks) {
    this.wholeLooks = wholeLooks;
  }

  ClaimStart() {
    this(new Pace(FREE, REST_FACTOR));
  }

  /**
   * Claims.
   *
   * @param whole whether to begin at the beginning in any case
   * @param look claims jobs with ids above the given ones, one for each priority from 0 on
   */
  Claim claim(boolean whole, Function<List<Long>, Claim> look) {
    if (whole || wholeLooks.isDue()) {
      return passed(wholeLooks.time(() -> look.apply(Order.FROM_THE_BEGINNING)));
    }
    Claim claim = passed(look.apply(List.of(above)));
    if (claim.more()) {
      return claim;
    }
    // What is left may stand before those: it is looked for when that is due.
    long rest = Math.max(1, TimeUnit.NANOSECONDS.toMicros(wholeLooks.untilDue()));
    return new Claim(claim.jobs(), false, Math.min(claim.nextMicros(), rest));
  }

  /** Notes what a claim has passed by; its jobs are in its order. */
  private Claim passed(Claim claim) {
    ClaimedJob last = claim.jobs().isEmpty() ? null : claim.jobs().getLast();
    claim.jobs().forEach(job -> highest = Math.max(highest, job.id()));
    if (!claim.more()) {
      readToTheirEnds(0);
    } else if (last != null) {
      readToTheirEnds(last.priority() + 1);
      above[last.priority()] = last.id();
    }
    return claim;
  }

  /** What comes to these priorities from now on has a higher id, unless it comes back. */
  private void readToTheirEnds(int lowest) {
    Arrays.fill(above, lowest, above.length, highest);
  }
}
