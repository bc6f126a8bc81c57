package dev.ekiden.calendar.refresh;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * How the cache compares with what the truth gives now.
 *
 * @param plansChecked plans that exist, of those asked for
 * @param daysChecked days computed, from today to the horizon of each plan
 * @param daysWrong days whose cached content is not what was computed, missing days included
 * @param plansMissing plans without any cached calendar; their days are not counted as wrong
 * @param plansBehind plans whose cache is of an older truth: its refresh is on the way or lost
 * @param differences what is wrong, in the order of the plans; the first {@value #MAX_DIFFERENCES}
 */
public record Verification(
    int plansChecked,
    long daysChecked,
    long daysWrong,
    int plansMissing,
    int plansBehind,
    List<Difference> differences) {

  /** The most differences that are told one by one. */
  public static final int MAX_DIFFERENCES = 1_000;

  /** What differs. */
  public enum What {
    /** The plan has no cached calendar. */
    CALENDAR_MISSING,
    /** The day is not cached. */
    DAY_MISSING,
    /** The day's free slots or prices are not those of the truth. */
    DAY_DIFFERENT,
    /** The plan's rules, zone or price terms are not those of the truth. */
    TERMS_DIFFERENT,
    /** The plan's truth cannot be computed. */
    NOT_COMPUTABLE
  }

  /**
   * One difference.
   *
   * @param day the local day, if it is about a day
   * @param text what the cache says and what it should say, or why it cannot be computed
   */
  public record Difference(long planId, Optional<LocalDate> day, What what, String text) {}

  public Verification {
    differences = List.copyOf(differences);
  }

  /** Whether nothing differs. */
  public boolean isRight() {
    return differences.isEmpty();
  }
}
