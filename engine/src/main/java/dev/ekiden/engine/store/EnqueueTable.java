package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.KeyKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How jobs come in. Decides nothing about keys that run: it inserts and waits for nobody. */
public final class EnqueueTable {

  /**
   * A job to insert.
   *
   * @param id its number if it was drawn already (UNIQUE keys), else null
   * @param keyKind null without a key
   * @param keyLimit of a LIMIT key
   * @param groupId of its group; 0 without one
   * @param vcpus thousandths
   * @param delayMicros delay from the database's now, or null
   * @param runAt ISO instant, or null; both null means now
   * @param startBefore ISO instant after which it is too late to start it, or null
   * @param runLate whether it runs nevertheless
   * @param dependent whether it waits for other jobs
   * @param parentId the array job it is a child of
   * @param arrayIndex its place among the children
   */
  public record NewJob(
      @Nullable Long id,
      short queueId,
      int definitionId,
      int priority,
      @Nullable KeyKind keyKind,
      @Nullable String key,
      @Nullable Short keyLimit,
      long groupId,
      @Nullable String groupName,
      int vcpus,
      String payload,
      @Nullable Long delayMicros,
      @Nullable String runAt,
      @Nullable String startBefore,
      boolean runLate,
      boolean dependent,
      @Nullable Long parentId,
      @Nullable Integer arrayIndex) {}

  /** A UNIQUE key. */
  public record UniqueKey(short queueId, String key) {}

  /** Who is to have a UNIQUE key if it is free, and for how long. */
  public record UniqueClaim(long jobId, long windowMicros) {}

  private static final String INSERT =
      Columns.in(
          """
          WITH moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
          input AS MATERIALIZED (
            SELECT COALESCE(t.id, nextval('ekiden.job_id')) AS id, t.queue_id, t.definition_id,
                   t.priority, CAST(t.key_kind AS ekiden.key_kind) AS key_kind, t.key, t.key_limit,
                   t.group_id, t.group_name, t.vcpus, t.payload, t.start_before, t.run_late, t.dependent, t.parent_id, t.array_index,
                   t.position,
                   COALESCE(t.run_at, moment.now + t.delay_micros * interval '1 microsecond') AS run_at,
                   moment.now
            FROM moment, unnest(
                   CAST(:ids AS bigint[]), CAST(:queue_ids AS smallint[]),
                   CAST(:definition_ids AS integer[]), CAST(:priorities AS smallint[]),
                   CAST(:key_kinds AS text[]), CAST(:keys AS text[]),
                   CAST(:key_limits AS smallint[]), CAST(:group_ids AS bigint[]),
                   CAST(:group_names AS text[]), CAST(:vcpus AS integer[]),
                   CAST(:payloads AS text[]), CAST(:delays AS bigint[]),
                   CAST(:run_ats AS timestamptz[]), CAST(:start_befores AS timestamptz[]),
                   CAST(:run_lates AS boolean[]), CAST(:dependents AS boolean[]),
                   CAST(:parent_ids AS bigint[]), CAST(:array_indexes AS integer[]))
                 WITH ORDINALITY
                 AS t(id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id,
                      group_name, vcpus, payload, delay_micros, run_at, start_before, run_late,
                      dependent, parent_id, array_index, position)
          ),
          stored AS (
            INSERT INTO ekiden.job
              (id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id, group_name,
               vcpus, payload, created_at, start_before, run_late, parent_id, array_index)
            SELECT id, queue_id, definition_id, priority, key_kind, key, key_limit, group_id,
                   group_name, vcpus, CAST(payload AS json), now, start_before, run_late,
                   parent_id, array_index
            FROM input
          ),
          live AS (
            SELECT id, queue_id, priority, definition_id, NULLIF(key_kind, 'UNIQUE') AS key_kind,
                   CASE WHEN key_kind <> 'UNIQUE' THEN key END AS key, key_limit, group_id, vcpus,
                   dependent, 0 AS attempt, 0 AS failures, 0 AS losses, run_at, now
            FROM input
          ),
          due AS (
            INSERT INTO ekiden.ready ({live})
            SELECT {live} FROM live WHERE run_at IS NULL OR run_at <= now
          ),
          later AS (
            INSERT INTO ekiden.scheduled ({live}, run_at, backing_off)
            SELECT {live}, run_at, false FROM live WHERE run_at > now
          )
          SELECT id FROM input ORDER BY position
          """);

