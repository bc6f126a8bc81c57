package dev.ekiden.fleet.decide;

/**
 * How many tasks to start where each job gets one of its own, which ends with it: cold, or warm
 * when some are started ahead. Starting ones are subtracted, so the many strategies of tools that
 * cannot see what is on its way are not needed.
 */
public final class TaskPerJob {
  private TaskPerJob() {}

  /**
   * How many to start now.
   *
   * @param startable jobs that wait for nothing but a task
   * @param warm tasks to have waiting beyond those
   * @param idle tasks that wait for a job
   * @param starting tasks on their way
   * @param present all tasks alive or on their way
   * @param max most tasks
   */
  public static int launches(
      long startable, int warm, int idle, int starting, int present, int max) {
    long missing = startable + warm - idle - starting;
    return Math.clamp(missing, 0, Math.max(0, max - present));
  }
}
