package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Workers that are too many, and for how long.
 *
 * @param since null while there are not too many
 * @param peak the most that was needed since then
 * @param toStop how many should stop now, idle ones only
 */
record Surplus(@Nullable Instant since, int peak, int toStop) {

  static Surplus of(Instant now, int present, int atMost, FleetSettings settings, Memory before) {
    int aboveMax = Math.max(0, present - settings.max());
    if (present <= atMost) {
      return new Surplus(null, 0, aboveMax);
    }
    Instant known = before.surplusSince();
    Instant since = known == null ? now : known;
    // The settings may have changed since the peak was noted.
    int noted = Math.min(before.surplusPeak(), settings.max());
    int peak = known == null ? atMost : Math.max(noted, atMost);
    boolean longEnough = !since.plus(settings.scaleInAfter()).isAfter(now);
    if (longEnough && peak >= present) {
      // As many as there are were needed in this time: watch anew.
      return new Surplus(now, atMost, aboveMax);
    }
    return new Surplus(since, peak, Math.max(aboveMax, longEnough ? present - peak : 0));
  }

  /** When all of them stopped, what is left is watched anew. */
  Surplus after(Instant now, int stopped, int atMost) {
    if (since == null || stopped < toStop || toStop == 0) {
      return this;
    }
    return peak > atMost ? new Surplus(now, atMost, 0) : new Surplus(null, 0, 0);
  }
}
