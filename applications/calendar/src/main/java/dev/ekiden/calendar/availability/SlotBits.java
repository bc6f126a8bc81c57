package dev.ekiden.calendar.availability;

/** One bit per slot of a day, slot 0 first; 1 is free. Immutable, at most {@link #SIZE} slots. */
public record SlotBits(long low, long high) {

  /** The most slots: 32 hours in quarters, longer than any day a time zone has had. */
  public static final int SIZE = 128;

  public static final SlotBits NONE = new SlotBits(0, 0);

  public boolean get(int slot) {
    return (((slot < Long.SIZE ? low : high) >>> slot) & 1) != 0;
  }

  /** Whether all slots of {@code [from, to)} are free; true of an empty range. */
  public boolean all(int from, int to) {
    long wantedLow = below(Math.min(to, Long.SIZE)) & ~below(Math.min(from, Long.SIZE));
    long wantedHigh = below(Math.max(to - Long.SIZE, 0)) & ~below(Math.max(from - Long.SIZE, 0));
    return (low & wantedLow) == wantedLow && (high & wantedHigh) == wantedHigh;
  }

  SlotBits or(SlotBits other) {
    return new SlotBits(low | other.low, high | other.high);
  }

  SlotBits and(SlotBits other) {
    return new SlotBits(low & other.low, high & other.high);
  }

  /** The lowest {@code count} bits, 0 to 64. */
  private static long below(int count) {
    return count == 0 ? 0 : -1L >>> (Long.SIZE - count);
  }
}
