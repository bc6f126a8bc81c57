package dev.ekiden.engine;

import java.util.List;

/**
 * Why a job stands where it stands.
 *
 * @param state its state when it was asked
 * @param reasons what keeps it there, the deciding one first
 */
public record Explanation(JobState state, List<Reason> reasons) {
  public Explanation {
    reasons = List.copyOf(reasons);
  }

  /**
   * One reason.
   *
   * @param code stable: {@code running}, {@code ended}, {@code delayed}, {@code backing-off},
   *     {@code key-taken}, {@code key-held}, {@code absorbed}, {@code limit}, {@code rate}, {@code
   *     dependency}, {@code children}, {@code queue-paused}, {@code group-held}, {@code no-worker},
   *     {@code runs-alone}, {@code past-deadline}, {@code waiting-its-turn}; others where somebody
   *     {@linkplain Engine#addReasons adds} them
   * @param text the same in words, with the ids and times that matter
   */
  public record Reason(String code, String text) {}
}
