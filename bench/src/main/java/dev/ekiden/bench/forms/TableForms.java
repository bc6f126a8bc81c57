package dev.ekiden.bench.forms;

import java.util.List;

/** The forms that are compared. */
public final class TableForms {
  private static final String CEILING = "ranges, stays";

  private static final String HOT =
      "WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,"
          + " autovacuum_vacuum_cost_delay = 0)";

  private static final String JOB_COLUMNS =
      """
      id bigint PRIMARY KEY, queue_id smallint NOT NULL, definition_id integer NOT NULL,
      priority smallint NOT NULL, key_kind smallint, key text, payload json NOT NULL,
      created_at timestamptz NOT NULL\
      """;

  private static final String READY_COLUMNS =
      """
      queue_id smallint NOT NULL, priority smallint NOT NULL, id bigint NOT NULL,
      definition_id integer NOT NULL, attempt integer NOT NULL, failures integer NOT NULL,
      losses smallint NOT NULL, key text\
      """;

  private static final String READY =
      "CREATE TABLE ready ("
          + READY_COLUMNS
          + ") "
          + HOT
          + ";\n"
          + "CREATE UNIQUE INDEX ready_order ON ready (queue_id, priority DESC, id);\n";

  private static final String RUNNING =
      """
      CREATE TABLE running (
        id bigint PRIMARY KEY, worker_id bigint NOT NULL, queue_id smallint NOT NULL,
        priority smallint NOT NULL, definition_id integer NOT NULL, attempt integer NOT NULL,
        failures integer NOT NULL, losses smallint NOT NULL, key text,
        claimed_at timestamptz NOT NULL, started_at timestamptz,
        cancel_requested boolean NOT NULL DEFAULT false) %s;
      """
          .formatted(HOT);

  private static final String RANGE =
      """
      CREATE TABLE claim (
        worker_id bigint PRIMARY KEY, queue_id smallint NOT NULL, claimed_at timestamptz NOT NULL,
        ids bigint[] NOT NULL, attempts integer[] NOT NULL) %s;
      """
          .formatted(HOT);

  private static final String ENDED_COLUMNS =
      """
      state smallint NOT NULL, attempt integer NOT NULL, failures integer NOT NULL,
      losses smallint NOT NULL, worker_id bigint, claimed_at timestamptz, started_at timestamptz,
      finished_at timestamptz NOT NULL, result json, error_type text, error text\
      """;

  private static final String NARROW_FINISHED =
      "CREATE TABLE finished (id bigint PRIMARY KEY, " + ENDED_COLUMNS + ");\n";

  private static final String WIDE_FINISHED =
      "CREATE TABLE finished (" + JOB_COLUMNS + ", " + ENDED_COLUMNS + ");\n";

  private static final String JOB = "CREATE TABLE job (" + JOB_COLUMNS + ");\n";
  private static final String HOT_JOB = "CREATE TABLE job (" + JOB_COLUMNS + ") " + HOT + ";\n";

  private static final String ENQUEUE_SPLIT =
      """
      WITH input AS MATERIALIZED (
        SELECT id, json_build_object('id', id) AS payload, clock_timestamp() AS now
        FROM generate_series(CAST(:first AS bigint), :last) AS id
      ),
      stored AS (
        INSERT INTO job (id, queue_id, definition_id, priority, payload, created_at)
        SELECT id, 1, 1, 5, payload, now FROM input
      )
      INSERT INTO ready (queue_id, priority, id, definition_id, attempt, failures, losses)
      SELECT 1, 5, id, 1, 0, 0, 0 FROM input
      """;

  // ---- claims of the split forms: what is taken from ready ----

  private static final String LOCK_THEN_DELETE =
      """
      WITH candidate AS MATERIALIZED (
        SELECT ctid AS place, queue_id, priority, id, definition_id, attempt, failures, losses, key
        FROM ready
        WHERE queue_id = 1 AND definition_id = ANY (ARRAY[1]) AND losses = 0
        ORDER BY priority DESC, id
        LIMIT :max
        FOR UPDATE SKIP LOCKED
      ),
      taken AS (
        DELETE FROM ready WHERE ctid = ANY (ARRAY(SELECT place FROM candidate))
      ),
      """;

  // One claimer of a queue at a time, so rows need no locks of their own before they go.
  private static final String GATE_THEN_DELETE =
      """
      WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock(1, 1)),
      candidate AS MATERIALIZED (
        DELETE FROM ready
        WHERE ctid = ANY (ARRAY(
          SELECT ready.ctid
          FROM gate, ready
          WHERE queue_id = 1 AND definition_id = ANY (ARRAY[1]) AND losses = 0
          ORDER BY priority DESC, id
          LIMIT :max))
        RETURNING queue_id, priority, id, definition_id, attempt, failures, losses, key
      ),
      """;

