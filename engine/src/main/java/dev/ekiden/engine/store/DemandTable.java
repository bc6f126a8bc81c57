package dev.ekiden.engine.store;

import dev.ekiden.engine.QueueDemand;
import dev.ekiden.engine.QueueDemand.Level;
import dev.ekiden.engine.QueueDemand.RunTimes;
import dev.ekiden.engine.store.Admission.Room;
import dev.ekiden.engine.store.LimitTable.Rule;
import dev.ekiden.engine.store.LimitTable.Scope;
import dev.ekiden.engine.store.LimitTable.Starts;
import dev.ekiden.engine.store.LimitTable.Usage;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What queues ask of workers: the depths without what no worker could start, and what limits leave.
 * Reads only, and locks nothing; so what it says may be a moment old.
 */
public final class DemandTable {
  /** READY jobs of a priority that are looked at for those whose groups are not held. */
  private static final int LOOKED_AT = 2 * QueueDemand.EXACT;

  /** Groups whose limits are reckoned with: those with the most READY jobs. */
  private static final int MAX_GROUPS = 1_000;

  /** Ended jobs of each definition whose run times count. */
  private static final int RUNS = 100;

  private record Queue(short id, String name) {}

  /** READY jobs of a definition. */
  private record Ready(int definitionId, long jobs) {}

  /**
   * @param cut whether there may be more than were counted
   * @param vcpus of all of them, in thousandths
   */
  private record Counted(int priority, long jobs, Duration oldest, boolean cut, long vcpus) {}

  private static final String OPEN_QUEUES =
      """
      SELECT id, name
      FROM ekiden.queue
      WHERE name = ANY (CAST(:names AS text[])) AND paused_at IS NULL
      ORDER BY name
      """;

  private static final String LEVELS =
      """
      SELECT priority.priority, jobs, cut, vcpus,
             CAST(GREATEST(0, EXTRACT(EPOCH FROM (SELECT ekiden.engine_now())
                    - (SELECT created_at FROM ekiden.job WHERE job.id = oldest))) * 1000000
                  AS bigint) AS oldest_micros
      FROM unnest(CAST('{9,8,7,6,5,4,3,2,1,0}' AS smallint[])) AS priority
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE may_start) AS jobs, count(*) = :looked_at AS cut,
               min(id) FILTER (WHERE may_start) AS oldest,
               COALESCE(sum(vcpus) FILTER (WHERE may_start), 0) AS vcpus
        FROM (
          SELECT id, vcpus,
                 group_id = 0 OR NOT EXISTS (
                   SELECT
                   FROM ekiden.job_group
                   WHERE job_group.id = ready.group_id AND held_at IS NOT NULL) AS may_start
          FROM ekiden.ready
          WHERE queue_id = :queue_id AND ready.priority = priority.priority
          LIMIT :looked_at) AS head) AS counted
      WHERE jobs > 0 OR cut
      """;

  private static final String READY_OF_DEFINITIONS =
      """
      SELECT definition_id, sum(jobs) AS jobs
      FROM (
        SELECT definition_id, jobs
        FROM ekiden.depth_of_definition
        WHERE queue_id = :queue_id AND state = 'READY'
        UNION ALL
        SELECT definition_id, jobs
        FROM ekiden.depth_note
        WHERE queue_id = :queue_id AND state = 'READY') AS part
      GROUP BY definition_id
      HAVING sum(jobs) > 0
      """;

  private static final String READY_OF_HELD_GROUPS =
      """
      SELECT COALESCE(sum(jobs), 0)
      FROM (
        SELECT group_id, jobs
        FROM ekiden.depth_of_group
        WHERE queue_id = :queue_id AND state = 'READY'
        UNION ALL
        SELECT group_id, jobs
        FROM ekiden.depth_note
        WHERE queue_id = :queue_id AND state = 'READY') AS part
      WHERE group_id IN (SELECT id FROM ekiden.job_group WHERE held_at IS NOT NULL)
      """;

  private static final String READY_OF_GROUPS =
      """
      SELECT group_id, sum(jobs) AS jobs
      FROM (
        SELECT group_id, jobs
        FROM ekiden.depth_of_group
        WHERE queue_id = :queue_id AND state = 'READY'
        UNION ALL
        SELECT group_id, jobs
        FROM ekiden.depth_note
        WHERE queue_id = :queue_id AND state = 'READY') AS part
      WHERE group_id NOT IN (SELECT id FROM ekiden.job_group WHERE held_at IS NOT NULL)
      GROUP BY group_id
      HAVING sum(jobs) > 0
      ORDER BY sum(jobs) DESC, group_id
      LIMIT :max
      """;

  // They come back as soon as somebody claims, so whoever starts workers must know of them.
  private static final String PARKED =
      """
      SELECT priority, count(*) AS jobs, false AS cut, sum(vcpus) AS vcpus,
             CAST(GREATEST(0, EXTRACT(EPOCH FROM (SELECT ekiden.engine_now())
                    - (SELECT created_at FROM ekiden.job WHERE job.id = min(parked.id)))) * 1000000
                  AS bigint) AS oldest_micros
      FROM (
        SELECT id, priority, vcpus
        FROM ekiden.blocked
        WHERE reason = 'LIMIT' AND queue_id = :queue_id AND definition_id = :definition_id
        ORDER BY priority DESC, id
        LIMIT :max) AS parked
      GROUP BY priority
      """;

