package dev.ekiden.calendar.ics;

import java.time.Duration;

/** How large a calendar may be that is imported; larger ones are refused as a whole. */
public final class IcsLimits {

  /** The largest file, in bytes. */
  public static final int MAXIMUM_BYTES = 10 << 20;

  /** The most events of one file, AVAILABLE parts included. */
  public static final int MAXIMUM_EVENTS = 10_000;

  /** The most VAVAILABILITY of one file. */
  public static final int MAXIMUM_AVAILABILITIES = 100;

  /** The most available times of one VAVAILABILITY up to the horizon. */
  public static final int MAXIMUM_AVAILABLE_TIMES = 100_000;

  /** The most blocks of one file: times of events up to the horizon. */
  public static final int MAXIMUM_BLOCKS = 20_000;

  /**
   * The most times that one event may repeat up to the horizon, those that have passed included.
   */
  public static final int MAXIMUM_REPETITIONS = 100_000;

  /** The largest INTERVAL of a rule: every so many years, months, weeks, days or hours. */
  public static final int MAXIMUM_INTERVAL = 10_000;

  /** The longest UID, in characters. */
  public static final int MAXIMUM_UID_LENGTH = 255;

  /**
   * How far ahead repeating events are followed from the import on: further than any booking can be
   * made, with a year to spare until the next import.
   */
  public static final Duration HORIZON = Duration.ofDays(1_100);

  private IcsLimits() {}
}
