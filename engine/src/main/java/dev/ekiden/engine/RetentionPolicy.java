package dev.ekiden.engine;

/**
 * How long finished jobs are kept, with their results, attempts and logs. Whole days (UTC) are
 * forgotten at once, so a job is kept for up to a day longer.
 *
 * @param succeededDays of SUCCEEDED jobs, 1 to {@value #MAX_DAYS}
 * @param failedDays of FAILED and CANCELED jobs, 1 to {@value #MAX_DAYS}
 */
public record RetentionPolicy(int succeededDays, int failedDays) {
  /** Longest time; each day of each kind is a table of its own. */
  public static final int MAX_DAYS = 400;

  /** What holds until another is set: 7 days and 30 days. */
  public static final RetentionPolicy DEFAULT = new RetentionPolicy(7, 30);

  public RetentionPolicy {
    for (int days : new int[] {succeededDays, failedDays}) {
      if (days < 1 || days > MAX_DAYS) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_OPTION,
            "finished jobs are kept for 1 to %d days, not %d".formatted(MAX_DAYS, days));
      }
    }
  }
}
