package dev.ekiden.engine.store;

/** Column lists that the engine's statements share, so that a new column is named once. */
final class Columns {
  /** What {@code job} and {@code finished} have in common: what never changes about a job. */
  private static final String JOB =
      """
      id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id, group_name, vcpus, \
      payload, created_at, start_before, run_late, clone_of, parent_id, array_index\
      """;

  /** What a live job keeps through all its states. */
  private static final String KEPT =
      "id, queue_id, priority, definition_id, key_kind, key, key_limit, group_id, vcpus, dependent";

  /**
   * The columns that {@code ready}, {@code scheduled}, {@code blocked} and {@code running} share.
   */
  private static final String LIVE = KEPT + ", attempt, failures, losses";

  /** What a claim fetches of a job that it takes: nothing if it is too late to start it. */
  private static final String PAYLOAD =
      """
      CASE WHEN start_before < (SELECT now FROM moment) AND NOT run_late THEN NULL \
      ELSE payload END\
      """;

  private Columns() {}

  /**
   * Fills in <code>{job}</code>, <code>{kept}</code>, <code>{live}</code> and <code>{payload}
   * </code> (which needs a CTE <code>moment</code>).
   */
  static String in(String statement) {
    return statement
        .replace("{job}", JOB)
        .replace("{kept}", KEPT)
        .replace("{live}", LIVE)
        .replace("{payload}", PAYLOAD);
  }
}
