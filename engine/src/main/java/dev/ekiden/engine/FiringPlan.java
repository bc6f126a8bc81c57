package dev.ekiden.engine;

import dev.ekiden.engine.Firings.Run;
import dev.ekiden.engine.ScheduleFiring.Outcome;
import dev.ekiden.engine.ScheduleFiring.Reason;
import dev.ekiden.engine.SchedulePolicy.Missed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of the due firings of a schedule, before the job of the last one is looked at.
 *
 * @param firings those to enqueue jobs for, oldest first
 * @param dropped the others, oldest first
 */
record FiringPlan(List<Instant> firings, List<Dropped> dropped) {

  /** Firings that enqueue nothing. */
  record Dropped(Outcome outcome, Reason reason, Run run) {}

  static FiringPlan of(Firings.Due due, SchedulePolicy policy, Instant now) {
    List<Dropped> dropped = new ArrayList<>();
    due.daysOff()
        .forEach(run -> dropped.add(new Dropped(Outcome.SKIPPED, Reason.NO_BUSINESS_DAY, run)));
    if (due.earlier() != null) {
      dropped.add(missed(policy.isLate(due.earlier().last(), now), policy, due.earlier()));
    }
    List<Instant> inTime = new ArrayList<>();
    Run late = null;
    for (Instant firing : due.latest()) {
      if (policy.isLate(firing, now)) {
        late = with(late, firing);
      } else {
        inTime.add(firing);
      }
    }
    if (late != null) {
      dropped.add(missed(true, policy, late));
    }
    int run = Math.min(inTime.size(), most(policy, inTime, now));
    Run rest = null;
    for (Instant firing : inTime.subList(0, inTime.size() - run)) {
      rest = with(rest, firing);
    }
    if (rest != null) {
      dropped.add(missed(false, policy, rest));
    }
    dropped.sort(Comparator.comparing(one -> one.run().first()));
    return new FiringPlan(List.copyOf(inTime.subList(inTime.size() - run, inTime.size())), dropped);
  }

  /** How many of the newest enqueue a job. */
  private static int most(SchedulePolicy policy, List<Instant> inTime, Instant now) {
    return switch (policy.missed()) {
      case SKIP ->
          !inTime.isEmpty() && !inTime.getLast().plus(SchedulePolicy.ON_TIME).isBefore(now) ? 1 : 0;
      case RUN_ONCE -> 1;
      case RUN_ALL -> policy.catchUp();
    };
  }

  private static Dropped missed(boolean late, SchedulePolicy policy, Run run) {
    Reason other = policy.missed() == Missed.RUN_ALL ? Reason.CATCH_UP_LIMIT : Reason.NOT_RUN;
    return new Dropped(Outcome.MISSED, late ? Reason.TOO_LATE : other, run);
  }

  private static Run with(@Nullable Run run, Instant firing) {
    return run == null ? Run.of(firing) : run.with(firing);
  }
}
