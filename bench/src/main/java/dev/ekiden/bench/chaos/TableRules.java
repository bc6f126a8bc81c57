package dev.ekiden.bench.chaos;

import java.util.ArrayList;
import java.util.List;

/** Rules that the tables themselves must keep, as questions that have an answer for each breach. */
final class TableRules {
  private static final String STATES =
      """
      SELECT id, 'READY' AS state FROM ekiden.ready
      UNION ALL SELECT id, 'SCHEDULED' FROM ekiden.scheduled
      UNION ALL SELECT id, 'BLOCKED' FROM ekiden.blocked
      UNION ALL SELECT id, 'RUNNING' FROM ekiden.running
      UNION ALL SELECT id, 'ENDED' FROM ekiden.finished
      """;

  private static final String TWO_STATES =
      "SELECT 'job ' || id || ' is ' || string_agg(state, ' and ' ORDER BY state) FROM ("
          + STATES
          + ") AS place GROUP BY id HAVING count(*) > 1";

  private static final String NO_STATE =
      """
      SELECT 'job ' || id || ' has no state' FROM ekiden.job
      WHERE id NOT IN (SELECT id FROM (%s) AS place WHERE state <> 'ENDED')
      UNION ALL
      SELECT 'job ' || id || ' is ' || state || ' and no job' FROM (%s) AS place
      WHERE state <> 'ENDED' AND id NOT IN (SELECT id FROM ekiden.job)
      """
          .formatted(STATES, STATES);

  private static final String DEPTHS =
      """
      WITH there AS MATERIALIZED (
        SELECT queue_id, definition_id, group_id, 'READY' AS state FROM ekiden.ready
        UNION ALL SELECT queue_id, definition_id, group_id, 'SCHEDULED' FROM ekiden.scheduled
        UNION ALL SELECT queue_id, definition_id, group_id, 'BLOCKED' FROM ekiden.blocked
      ),
      difference AS (
        SELECT 'definition ' || definition_id AS of_what, queue_id, CAST(state AS text) AS state,
               jobs
        FROM ekiden.depth_of_definition
        UNION ALL
        SELECT 'definition ' || definition_id, queue_id, CAST(state AS text), jobs
        FROM ekiden.depth_note
        UNION ALL
        SELECT 'definition ' || definition_id, queue_id, state, -1 FROM there
        UNION ALL
        SELECT 'group ' || group_id, queue_id, CAST(state AS text), jobs FROM ekiden.depth_of_group
        UNION ALL
        SELECT 'group ' || group_id, queue_id, CAST(state AS text), jobs FROM ekiden.depth_note
        UNION ALL
        SELECT 'group ' || group_id, queue_id, state, -1 FROM there
      )
      SELECT 'queue ' || queue_id || ' tells ' || sum(jobs) || ' too many ' || state || ' of '
             || of_what
      FROM difference
      GROUP BY queue_id, of_what, state
      HAVING sum(jobs) <> 0
      """;

  private static final String LEFT =
      """
      SELECT 'job ' || id || ' is still READY, ' || losses || ' losses'
             || COALESCE(', ' || key_kind || ' key ' || key, '') FROM ekiden.ready
      UNION ALL
      SELECT 'job ' || id || ' is still SCHEDULED until ' || run_at || ', now is '
             || ekiden.engine_now() FROM ekiden.scheduled
      UNION ALL
      SELECT 'job ' || running.id || ' is still RUNNING in ' || name FROM ekiden.running
      JOIN ekiden.worker ON worker.id = worker_id
      UNION ALL
      SELECT 'job ' || blocked.id || ' is still BLOCKED by its ' || reason
             || COALESCE(', ' || key_kind || ' key ' || key, '')
             || COALESCE(', after ' || blocker, '') || ', definition ' || definition.name
      FROM ekiden.blocked
      JOIN ekiden.definition ON definition.id = definition_id
      UNION ALL
      SELECT 'key ' || key || ' is still held' FROM ekiden.held_key
      """;

  // What a redrive brought back counts from zero.
  private static final String MISCOUNTED =
      """
      SELECT 'job ' || id || ' ' || state || ' says ' || failures || ' failures and ' || losses
             || ' losses, but had ' || (retried + failed) || ' and ' || (lost + given_up)
      FROM (
        SELECT id, state, failures, losses,
               COALESCE(past.retried, 0) AS retried, COALESCE(past.lost, 0) AS lost,
               CASE WHEN state = 'FAILED' AND error_type NOT IN ('worker-lost', 'children')
                         AND coalesced_into IS NULL THEN 1 ELSE 0 END AS failed,
               CASE WHEN error_type = 'worker-lost' AND coalesced_into IS NULL
                    THEN 1 ELSE 0 END AS given_up
        FROM ekiden.finished
        LEFT JOIN (
          SELECT job_id, count(*) FILTER (WHERE outcome = 'RETRIED') AS retried,
                 count(*) FILTER (WHERE outcome = 'LOST' AND started_at IS NOT NULL) AS lost
          FROM ekiden.attempt GROUP BY job_id) AS past ON past.job_id = finished.id) AS job
      WHERE (failures <> retried + failed OR losses <> lost + given_up)
        AND id NOT IN (
          SELECT job FROM public.history
          WHERE kind = 'LEAVE' AND state IN ('SUCCEEDED', 'FAILED', 'CANCELED'))
      UNION ALL
      SELECT 'job ' || finished.id || ' failed ' || failures || ' times and lost ' || losses
             || ' workers'
      FROM ekiden.finished
      JOIN ekiden.definition ON definition.id = definition_id
      WHERE failures > CAST(settings ->> 'maxFailures' AS integer) OR losses > 3
      """;

