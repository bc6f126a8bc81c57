package dev.ekiden.calendar.store;

/**
 * What a refresh did.
 *
 * @param scanned days compared with the cache
 * @param changed days that differed and were written
 * @param outdated plans left alone because the cache already holds a newer truth
 */
public record RefreshResult(long scanned, long changed, int outdated) {

  public static final RefreshResult NOTHING = new RefreshResult(0, 0, 0);

  public RefreshResult plus(RefreshResult other) {
    return new RefreshResult(
        scanned + other.scanned, changed + other.changed, outdated + other.outdated);
  }
}
