package dev.ekiden.fleet.cost;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.cost.Price.BilledFrom;
import java.time.Duration;

/**
 * From asking for a worker until it takes jobs, in its phases.
 *
 * @param placing finding a place, network
 * @param image downloading the image
 * @param program start of the container, the Java virtual machine, the program
 */
public record StartUp(Duration placing, Duration image, Duration program) {
  /** Longest phase. */
  public static final Duration MAX_PHASE = Duration.ofHours(1);

  /** Nothing to wait for. */
  public static final StartUp NONE = new StartUp(Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /** Seconds until Fargate begins to download an image, as measured in Tokyo in 2026. */
  private static final int FARGATE_PLACING_SECONDS = 28;

  /** MiB per second of that download. */
  private static final int FARGATE_MIB_PER_SECOND = 58;

  /** Seconds from the image to the running container. */
  private static final int FARGATE_PROGRAM_SECONDS = 16;

  public StartUp {
    Checks.range("placing", placing, Duration.ZERO, MAX_PHASE);
    Checks.range("image", image, Duration.ZERO, MAX_PHASE);
    Checks.range("program", program, Duration.ZERO, MAX_PHASE);
  }

  /**
   * Fargate's, which keeps no images: 28 s + MiB ÷ 58 + 16 s, fitted to a measured start of a 1.86
   * GiB image (77 s) and within a tenth of that of a 413 MB one (51 s; measured 57).
   */
  public static StartUp ofFargate(int imageMib) {
    return new StartUp(
        Duration.ofSeconds(FARGATE_PLACING_SECONDS),
        Duration.ofMillis(imageMib * 1_000L / FARGATE_MIB_PER_SECOND),
        Duration.ofSeconds(FARGATE_PROGRAM_SECONDS));
  }

  public Duration total() {
    return placing.plus(image).plus(program);
  }

  /** The part of it that is billed. */
  public Duration billed(BilledFrom from) {
    return switch (from) {
      case REQUEST -> total();
      case IMAGE -> image.plus(program);
      case PROGRAM -> program;
    };
  }
}