  private static final String DRAW_IDS =
      "SELECT nextval('ekiden.job_id') FROM generate_series(1, :count)";

  /** Sorted, so that two calls with the same keys in other orders do not wait in a circle. */
  private static final String TAKE_UNIQUE =
      """
      INSERT INTO ekiden.unique_key AS present (queue_id, key, job_id, expires_at)
      SELECT t.queue_id, t.key, t.job_id, moment.now + t.window_micros * interval '1 microsecond'
      FROM (SELECT ekiden.engine_now() AS now) AS moment,
           unnest(
             CAST(:queue_ids AS smallint[]), CAST(:keys AS text[]), CAST(:job_ids AS bigint[]),
             CAST(:windows AS bigint[]))
           AS t(queue_id, key, job_id, window_micros)
      ORDER BY t.queue_id, t.key COLLATE "C"
      ON CONFLICT (queue_id, key) DO UPDATE
      SET job_id = excluded.job_id, expires_at = excluded.expires_at
      WHERE present.expires_at <= (SELECT ekiden.engine_now())
      RETURNING job_id
      """;

  private static final String FIND_UNIQUE =
      """
      SELECT t.position, present.job_id
      FROM unnest(CAST(:queue_ids AS smallint[]), CAST(:keys AS text[]))
           WITH ORDINALITY AS t(queue_id, key, position)
      JOIN ekiden.unique_key AS present USING (queue_id, key)
      """;

  private static final String EXPIRE_UNIQUE =
      """
      DELETE FROM ekiden.unique_key
      WHERE (queue_id, key) IN (
        SELECT queue_id, key
        FROM ekiden.unique_key
        WHERE expires_at <= (SELECT ekiden.engine_now())
        LIMIT :max
        FOR UPDATE SKIP LOCKED)
      """;

  private EnqueueTable() {}

  /** Inserts jobs; answers their ids in the order given. */
  public static List<Long> insert(Handle handle, List<NewJob> jobs) {
    int size = jobs.size();
    List<@Nullable Long> ids = new ArrayList<>(size);
    List<Short> queueIds = new ArrayList<>(size);
    List<Integer> definitionIds = new ArrayList<>(size);
    List<Short> priorities = new ArrayList<>(size);
    List<@Nullable String> keyKinds = new ArrayList<>(size);
    List<@Nullable String> keys = new ArrayList<>(size);
    List<@Nullable Short> keyLimits = new ArrayList<>(size);
    List<Long> groupIds = new ArrayList<>(size);
    List<@Nullable String> groupNames = new ArrayList<>(size);
    List<Integer> vcpus = new ArrayList<>(size);
    List<String> payloads = new ArrayList<>(size);
    List<@Nullable Long> delays = new ArrayList<>(size);
    List<@Nullable String> runAts = new ArrayList<>(size);
    List<@Nullable String> startBefores = new ArrayList<>(size);
    List<Boolean> runLates = new ArrayList<>(size);
    List<Boolean> dependents = new ArrayList<>(size);
    List<@Nullable Long> parentIds = new ArrayList<>(size);
    List<@Nullable Integer> arrayIndexes = new ArrayList<>(size);
    for (NewJob job : jobs) {
      ids.add(job.id());
      queueIds.add(job.queueId());
      definitionIds.add(job.definitionId());
      priorities.add((short) job.priority());
      KeyKind kind = job.keyKind();
      keyKinds.add(kind == null ? null : kind.name());
      keys.add(job.key());
      keyLimits.add(job.keyLimit());
      groupIds.add(job.groupId());
      groupNames.add(job.groupName());
      vcpus.add(job.vcpus());
      payloads.add(job.payload());
      delays.add(job.delayMicros());
      runAts.add(job.runAt());
      startBefores.add(job.startBefore());
      runLates.add(job.runLate());
      dependents.add(job.dependent());
      parentIds.add(job.parentId());
      arrayIndexes.add(job.arrayIndex());
    }
    return handle
        .createQuery(INSERT)
        .bindArray("ids", Long.class, ids)
        .bindArray("queue_ids", Short.class, queueIds)
        .bindArray("definition_ids", Integer.class, definitionIds)
        .bindArray("priorities", Short.class, priorities)
        .bindArray("key_kinds", String.class, keyKinds)
        .bindArray("keys", String.class, keys)
        .bindArray("key_limits", Short.class, keyLimits)
        .bindArray("group_ids", Long.class, groupIds)
        .bindArray("group_names", String.class, groupNames)
        .bindArray("vcpus", Integer.class, vcpus)
        .bindArray("payloads", String.class, payloads)
        .bindArray("delays", Long.class, delays)
        .bindArray("run_ats", String.class, runAts)
        .bindArray("start_befores", String.class, startBefores)
        .bindArray("run_lates", Boolean.class, runLates)
        .bindArray("dependents", Boolean.class, dependents)
        .bindArray("parent_ids", Long.class, parentIds)
        .bindArray("array_indexes", Integer.class, arrayIndexes)
        .mapTo(Long.class)
        .list();
  }