  private static final String RUNNING =
      """
      SELECT count(*) FILTER (WHERE started_at IS NULL) AS prefetched,
             count(*) FILTER (WHERE started_at IS NOT NULL) AS started
      FROM ekiden.running
      WHERE queue_id = :queue_id
      """;

  // Of E[x²], which may be weighted, and not of the variance.
  private static final String RUN_TIMES =
      """
      SELECT sum(mean * weight) / sum(weight) AS mean, sum(square * weight) / sum(weight) AS square
      FROM (
        SELECT mean, square,
               COALESCE(
                 (CAST(:ready AS bigint[]))[array_position(
                    CAST(:definition_ids AS integer[]), kind.definition_id)],
                 CASE WHEN cardinality(CAST(:ready AS bigint[])) = 0 THEN 1 ELSE 0 END) AS weight
        FROM ekiden.kind
        CROSS JOIN LATERAL (
          SELECT CAST(avg(seconds) AS double precision) AS mean,
                 CAST(avg(seconds * seconds) AS double precision) AS square
          FROM (
            SELECT GREATEST(0, EXTRACT(EPOCH FROM finished_at - started_at)) AS seconds
            FROM ekiden.finished
            WHERE (CAST(finished.queue_id AS bigint) << 32 | finished.definition_id)
                  = (CAST(kind.queue_id AS bigint) << 32 | kind.definition_id)
              AND state = 'SUCCEEDED'
            ORDER BY id DESC
            LIMIT :runs) AS run) AS lately
        WHERE kind.queue_id = :queue_id AND mean IS NOT NULL) AS weighted
      HAVING sum(weight) > 0
      """;

  private static final String PLAN =
      "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

  private DemandTable() {}

  /** Demands of those of the queues that are open, by name; to be asked in a transaction. */
  public static List<QueueDemand> demands(Handle handle, Collection<String> names) {
    handle.createQuery(PLAN).mapTo(String.class).one();
    return handle
        .createQuery(OPEN_QUEUES)
        .bindArray("names", String.class, List.copyOf(names))
        .map((row, context) -> new Queue(row.getShort("id"), row.getString("name")))
        .list()
        .stream()
        .map(queue -> demand(handle, queue))
        .toList();
  }

  private static QueueDemand demand(Handle handle, Queue queue) {
    List<Ready> ready =
        handle
            .createQuery(READY_OF_DEFINITIONS)
            .bind("queue_id", queue.id())
            .map((row, context) -> new Ready(row.getInt("definition_id"), row.getLong("jobs")))
            .list();
    long total =
        ready.stream().mapToLong(Ready::jobs).sum()
            - handle
                .createQuery(READY_OF_HELD_GROUPS)
                .bind("queue_id", queue.id())
                .mapTo(Long.class)
                .one();
    List<Counted> counted =
        counted(
            handle.createQuery(LEVELS).bind("queue_id", queue.id()).bind("looked_at", LOOKED_AT));
    SortedMap<Integer, Level> levels = levels(counted, total);
    long vcpus = meanVcpus(counted);
    Long room = room(handle, queue.id(), ready, levels, vcpus);
    return handle
        .createQuery(RUNNING)
        .bind("queue_id", queue.id())
        .map((row, context) ->
            new QueueDemand(
                queue.name(),
                List.copyOf(levels.values()),
                row.getLong("prefetched"),
                row.getLong("started"),
                room,
                runTimes(handle, queue.id(), ready)))
        .one();
  }

  private static List<Counted> counted(Query query) {
    return query
        .map((row, context) ->
            new Counted(
                row.getInt("priority"),
                row.getLong("jobs"),
                Duration.of(row.getLong("oldest_micros"), ChronoUnit.MICROS),
                row.getBoolean("cut"),
                row.getLong("vcpus")))
        .list();
  }

  /** By priority, the highest first. */
  private static SortedMap<Integer, Level> levels(List<Counted> counted, long total) {
    SortedMap<Integer, Level> levels = new TreeMap<>((one, other) -> other - one);
    long rest = total - counted.stream().mapToLong(Counted::jobs).sum();
    int lowestCut =
        counted.stream().filter(Counted::cut).mapToInt(Counted::priority).min().orElse(-1);
    for (Counted one : counted) {
      long jobs = one.jobs() + (one.priority() == lowestCut ? Math.max(0, rest) : 0);
      if (jobs > 0) {
        levels.put(one.priority(), new Level(one.priority(), jobs, one.oldest()));
      }
    }
    return levels;
  }

  /** Thousandths of a job, at least 1. */
  private static long meanVcpus(List<Counted> counted) {
    long jobs = counted.stream().mapToLong(Counted::jobs).sum();
    long vcpus = counted.stream().mapToLong(Counted::vcpus).sum();
    return jobs == 0 ? 1 : Math.max(1, vcpus / jobs);
  }

  // ---- limits ----

