package dev.ekiden.engine.store;

import org.jdbi.v3.core.Handle;

/**
 * Notes of the last job id at a time, so that searches by time know between which ids to look. A
 * note is only a help: without any all ids are looked at.
 */
public final class IdTable {
  /** Fewer ids than these are not worth a note. */
  private static final int STEP = 1_000;

  private static final String NOTE =
      """
      INSERT INTO ekiden.id_at (last_id, at)
      SELECT last_value, ekiden.engine_now()
      FROM ekiden.job_id
      WHERE last_value >= COALESCE((SELECT max(last_id) FROM ekiden.id_at), 0) + :step
      ON CONFLICT DO NOTHING
      """;

  /** Jobs are forgotten by then, whatever the retention. */
  private static final String FORGET =
      """
      DELETE FROM ekiden.id_at
      WHERE at < (SELECT ekiden.engine_now()) - interval '800 days'
      """;

  private IdTable() {}

  /** Notes the last id and the time now, if many ids were given out since the last note. */
  public static void note(Handle handle) {
    handle.createUpdate(NOTE).bind("step", STEP).execute();
  }

  /** Notes them in any case: the clock is set, before or after this. */
  static void noteAlways(Handle handle) {
    handle.createUpdate(NOTE).bind("step", 0).execute();
  }

  public static void forget(Handle handle) {
    handle.createUpdate(FORGET).execute();
  }
}
