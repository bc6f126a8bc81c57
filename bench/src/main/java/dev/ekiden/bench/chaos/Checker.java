package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Event.Start;
import dev.ekiden.engine.Dependencies;
import dev.ekiden.engine.Dependencies.Condition;
import dev.ekiden.engine.Dependencies.Mode;
import dev.ekiden.engine.JobState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares a history in which everything has ended with the rules. */
final class Checker {
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

  private static final String DROPPED_EARLY =
      """
      SELECT 'job ' || id || ' was dropped at ' || finished_at || ', before ' || start_before
      FROM ekiden.finished
      WHERE error_type = 'deadline' AND (start_before IS NULL OR finished_at < start_before)
      """;

  /**
   * How a job ended, and how it got there.
   *
   * @param why its error type
   * @param startBefore when it was too late to start it, in microseconds, or null
   */
  private record Ended(
      int attempt, long ranAs, int definition, @Nullable String why, @Nullable Long startBefore) {}

  private final History history;
  private final List<Event> events;
  private final Known known;
  private final List<Violation> found = new ArrayList<>();
  private final Map<Long, String> states = new HashMap<>();
  private final Map<Long, Ended> ends = new HashMap<>();
  private final Map<Integer, String> queues;
  private final Map<Integer, String> definitions;
  private final Map<Long, String> groups;
  private final Map<Long, String> arrays;

  private Checker(History history, Known known) {
    this.history = history;
    this.known = known;
    this.events = history.events();
    this.queues = names("SELECT id, name FROM ekiden.queue", Math::toIntExact);
    this.definitions = names("SELECT id, name FROM ekiden.definition", Math::toIntExact);
    this.groups =
        names(
            "SELECT DISTINCT group_id AS id, group_name AS name FROM ekiden.finished"
                + " WHERE group_id <> 0",
            id -> id);
    this.arrays = names("SELECT id, 'array' AS name FROM ekiden.array_job", id -> id);
  }

  /** Every broken rule that the history shows. */
  static List<Violation> check(History history, Known known) {
    Checker checker = new Checker(history, known);
    checker.checkTables();
    checker.checkStarts();
    checker.checkEnds();
    checker.checkEffects();
    checker.checkCheckpoints();
    checker.checkDependencies();
    checker.checkDeadlines();
    checker.checkKeys();
    checker.checkLimits();
    checker.checkRates();
    checker.checkHolds();
    checker.checkInnocent();
    return checker.found;
  }

  /** What must hold at this moment as at every other. */
  static List<Violation> checkPresent(History history) {
    List<Violation> found = new ArrayList<>();
    history.ask(TWO_STATES).forEach(how -> found.add(new Violation(Rule.ONE_STATE, how)));
    history.ask(DEPTHS).forEach(how -> found.add(new Violation(Rule.DEPTH, how)));
    return found;
  }

  private interface FromLong<T> {
    T of(long id);
  }

  private <T> Map<T, String> names(String query, FromLong<T> key) {
    Map<T, String> names = new HashMap<>();
    history
        .database()
        .useTransaction(handle ->
            handle
                .createQuery(query)
                .map((row, context) -> names.put(key.of(row.getLong("id")), row.getString("name")))
                .list());
    return names;
  }

  private void broken(Rule rule, String how) {
    found.add(new Violation(rule, how));
  }

  private void ask(Rule rule, String query) {
    history.ask(query).forEach(how -> broken(rule, how));
  }

  // ---- what is there at the end ----

