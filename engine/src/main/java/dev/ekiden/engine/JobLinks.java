package dev.ekiden.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Other jobs that a job has to do with, besides those that {@link Job} names.
 *
 * @param clones those cloned from it, the newest first
 * @param waitsFor those it waits for, until that is decided
 * @param waitedForBy those that wait for it
 * @param children of an array job
 */
public record JobLinks(
    List<Long> clones, List<Long> waitsFor, List<Long> waitedForBy, @Nullable Children children) {
  /** Most jobs of a list. */
  public static final int MAX_JOBS = 100;

  public JobLinks {
    clones = List.copyOf(clones);
    waitsFor = List.copyOf(waitsFor);
    waitedForBy = List.copyOf(waitedForBy);
  }

  /**
   * How the children of an array job ended; the rest has not.
   *
   * @param failed or canceled
   */
  public record Children(int size, int tolerated, int succeeded, int failed) {}
}