  private static final String INTO_RUNNING =
      """
      claimed AS (
        INSERT INTO running
          (id, worker_id, queue_id, priority, definition_id, attempt, failures, losses, key,
           claimed_at, started_at)
        SELECT id, :holder, queue_id, priority, definition_id, attempt + 1, failures, losses, key,
               clock_timestamp(), null
        FROM candidate
      )
      """;

  private static final String INTO_RANGE =
      """
      claimed AS (
        INSERT INTO claim (worker_id, queue_id, claimed_at, ids, attempts)
        SELECT :holder, 1, clock_timestamp(), array_agg(id), array_agg(attempt + 1)
        FROM candidate
        HAVING count(*) > 0
      )
      """;

  // PostgreSQL may choose to read all of job for this.
  private static final String JOINED_PAYLOAD =
      """
      SELECT candidate.id, job.payload
      FROM candidate
      JOIN job ON job.id = candidate.id
      ORDER BY candidate.priority DESC, candidate.id
      """;

  // For this it can only look up each job by its index.
  private static final String WITH_PAYLOAD =
      """
      SELECT id, (SELECT payload FROM job WHERE job.id = candidate.id) AS payload
      FROM candidate
      ORDER BY priority DESC, id
      """;

  // ---- ends of the split forms ----

  private static final String HELD_BY_LOCK =
      """
      WITH held AS MATERIALIZED (
        SELECT id, worker_id, attempt, failures, losses, claimed_at
        FROM running
        WHERE id = ANY (:done) AND worker_id = :holder
        ORDER BY id
        FOR UPDATE
      ),
      gone AS (
        DELETE FROM running WHERE id = ANY (ARRAY(SELECT id FROM held))
      )
      """;

  private static final String HELD_BY_DELETE =
      """
      WITH held AS MATERIALIZED (
        DELETE FROM running
        WHERE id = ANY (:done) AND worker_id = :holder
        RETURNING id, worker_id, attempt, failures, losses, claimed_at
      )
      """;

  private static final String HELD_BY_RANGE =
      """
      WITH range AS MATERIALIZED (
        DELETE FROM claim WHERE worker_id = :holder AND ids @> :done RETURNING *
      ),
      held AS MATERIALIZED (
        SELECT t.id, range.worker_id, t.attempt, 0 AS failures, 0 AS losses, range.claimed_at
        FROM range, unnest(range.ids, range.attempts) AS t(id, attempt)
      )
      """;

  private static final String PAYLOAD_MOVES =
      """
      , ended AS (
        DELETE FROM job WHERE id = ANY (ARRAY(SELECT id FROM held)) RETURNING *
      )
      INSERT INTO finished
        (id, queue_id, definition_id, priority, key_kind, key, payload, created_at, state, attempt,
         failures, losses, worker_id, claimed_at, started_at, finished_at)
      SELECT ended.*, 1, held.attempt, held.failures, held.losses, held.worker_id, held.claimed_at,
             held.claimed_at, clock_timestamp()
      FROM ended
      JOIN held ON held.id = ended.id
      """;

  private static final String PAYLOAD_STAYS =
      """
      INSERT INTO finished
        (id, state, attempt, failures, losses, worker_id, claimed_at, started_at, finished_at)
      SELECT id, 1, attempt, failures, losses, worker_id, claimed_at, claimed_at, clock_timestamp()
      FROM held
      """;

  private static final String ROW_UPDATED =
      """
      UPDATE job
      SET state = 1, attempt = held.attempt, worker_id = held.worker_id,
          claimed_at = held.claimed_at, started_at = held.claimed_at,
          finished_at = clock_timestamp()
      FROM held
      WHERE job.id = held.id
      """;

  // ---- one table ----

  private static final String ONE_TABLE =
      """
      CREATE TABLE job (
        %s, state smallint NOT NULL DEFAULT 0, run_at timestamptz NOT NULL,
        attempt integer NOT NULL DEFAULT 0, failures integer NOT NULL DEFAULT 0,
        losses smallint NOT NULL DEFAULT 0, worker_id bigint, claimed_at timestamptz,
        started_at timestamptz, finished_at timestamptz, result json, error_type text, error text)
        %s;
      CREATE INDEX job_ready ON job (queue_id, priority DESC, id) WHERE state = 0;
      """
          .formatted(JOB_COLUMNS, HOT);

  private static final String ENQUEUE_ONE =
      """
      INSERT INTO job (id, queue_id, definition_id, priority, payload, created_at, run_at)
      SELECT id, 1, 1, 5, json_build_object('id', id), clock_timestamp(), clock_timestamp()
      FROM generate_series(CAST(:first AS bigint), :last) AS id
      """;

  private static final String CLAIM_ONE =
      """
      WITH candidate AS MATERIALIZED (
        SELECT ctid AS place
        FROM job
        WHERE state = 0 AND queue_id = 1 AND definition_id = ANY (ARRAY[1])
        ORDER BY priority DESC, id
        LIMIT :max
        FOR UPDATE SKIP LOCKED
      )
      UPDATE job
      SET state = 1, worker_id = :holder, attempt = attempt + 1, claimed_at = clock_timestamp()
      WHERE ctid = ANY (ARRAY(SELECT place FROM candidate))
      RETURNING id, payload
      """;