  /**
   * How many more may start.
   *
   * @param levels get the jobs that are parked because of a limit of their definition and would
   *     come back
   * @param vcpus of a job
   */
  private static @Nullable Long room(
      Handle handle,
      short queueId,
      List<Ready> ready,
      SortedMap<Integer, Level> levels,
      long vcpus) {
    List<Rule> rules =
        LimitTable.ofQueue(handle, queueId).stream()
            .filter(rule -> rule.subject().scope() != Scope.EACH_KEY)
            .toList();
    if (rules.isEmpty()) {
      return null;
    }
    boolean spans = rules.stream().anyMatch(rule -> rule.subject().queueId() == Gate.EVERY_QUEUE);
    List<Usage> usage = LimitTable.usage(handle, queueId, spans);
    Admission admission = new Admission(queueId, rules, usage);
    admission.rooms().forEach(one -> readRate(handle, admission, one));
    Map<Integer, Long> waiting = new HashMap<>();
    ready.forEach(one -> waiting.put(one.definitionId(), one.jobs()));
    admission
        .definitions()
        .forEach((definitionId, one) -> {
          List<Counted> parked =
              counted(
                  handle
                      .createQuery(PARKED)
                      .bind("queue_id", queueId)
                      .bind("definition_id", definitionId)
                      .bind("max", one.places(vcpus, QueueDemand.EXACT)));
          for (Counted some : parked) {
            waiting.merge(definitionId, some.jobs(), Long::sum);
            levels.merge(
                some.priority(),
                new Level(some.priority(), some.jobs(), some.oldest()),
                DemandTable::both);
          }
        });
    long all = waiting.values().stream().mapToLong(Long::longValue).sum();
    long room = admission.places(vcpus, all);
    room = Math.min(room, sum(waiting, id -> admission.definitions().get(id), vcpus));
    if (rules.stream().anyMatch(rule -> isOfGroups(rule.subject().scope()))) {
      Map<Long, Long> ofGroups = readyOfGroups(handle, queueId);
      readGroups(handle, admission, ofGroups.keySet());
      long parked = all - ready.stream().mapToLong(Ready::jobs).sum();
      room = Math.min(room, parked + sum(ofGroups, id -> admission.groups().get(id), vcpus));
    }
    return Math.max(0, room);
  }

  private static boolean isOfGroups(Scope scope) {
    return scope == Scope.GROUP || scope == Scope.EACH_GROUP;
  }

  private static Level both(Level one, Level other) {
    return new Level(
        one.priority(),
        one.jobs() + other.jobs(),
        one.oldest().compareTo(other.oldest()) > 0 ? one.oldest() : other.oldest());
  }

  private static <K> long sum(
      Map<K, Long> waiting, Function<K, @Nullable Room> roomOf, long vcpus) {
    long sum = 0;
    for (Map.Entry<K, Long> entry : waiting.entrySet()) {
      Room one = roomOf.apply(entry.getKey());
      sum += one == null ? entry.getValue() : one.places(vcpus, entry.getValue());
    }
    return sum;
  }

  private static void readRate(Handle handle, Admission admission, Room one) {
    long subject = one.rule().subject().subject();
    Starts starts = LimitTable.starts(handle, one.rule(), List.of(subject)).get(subject);
    if (starts != null) {
      admission.starts(one, starts);
    }
  }

  private static Map<Long, Long> readyOfGroups(Handle handle, short queueId) {
    Map<Long, Long> ready = new HashMap<>();
    handle
        .createQuery(READY_OF_GROUPS)
        .bind("queue_id", queueId)
        .bind("max", MAX_GROUPS)
        .map((row, context) -> ready.put(row.getLong("group_id"), row.getLong("jobs")))
        .list();
    return ready;
  }

  /** Makes the rooms of groups known. */
  private static void readGroups(Handle handle, Admission admission, Collection<Long> groupIds) {
    Map<Rule, List<Long>> ofRules = new HashMap<>();
    for (long groupId : groupIds) {
      Room one = admission.group(groupId);
      if (one != null) {
        ofRules.computeIfAbsent(one.rule(), rule -> new ArrayList<>()).add(groupId);
      }
    }
    ofRules.forEach((rule, ids) ->
        LimitTable.starts(handle, rule, ids)
            .forEach((groupId, starts) -> {
              Room one = admission.groups().get(groupId);
              if (one != null) {
                admission.starts(one, starts);
              }
            }));
  }

  // ---- run times ----

  private static @Nullable RunTimes runTimes(Handle handle, short queueId, List<Ready> ready) {
    return handle
        .createQuery(RUN_TIMES)
        .bind("queue_id", queueId)
        .bind("runs", RUNS)
        .bindArray(
            "definition_ids", Integer.class, ready.stream().map(Ready::definitionId).toList())
        .bindArray("ready", Long.class, ready.stream().map(Ready::jobs).toList())
        .map((row, context) -> {
          double mean = row.getDouble("mean");
          double variance = Math.max(0, row.getDouble("square") - mean * mean);
          return new RunTimes(mean, mean == 0 ? 0 : variance / (mean * mean));
        })
        .findOne()
        .orElse(null);
  }
}