  public static List<Long> drawIds(Handle handle, int count) {
    return handle.createQuery(DRAW_IDS).bind("count", count).mapTo(Long.class).list();
  }

  /**
   * Takes UNIQUE keys that are free or expired.
   *
   * @return the owner of each key: the job given when it was taken, else the one that has it
   */
  public static Map<UniqueKey, Long> takeUnique(Handle handle, Map<UniqueKey, UniqueClaim> claims) {
    Map<UniqueKey, Long> owners = new HashMap<>();
    Map<UniqueKey, UniqueClaim> open = new HashMap<>(claims);
    // A key found taken may expire and vanish before it is read: then it is simply tried again.
    while (!open.isEmpty()) {
      List<UniqueKey> asked = new ArrayList<>(open.keySet());
      List<UniqueClaim> wanted = new ArrayList<>(open.values());
      List<Long> taken =
          handle
              .createQuery(TAKE_UNIQUE)
              .bindArray("queue_ids", Short.class, queueIds(asked))
              .bindArray("keys", String.class, texts(asked))
              .bindArray("job_ids", Long.class, wanted.stream().map(UniqueClaim::jobId).toList())
              .bindArray(
                  "windows", Long.class, wanted.stream().map(UniqueClaim::windowMicros).toList())
              .mapTo(Long.class)
              .list();
      Set<Long> won = new HashSet<>(taken);
      for (int i = 0; i < asked.size(); i++) {
        long job = wanted.get(i).jobId();
        if (won.contains(job)) {
          owners.put(asked.get(i), job);
          open.remove(asked.get(i));
        }
      }
      List<UniqueKey> refused = List.copyOf(open.keySet());
      handle
          .createQuery(FIND_UNIQUE)
          .bindArray("queue_ids", Short.class, queueIds(refused))
          .bindArray("keys", String.class, texts(refused))
          .map((row, context) -> Map.entry(row.getInt("position") - 1, row.getLong("job_id")))
          .forEach(found -> {
            UniqueKey key = refused.get(found.getKey());
            owners.put(key, found.getValue());
            open.remove(key);
          });
    }
    return owners;
  }

  /** Forgets UNIQUE keys whose window is over; answers how many. */
  public static int expireUnique(Handle handle, int max) {
    return handle.createUpdate(EXPIRE_UNIQUE).bind("max", max).execute();
  }

  private static List<Short> queueIds(Collection<UniqueKey> keys) {
    return keys.stream().map(UniqueKey::queueId).toList();
  }

  private static List<String> texts(Collection<UniqueKey> keys) {
    return keys.stream().map(UniqueKey::key).toList();
  }
}