  private TableForms() {}

  /** All of them. */
  public static List<TableForm> all() {
    return List.of(
        new TableForm(
            "one table, deleted",
            "a state column with a partial index; the row goes when the job ends: no history",
            ONE_TABLE,
            ENQUEUE_ONE,
            CLAIM_ONE,
            "DELETE FROM job WHERE id = ANY (:done) AND worker_id = :holder"),
        new TableForm(
            "one table, kept",
            "the same; the row stays as history",
            ONE_TABLE,
            ENQUEUE_ONE,
            CLAIM_ONE,
            """
            UPDATE job
            SET state = 2, started_at = claimed_at, finished_at = clock_timestamp()
            WHERE id = ANY (:done) AND worker_id = :holder
            """),
        split(
            "split, moved (today)",
            "a row of running per job; locks first; the job moves with its payload to finished",
            HOT_JOB + READY + RUNNING + WIDE_FINISHED,
            LOCK_THEN_DELETE + INTO_RUNNING + JOINED_PAYLOAD,
            HELD_BY_LOCK + PAYLOAD_MOVES),
        split(
            "split, moved, looked up",
            "the same; the claim looks payloads up one by one instead of joining",
            HOT_JOB + READY + RUNNING + WIDE_FINISHED,
            LOCK_THEN_DELETE + INTO_RUNNING + WITH_PAYLOAD,
            HELD_BY_LOCK + PAYLOAD_MOVES),
        split(
            "split, moved, end without lock",
            "the same, and the end deletes from running without locking first",
            HOT_JOB + READY + RUNNING + WIDE_FINISHED,
            LOCK_THEN_DELETE + INTO_RUNNING + WITH_PAYLOAD,
            HELD_BY_DELETE + PAYLOAD_MOVES),
        split(
            "split, moved, gate",
            "the same, and claims of a queue take turns and so lock no rows",
            HOT_JOB + READY + RUNNING + WIDE_FINISHED,
            GATE_THEN_DELETE + INTO_RUNNING + WITH_PAYLOAD,
            HELD_BY_DELETE + PAYLOAD_MOVES),
        split(
            "split, stays",
            "the job stays where it was inserted; finished is narrow and only inserted into",
            JOB + READY + RUNNING + NARROW_FINISHED,
            LOCK_THEN_DELETE + INTO_RUNNING + WITH_PAYLOAD,
            HELD_BY_DELETE + PAYLOAD_STAYS),
        split(
            "split, stays, gate",
            "the same; claims take turns",
            JOB + READY + RUNNING + NARROW_FINISHED,
            GATE_THEN_DELETE + INTO_RUNNING + WITH_PAYLOAD,
            HELD_BY_DELETE + PAYLOAD_STAYS),
        split(
            "ranges, moved",
            "one row per batch of claims instead of running; the job moves to finished",
            HOT_JOB + READY + RANGE + WIDE_FINISHED,
            LOCK_THEN_DELETE + INTO_RANGE + WITH_PAYLOAD,
            HELD_BY_RANGE + PAYLOAD_MOVES),
        split(
            "ranges, moved, gate",
            "the same; claims take turns",
            HOT_JOB + READY + RANGE + WIDE_FINISHED,
            GATE_THEN_DELETE + INTO_RANGE + WITH_PAYLOAD,
            HELD_BY_RANGE + PAYLOAD_MOVES),
        split(
            CEILING,
            "one row per batch of claims; the job stays; narrow finished",
            JOB + READY + RANGE + NARROW_FINISHED,
            LOCK_THEN_DELETE + INTO_RANGE + WITH_PAYLOAD,
            HELD_BY_RANGE + PAYLOAD_STAYS),
        split(
            "ranges, stays, gate",
            "the same; claims take turns",
            JOB + READY + RANGE + NARROW_FINISHED,
            GATE_THEN_DELETE + INTO_RANGE + WITH_PAYLOAD,
            HELD_BY_RANGE + PAYLOAD_STAYS),
        split(
            "ranges, updated, gate",
            "the same, but the end is noted in the job's row (fillfactor 50, HOT)",
            "CREATE TABLE job ("
                + JOB_COLUMNS
                + ", "
                + ENDED_COLUMNS.replace(" NOT NULL", "")
                + ") WITH (fillfactor = 50);\n"
                + READY
                + RANGE,
            GATE_THEN_DELETE + INTO_RANGE + WITH_PAYLOAD,
            HELD_BY_RANGE + ROW_UPDATED));
  }

  /** The fastest that keeps history: what an engine can hope for. */
  public static TableForm ceiling() {
    return all().stream()
        .filter(form -> form.name().equals(CEILING))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no form " + CEILING));
  }

  private static TableForm split(
      String name, String idea, String create, String claim, String complete) {
    return new TableForm(name, idea, create, ENQUEUE_SPLIT, claim, complete);
  }
}