  private void checkTables() {
    history
        .database()
        .useTransaction(handle ->
            handle
                .createQuery(
                    """
                    SELECT id, CAST(state AS text) AS state, attempt,
                           COALESCE(coalesced_into, id) AS ran_as, definition_id, error_type,
                           CASE WHEN NOT run_late
                                THEN CAST(EXTRACT(EPOCH FROM start_before) * 1000000 AS bigint)
                           END AS start_before
                    FROM ekiden.finished
                    """)
                .map((row, context) -> {
                  long id = row.getLong("id");
                  ends.put(
                      id,
                      new Ended(
                          row.getInt("attempt"),
                          row.getLong("ran_as"),
                          row.getInt("definition_id"),
                          row.getString("error_type"),
                          row.getObject("start_before", Long.class)));
                  return states.put(id, row.getString("state"));
                })
                .list());
    for (long id : known.accepted()) {
      if (!states.containsKey(id)) {
        broken(Rule.NOTHING_LOST, "job " + id + " was accepted and has no end");
      }
    }
    for (long id : known.canceled()) {
      if (!"CANCELED".equals(states.get(id))) {
        broken(Rule.CANCELED, "job " + id + " is " + states.get(id));
      }
    }
    found.addAll(checkPresent(history));
    ask(Rule.ONE_STATE, NO_STATE);
    ask(Rule.NOTHING_LEFT, LEFT);
    ask(Rule.COUNTS, MISCOUNTED);
    ask(Rule.NO_CHANGE_MISSED, UNLIKE_LEADER);
    ask(Rule.UNIQUE_ONCE, UNIQUE_TWICE);
    ask(Rule.ARRAYS, ARRAYS);
    ask(Rule.DEADLINES, DROPPED_EARLY);
  }

  // ---- what happened to each attempt ----

  /** One attempt has one handler call, wherever, and that after its claim; and a job ends once. */
  private void checkStarts() {
    Map<Start, String> starts = new HashMap<>();
    Set<Start> claimed = new HashSet<>();
    Set<Long> ended = new HashSet<>();
    for (Event event : events) {
      if (event.enters("RUNNING")) {
        claimed.add(event.start());
      } else if (event.is(Act.BEGIN)) {
        String other = starts.put(event.start(), String.valueOf(event.process()));
        if (other != null) {
          broken(Rule.ONE_START, event.start() + " in " + other + " and in " + event.process());
        }
        if (!claimed.contains(event.start())) {
          broken(Rule.ONE_START, event.start() + " was not claimed");
        }
      } else if (event.isOfEnd()) {
        boolean once =
            event.kind().equals("ENTER") ? ended.add(event.job()) : ended.remove(event.job());
        if (!once) {
          broken(Rule.ONE_END, event.start() + " ended twice");
        }
      }
    }
  }

  /**
   * An attempt ends its job only in the transaction that takes it out of RUNNING; else the job that
   * ran for it ends it.
   */
  private void checkEnds() {
    record Exit(long transaction, String state, long job, int attempt) {}
    Set<Exit> exits = new HashSet<>();
    for (Event event : events) {
      String state = event.state();
      if (event.kind().equals("LEAVE") && state != null && !event.isOfEnd()) {
        exits.add(new Exit(event.transaction(), state, event.job(), event.attempt()));
      }
    }
    for (Event event : events) {
      if (event.enters("SUCCEEDED")
          && Stream.of("RUNNING", "BLOCKED")
              .map(state -> new Exit(event.transaction(), state, event.job(), event.attempt()))
              .noneMatch(exits::contains)) {
        broken(Rule.NO_DEAD_COMPLETION, event.start() + " was completed when it no longer ran");
      }
    }
  }

  /** What SUCCEEDED has been done by the attempt that counted, and saw what it was to see. */
  private void checkEffects() {
    Map<Start, String> done = new HashMap<>();
    Map<Long, Integer> times = new HashMap<>();
    for (Event event : events) {
      if (event.is(Act.DONE)) {
        done.put(event.start(), String.valueOf(event.note()));
        times.merge(event.job(), 1, Integer::sum);
      }
    }
    states.forEach((id, state) -> {
      Ended end = Objects.requireNonNull(ends.get(id));
      Ended leader = ends.get(end.ranAs());
      if ("effect".equals(definitions.get(end.definition()))) {
        int wanted = state.equals("SUCCEEDED") ? 1 : 0;
        int found = times.getOrDefault(id, 0);
        if (found != wanted) {
          broken(Rule.EFFECT_ONCE, "job %d is %s with %d effects".formatted(id, state, found));
        }
      }
      if (!state.equals("SUCCEEDED") || leader == null || arrays.containsKey(id)) {
        return;
      }
      Start start = new Start(end.ranAs(), leader.attempt());
      String seen = done.get(start);
      if (seen == null) {
        broken(Rule.EFFECT, start + " succeeded and did nothing");
        return;
      }
      Long version = known.versions().get(id);
      if (version != null && Long.parseLong(seen) < version) {
        broken(
            Rule.NO_CHANGE_MISSED,
            "job %d was to see version %d, and %s saw %s".formatted(id, version, start, seen));
      }
    });
  }

