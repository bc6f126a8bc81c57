package dev.ekiden.engine.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** New jobs made from others, live or finished. */
public final class CloneTable {

  /** What a clone may change of a job. */
  public record Source(long id, int definitionId, String payload) {}

  /**
   * How a clone differs from its source; null keeps what the source has.
   *
   * @param vcpus thousandths
   * @param runAt ISO instant, null for now
   */
  public record Copy(
      long source,
      @Nullable Short queueId,
      @Nullable Integer definitionId,
      @Nullable Integer vcpus,
      @Nullable Short priority,
      @Nullable Long groupId,
      @Nullable String groupName,
      @Nullable String payload,
      @Nullable String runAt) {}

  /** A clone. */
  public record Cloned(long source, long id, String definition, String queue) {}

  /**
   * Clones that were made.
   *
   * @param queueIds queues that have READY jobs among them
   * @param later whether some of them wait for their time
   */
  public record Clones(List<Cloned> all, Set<Short> queueIds, boolean later) {}

  private static final String SOURCES =
      """
      SELECT id, definition_id, CAST(payload AS text) AS payload
      FROM ekiden.job
      WHERE id = ANY (CAST(:ids AS bigint[]))
      UNION ALL
      SELECT id, definition_id, CAST(payload AS text)
      FROM ekiden.finished
      WHERE id = ANY (CAST(:ids AS bigint[]))
      ORDER BY id
      """;

  // A UNIQUE key stays with the first job, a deadline was its own, and so were its parent and
  // place.
  private static final String CLONE =
      Columns.in(
          """
          WITH moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          input AS MATERIALIZED (
            SELECT *
            FROM unnest(
                   CAST(:sources AS bigint[]), CAST(:queue_ids AS smallint[]),
                   CAST(:definition_ids AS integer[]), CAST(:vcpus AS integer[]),
                   CAST(:priorities AS smallint[]), CAST(:group_ids AS bigint[]),
                   CAST(:group_names AS text[]), CAST(:payloads AS text[]),
                   CAST(:run_ats AS timestamptz[]))
                 AS t(clone_of, new_queue_id, new_definition_id, new_vcpus, new_priority,
                      new_group_id, new_group_name, new_payload, run_at)
          ),
          source AS (
            SELECT {job} FROM ekiden.job WHERE id = ANY (CAST(:sources AS bigint[]))
            UNION ALL
            SELECT {job} FROM ekiden.finished WHERE id = ANY (CAST(:sources AS bigint[]))
          ),
          made AS MATERIALIZED (
            SELECT nextval('ekiden.job_id') AS id, input.clone_of,
                   COALESCE(new_queue_id, queue_id) AS queue_id,
                   COALESCE(new_definition_id, definition_id) AS definition_id,
                   COALESCE(new_vcpus, vcpus) AS vcpus, COALESCE(new_priority, priority) AS priority,
                   NULLIF(key_kind, 'UNIQUE') AS key_kind,
                   CASE WHEN key_kind <> 'UNIQUE' THEN key END AS key, key_limit,
                   COALESCE(new_group_id, group_id) AS group_id,
                   COALESCE(new_group_name, group_name) AS group_name,
                   COALESCE(CAST(new_payload AS json), payload) AS payload, run_late,
                   CASE WHEN run_at > moment.now THEN run_at END AS run_at, moment.now
            FROM input
            JOIN (SELECT * FROM source) AS source ON source.id = input.clone_of
            CROSS JOIN moment
            ORDER BY input.clone_of
          ),
          stored AS (
            INSERT INTO ekiden.job
              (id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id, group_name,
               vcpus, payload, created_at, run_late, clone_of)
            SELECT id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id,
                   group_name, vcpus, payload, now, run_late, clone_of
            FROM made
          ),
          live AS (
            SELECT id, queue_id, priority, definition_id, key_kind, key, key_limit, group_id, vcpus,
                   false AS dependent, 0 AS attempt, 0 AS failures, 0 AS losses, run_at
            FROM made
          ),
          due AS (
            INSERT INTO ekiden.ready ({live}) SELECT {live} FROM live WHERE run_at IS NULL
          ),
          later AS (
            INSERT INTO ekiden.scheduled ({live}, run_at, backing_off)
            SELECT {live}, run_at, false FROM live WHERE run_at IS NOT NULL
          )
          SELECT made.clone_of, made.id, definition.name AS definition, queue.name AS queue,
                 made.queue_id, made.run_at IS NOT NULL AS later
          FROM made
          JOIN ekiden.definition ON definition.id = made.definition_id
          JOIN ekiden.queue ON queue.id = made.queue_id
          ORDER BY made.id
          """);

  private CloneTable() {}

  /** The jobs that exist among the given, in the order of their ids. */
  public static List<Source> sources(Handle handle, List<Long> ids) {
    return handle
        .createQuery(SOURCES)
        .bindArray("ids", Long.class, ids)
        .map((row, context) ->
            new Source(row.getLong("id"), row.getInt("definition_id"), row.getString("payload")))
        .list();
  }

  /** Makes clones; a source that is gone has none. */
  public static Clones insert(Handle handle, List<Copy> copies) {
    List<Long> sources = new ArrayList<>();
    List<@Nullable Short> queueIds = new ArrayList<>();
    List<@Nullable Integer> definitionIds = new ArrayList<>();
    List<@Nullable Integer> vcpus = new ArrayList<>();
    List<@Nullable Short> priorities = new ArrayList<>();
    List<@Nullable Long> groupIds = new ArrayList<>();
    List<@Nullable String> groupNames = new ArrayList<>();
    List<@Nullable String> payloads = new ArrayList<>();
    List<@Nullable String> runAts = new ArrayList<>();
    for (Copy copy : copies) {
      sources.add(copy.source());
      queueIds.add(copy.queueId());
      definitionIds.add(copy.definitionId());
      vcpus.add(copy.vcpus());
      priorities.add(copy.priority());
      groupIds.add(copy.groupId());
      groupNames.add(copy.groupName());
      payloads.add(copy.payload());
      runAts.add(copy.runAt());
    }
    Set<Short> ready = new TreeSet<>();
    boolean[] later = new boolean[1];
    List<Cloned> all =
        handle
            .createQuery(CLONE)
            .bindArray("sources", Long.class, sources)
            .bindArray("queue_ids", Short.class, queueIds)
            .bindArray("definition_ids", Integer.class, definitionIds)
            .bindArray("vcpus", Integer.class, vcpus)
            .bindArray("priorities", Short.class, priorities)
            .bindArray("group_ids", Long.class, groupIds)
            .bindArray("group_names", String.class, groupNames)
            .bindArray("payloads", String.class, payloads)
            .bindArray("run_ats", String.class, runAts)
            .map((row, context) -> {
              if (row.getBoolean("later")) {
                later[0] = true;
              } else {
                ready.add(row.getShort("queue_id"));
              }
              return new Cloned(
                  row.getLong("clone_of"),
                  row.getLong("id"),
                  row.getString("definition"),
                  row.getString("queue"));
            })
            .list();
    return new Clones(all, ready, later[0]);
  }
}