  private static final String UNLIKE_LEADER =
      """
      SELECT 'job ' || absorbed.id || ' is ' || absorbed.state || ' but ran as '
             || absorbed.coalesced_into
      FROM ekiden.finished AS absorbed
      LEFT JOIN ekiden.finished AS leader ON leader.id = absorbed.coalesced_into
      WHERE absorbed.coalesced_into IS NOT NULL
        AND (leader.id IS NULL OR leader.state <> absorbed.state OR leader.id <= absorbed.id
             OR leader.key <> absorbed.key)
        AND NOT EXISTS (
          SELECT FROM public.history
          WHERE job = leader.id AND kind = 'LEAVE' AND state IN ('FAILED', 'CANCELED'))
      """;

  private static final String UNIQUE_TWICE =
      """
      SELECT 'key ' || key || ' has ' || count(*) || ' jobs'
      FROM ekiden.finished WHERE key_kind = 'UNIQUE'
      GROUP BY queue_id, key HAVING count(*) > 1
      """;

  private static final String ARRAYS =
      """
      SELECT 'array job ' || array_job.id || ' of ' || size || ' tolerates ' || tolerated
             || ' and is ' || COALESCE(CAST(parent.state AS text), 'nowhere') || ' with '
             || array_job.succeeded || ' and ' || array_job.failed || ', but its children are '
             || COALESCE(good, 0) || ' and ' || COALESCE(bad, 0)
      FROM ekiden.array_job
      LEFT JOIN ekiden.finished AS parent ON parent.id = array_job.id
      LEFT JOIN (
        SELECT parent_id, count(*) FILTER (WHERE state = 'SUCCEEDED') AS good,
               count(*) FILTER (WHERE state <> 'SUCCEEDED') AS bad
        FROM ekiden.finished
        WHERE parent_id IS NOT NULL
        GROUP BY parent_id) AS child ON child.parent_id = array_job.id
      WHERE array_job.succeeded IS DISTINCT FROM good OR array_job.failed IS DISTINCT FROM bad
         OR good + bad <> size OR parent.state IS NULL
         OR (parent.state <> 'CANCELED' AND (parent.state = 'SUCCEEDED') <> (bad <= tolerated))
      """;

  // The claim decides: the clock may jump back before its transaction stores the end.
  private static final String DROPPED_EARLY =
      """
      SELECT 'job ' || id || ' was dropped at ' || decided_at || ', before ' || start_before
      FROM (
        SELECT dropped.id, dropped.start_before,
               COALESCE(dropped.claimed_at, leader.claimed_at, dropped.finished_at) AS decided_at
        FROM ekiden.finished AS dropped
        LEFT JOIN ekiden.finished AS leader ON leader.id = dropped.coalesced_into
        WHERE dropped.error_type = 'deadline') AS dropped
      WHERE start_before IS NULL OR decided_at < start_before
      """;

  private TableRules() {}

  /** What must hold when everything has ended. */
  static List<Violation> check(History history) {
    List<Violation> found = present(history);
    ask(found, history, Rule.ONE_STATE, NO_STATE);
    ask(found, history, Rule.NOTHING_LEFT, LEFT);
    ask(found, history, Rule.COUNTS, MISCOUNTED);
    ask(found, history, Rule.NO_CHANGE_MISSED, UNLIKE_LEADER);
    ask(found, history, Rule.UNIQUE_ONCE, UNIQUE_TWICE);
    ask(found, history, Rule.ARRAYS, ARRAYS);
    ask(found, history, Rule.DEADLINES, DROPPED_EARLY);
    return found;
  }

  /** What must hold at this moment as at every other. */
  static List<Violation> present(History history) {
    List<Violation> found = new ArrayList<>();
    ask(found, history, Rule.ONE_STATE, TWO_STATES);
    ask(found, history, Rule.DEPTH, DEPTHS);
    return found;
  }

  private static void ask(List<Violation> found, History history, Rule rule, String query) {
    history.ask(query).forEach(how -> found.add(new Violation(rule, how)));
  }
}
