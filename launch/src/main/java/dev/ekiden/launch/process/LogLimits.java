package dev.ekiden.launch.process;

/**
 * How much of the output of a task is kept: its beginning and its end; what falls between them is
 * dropped while the program writes.
 *
 * @param headBytes of the beginning, {@value #MIN_BYTES} to {@value #MAX_BYTES}
 * @param tailBytes of the end at least, in the same range; on disk it may be a quarter more
 */
public record LogLimits(int headBytes, int tailBytes) {

  public static final int MIN_BYTES = 64 * 1024;
  public static final int MAX_BYTES = 1024 * 1024 * 1024;

  /** 2 MiB and 8 MiB. */
  public static final LogLimits DEFAULT = new LogLimits(2 * 1024 * 1024, 8 * 1024 * 1024);

  public LogLimits {
    check("headBytes", headBytes);
    check("tailBytes", tailBytes);
  }

  private static void check(String name, int bytes) {
    if (bytes < MIN_BYTES || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          name + " must be " + MIN_BYTES + " to " + MAX_BYTES + " but is " + bytes);
    }
  }
}
