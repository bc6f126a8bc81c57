package dev.ekiden.calendar.availability;

import java.util.Arrays;

/**
 * One bit per minute of a window of time; what lies outside the window is ignored when written and
 * clear when read. Not thread-safe.
 */
final class MinuteTimeline {

  private final long origin;
  private final int length;
  private final long[] words;

  /** All clear over the minutes {@code [from, to)}. */
  MinuteTimeline(long from, long to) {
    this(from, Math.toIntExact(to - from), new long[words(to - from)]);
  }

  private MinuteTimeline(long origin, int length, long[] words) {
    this.origin = origin;
    this.length = length;
    this.words = words;
  }

  /** One spare word, so that a read over a word's edge needs no check. */
  private static int words(long length) {
    return (int) (length / Long.SIZE) + 2;
  }

  MinuteTimeline copy() {
    return new MinuteTimeline(origin, length, words.clone());
  }

  void set(long from, long to) {
    change(from, to, true);
  }

  void clear(long from, long to) {
    change(from, to, false);
  }

  void setAll() {
    set(origin, origin + length);
  }

  void clearAll() {
    Arrays.fill(words, 0);
  }

  void and(MinuteTimeline other) {
    for (int word = 0; word < words.length; word++) {
      words[word] &= other.words[word];
    }
  }

  /** Whether all of {@code [from, from + count)} is set; count is 1 to 64. */
  boolean all(long from, int count) {
    long start = from - origin;
    if (start < 0 || start + count > length) {
      return false;
    }
    int word = (int) (start >>> 6);
    int shift = (int) start & 63;
    // The double shift makes a shift of 64 bits empty instead of a shift by 0.
    long bits = (words[word] >>> shift) | (words[word + 1] << 1 << (63 - shift));
    long wanted = -1L >>> (Long.SIZE - count);
    return (bits & wanted) == wanted;
  }

  /** The first clear minute of {@code [from, to)}, or {@code to}. */
  long firstClear(long from, long to) {
    long minute = from;
    while (minute < to && all(minute, 1)) {
      minute++;
    }
    return minute;
  }

  private void change(long from, long to, boolean value) {
    int start = Math.clamp(from - origin, 0, length);
    int end = Math.clamp(to - origin, 0, length);
    if (start >= end) {
      return;
    }
    int firstWord = start >>> 6;
    int lastWord = (end - 1) >>> 6;
    long firstMask = -1L << start;
    long lastMask = -1L >>> -end;
    if (firstWord == lastWord) {
      put(firstWord, firstMask & lastMask, value);
      return;
    }
    put(firstWord, firstMask, value);
    Arrays.fill(words, firstWord + 1, lastWord, value ? -1L : 0L);
    put(lastWord, lastMask, value);
  }

  private void put(int word, long mask, boolean value) {
    words[word] = value ? words[word] | mask : words[word] & ~mask;
  }
}