  /** What an attempt has kept is seen by all later ones, as long as the job does not end. */
  private void checkCheckpoints() {
    Map<Long, TreeMap<Integer, Integer>> saved = new HashMap<>();
    Set<Long> again = new HashSet<>();
    for (Event event : events) {
      if (event.is(Act.SAVED)) {
        saved
            .computeIfAbsent(event.job(), job -> new TreeMap<>())
            .merge(event.attempt(), step(event), Math::max);
      } else if (event.kind().equals("LEAVE") && event.isOfEnd()) {
        again.add(event.job());
      }
    }
    for (Event event : events) {
      if (event.is(Act.LOADED) && !again.contains(event.job())) {
        int least =
            saved
                .getOrDefault(event.job(), new TreeMap<>())
                .headMap(event.attempt())
                .values()
                .stream()
                .max(Integer::compare)
                .orElse(0);
        if (step(event) < least) {
          broken(
              Rule.CHECKPOINT,
              "%s saw step %d, but step %d was kept".formatted(event.start(), step(event), least));
        }
      }
    }
  }

  private static int step(Event event) {
    return Integer.parseInt(Objects.requireNonNull(event.note()));
  }

  // ---- what jobs wait for ----

  /** Before its first claim, or its end without one, the ends of its parents decide about a job. */
  private void checkDependencies() {
    Map<Long, List<JobState>> parentEnds = new HashMap<>();
    Set<Long> decided = new HashSet<>();
    for (Event event : events) {
      String state = event.state();
      if (state == null) {
        continue;
      }
      Dependencies waitsFor = known.dependencies().get(event.job());
      if (waitsFor != null && event.enters("RUNNING") && decided.add(event.job())) {
        if (!canBeMet(waitsFor, parentEnds, true)) {
          broken(
              Rule.DEPENDENCIES,
              event.start() + " was claimed before what it waits for: " + waitsFor);
        }
      }
      if (event.kind().equals("ENTER") && event.isOfEnd()) {
        if (waitsFor != null
            && decided.add(event.job())
            && "dependency".equals(Objects.requireNonNull(ends.get(event.job())).why())
            && canBeMet(waitsFor, parentEnds, false)) {
          broken(
              Rule.DEPENDENCIES,
              "job %d was given up although this could still come: %s"
                  .formatted(event.job(), waitsFor));
        }
        parentEnds
            .computeIfAbsent(event.job(), job -> new ArrayList<>())
            .add(JobState.valueOf(state));
      }
    }
  }

  /**
   * Whether parents have ended as expected; a parent that was run again may have ended twice.
   *
   * @param now whether it is so by now, or else whether it may still be so
   */
  private static boolean canBeMet(
      Dependencies waitsFor, Map<Long, List<JobState>> parentEnds, boolean now) {
    Predicate<Map.Entry<Long, Condition>> met =
        parent -> {
          List<JobState> ended = parentEnds.getOrDefault(parent.getKey(), List.of());
          Predicate<JobState> asExpected = parent.getValue()::isMetBy;
          return now
              ? ended.stream().anyMatch(asExpected)
              : ended.stream().allMatch(asExpected); // or none yet
        };
    Set<Map.Entry<Long, Condition>> parents = waitsFor.parents().entrySet();
    return waitsFor.mode() == Mode.ALL
        ? parents.stream().allMatch(met)
        : parents.stream().anyMatch(met);
  }

  /** A job that it is too late for may be claimed, but its handler does not begin. */
  private void checkDeadlines() {
    Map<Start, Long> claims = new HashMap<>();
    for (Event event : events) {
      if (event.enters("RUNNING")) {
        claims.put(event.start(), event.engineMicros());
      } else if (event.is(Act.BEGIN)) {
        Ended end = ends.get(event.job());
        Long before = end == null ? null : end.startBefore();
        Long claimed = claims.get(event.start());
        if (before != null && claimed != null && claimed > before) {
          broken(
              Rule.DEADLINES,
              "%s was claimed %d microseconds too late, and begun"
                  .formatted(event.start(), claimed - before));
        }
      }
    }
  }

  // ---- keys ----

  private record QueueKey(int queue, String key) {}

  /** How one key stands while the history is read. */
  private static final class KeyState {
    /** Attempts whose handlers run and are not fenced. */
    final Set<Start> open = new HashSet<>();

