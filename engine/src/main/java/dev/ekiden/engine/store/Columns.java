package dev.ekiden.engine.store;

/** Column lists that the engine's statements share, so that a new column is named once. */
final class Columns {
  /** What {@code job} and {@code finished} have in common: what never changes about a job. */
  private static final String JOB =
      """
      id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id, group_name, vcpus, \
      payload, created_at, start_before, clone_of, parent_id, array_index\
      """;

  /** What a live job keeps through all its states. */
  private static final String KEPT =
      "id, queue_id, priority, definition_id, key_kind, key, key_limit, group_id, vcpus, dependent";

  /**
   * The columns that {@code ready}, {@code scheduled}, {@code blocked} and {@code running} share.
   */
  private static final String LIVE = KEPT + ", attempt, failures, losses";

  private Columns() {}

  /** Fills in <code>{job}</code>, <code>{kept}</code> and <code>{live}</code>. */
  static String in(String statement) {
    return statement.replace("{job}", JOB).replace("{kept}", KEPT).replace("{live}", LIVE);
  }
}