    /** Jobs that have their place in the order: enqueued without a delay, and not ended. */
    final TreeSet<Long> placed = new TreeSet<>();

    /** The job that stopped the key. */
    long stoppedBy;
  }

  private void checkKeys() {
    Map<QueueKey, KeyState> keys = new HashMap<>();
    Map<Long, Event> keyOf = new HashMap<>();
    Set<Start> fenced = new HashSet<>();
    Set<Long> accepted = new HashSet<>(known.accepted());
    Set<Long> seen = new HashSet<>();
    for (Event event : events) {
      if (event.is(Act.LETTING_GO)) {
        keys.forEach((key, state) -> {
          if (key.key().equals(event.note())) {
            state.stoppedBy = 0;
          }
        });
        continue;
      }
      if (event.key() != null) {
        keyOf.putIfAbsent(event.job(), event);
      }
      Event of = keyOf.get(event.job());
      if (of == null || of.keyKind() == null || of.key() == null) {
        continue;
      }
      KeyState key =
          keys.computeIfAbsent(new QueueKey(of.queue(), of.key()), absent -> new KeyState());
      boolean serial = of.keyKind().startsWith("SERIAL");
      boolean exclusive = serial || of.keyKind().equals("COALESCE");
      if (seen.add(event.job()) && event.enters("READY") && accepted.contains(event.job())) {
        key.placed.add(event.job());
      }
      if (event.enters("RUNNING")) {
        fenced.remove(event.start());
      } else if (event.leaves("RUNNING")) {
        fenced.add(event.start());
        key.open.remove(event.start());
      } else if (event.is(Act.BEGIN) && exclusive && !fenced.contains(event.start())) {
        begin(event, of.key(), key, serial);
      } else if (event.isOfHandlerEnd()) {
        key.open.remove(event.start());
      } else if (event.kind().equals("ENTER") && event.isOfEnd()) {
        key.placed.remove(event.job());
        if (of.keyKind().equals("SERIAL_HOLD") && event.enters("FAILED")) {
          key.stoppedBy = event.job();
        }
      }
    }
  }

  private void begin(Event event, String name, KeyState key, boolean serial) {
    if (!key.open.isEmpty()) {
      broken(
          Rule.NO_OVERLAP, "key %s: %s began beside %s".formatted(name, event.start(), key.open));
    }
    key.open.add(event.start());
    if (!serial) {
      return;
    }
    Long first = key.placed.isEmpty() ? null : key.placed.first();
    if (first != null && first < event.job()) {
      broken(
          Rule.SERIAL_ORDER,
          "key %s: %s began before job %d had ended".formatted(name, event.start(), first));
    }
    if (key.stoppedBy != 0) {
      broken(
          Rule.SERIAL_ORDER,
          "key %s: %s began although job %d had stopped the key"
              .formatted(name, event.start(), key.stoppedBy));
    }
  }

  // ---- limits ----

  /** What runs of something, and how much of it may. */
  private static final class Room {
    int running;
    long vcpus;
    final int mostRunning;
    final long mostVcpus;

    Room(int mostRunning, long mostVcpus) {
      this.mostRunning = mostRunning;
      this.mostVcpus = mostVcpus;
    }
  }

  /** A claimed job counts from its claim to its stored end. */
  private void checkLimits() {
    Map<String, Room> rooms = new HashMap<>();
    for (Event event : events) {
      boolean enters = event.enters("RUNNING");
      if (!enters && !event.leaves("RUNNING")) {
        continue;
      }
      for (Map.Entry<String, Room> entry : rooms(rooms, event)) {
        Room room = entry.getValue();
        room.running += enters ? 1 : -1;
        room.vcpus += enters ? event.vcpus() : -event.vcpus();
        if (enters && (room.running > room.mostRunning || room.vcpus > room.mostVcpus)) {
          broken(
              Rule.LIMITS,
              "%s: with %s %d jobs and %d thousandths of a vCPU run"
                  .formatted(entry.getKey(), event.start(), room.running, room.vcpus));
        }
      }
    }
  }

  private List<Map.Entry<String, Room>> rooms(Map<String, Room> rooms, Event event) {
    List<Map.Entry<String, Room>> found = new ArrayList<>();
    String queue = queues.getOrDefault(event.queue(), "");
    if (queue.equals(Load.NARROW)) {
      found.add(room(rooms, "queue " + queue, Load.NARROW_RUNNING, Long.MAX_VALUE));
    }
    if (queue.equals(Load.HEAVY)) {
      found.add(room(rooms, "queue " + queue, Integer.MAX_VALUE, Load.HEAVY_MILLI_VCPUS));
    }
    if ("few".equals(definitions.get(event.definition()))) {
      found.add(room(rooms, "definition few", Load.FEW_RUNNING, Long.MAX_VALUE));
    }
    if (event.group() != 0) {
      String group = groups.getOrDefault(event.group(), "?");
      int most =
          group.equals(Load.SMALL_GROUP) ? Load.SMALL_GROUP_RUNNING : Load.EACH_GROUP_RUNNING;
      found.add(room(rooms, "group " + group, most, Long.MAX_VALUE));
    }
    if ("LIMIT".equals(event.keyKind())) {
      found.add(room(rooms, "key " + queue + " " + event.key(), Load.KEY_RUNNING, Long.MAX_VALUE));
    }
    return found;
  }

  private static Map.Entry<String, Room> room(
      Map<String, Room> rooms, String name, int mostRunning, long mostVcpus) {
    return Map.entry(name, rooms.computeIfAbsent(name, absent -> new Room(mostRunning, mostVcpus)));
  }

  /**
   * In half a period, because a claim is counted a little later in its transaction than its own
   * time says.
   */
  private void checkRates() {
    long window = Load.PACED_PERIOD.toNanos() / 1_000 / 2;
    Deque<Long> recent = new ArrayDeque<>();
    List<Long> claims =
        events.stream()
            .filter(event -> event.enters("RUNNING"))
            .filter(event -> "paced".equals(definitions.get(event.definition())))
            .map(Event::engineMicros)
            .sorted()
            .toList();
    for (long claim : claims) {
      recent.addLast(claim);
      while (recent.getFirst() <= claim - window) {
        recent.removeFirst();
      }
      if (recent.size() > Load.PACED_STARTS) {
        broken(
            Rule.RATES, "%d starts of paced within %d ms".formatted(recent.size(), window / 1_000));
        recent.clear();
      }
    }
  }

  // ---- holds ----

  private void checkHolds() {
    Set<String> held = new HashSet<>();
    for (Event event : events) {
      if (event.is(Act.PAUSED)) {
        held.add("queue " + event.note());
      } else if (event.is(Act.RESUMING)) {
        held.remove("queue " + event.note());
      } else if (event.is(Act.HELD)) {
        held.add("group " + event.note());
      } else if (event.is(Act.RELEASING)) {
        held.remove("group " + event.note());
      } else if (event.enters("RUNNING") && !held.isEmpty()) {
        for (String what :
            List.of("queue " + queues.get(event.queue()), "group " + groups.get(event.group()))) {
          if (held.contains(what)) {
            broken(Rule.HELD, event.start() + " was claimed while " + what + " was held");
          }
        }
      }
    }
  }

  // ---- crashes ----

  private void checkInnocent() {
    record Pair(long culprit, long innocent) {}
    Map<String, Set<Start>> open = new HashMap<>();
    Map<Start, String> where = new HashMap<>();
    Map<Pair, Integer> times = new HashMap<>();
    for (Event event : events) {
      if (event.leaves("RUNNING")) {
        // Fenced: it is not lost to what comes after.
        String process = where.remove(event.start());
        if (process != null) {
          Objects.requireNonNull(open.get(process)).remove(event.start());
        }
      }
      if (event.process() == null) {
        continue;
      }
      Set<Start> here = open.computeIfAbsent(event.processName(), absent -> new HashSet<>());
      if (event.is(Act.BEGIN)) {
        here.add(event.start());
        where.put(event.start(), event.processName());
      } else if (event.is(Act.CRASH)) {
        for (Start start : here) {
          if (start.job() != event.job()
              && times.merge(new Pair(event.job(), start.job()), 1, Integer::sum) > 1) {
            broken(
                Rule.INNOCENT,
                "job %d lost more than one attempt to job %d".formatted(start.job(), event.job()));
          }
        }
      } else if (event.isOfHandlerEnd()) {
        here.remove(event.start());
      }
    }
  }
}
