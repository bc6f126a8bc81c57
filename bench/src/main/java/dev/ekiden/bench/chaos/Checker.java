package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Event.Start;
import dev.ekiden.engine.Dependencies;
import dev.ekiden.engine.Dependencies.Condition;
import dev.ekiden.engine.Dependencies.Mode;
import dev.ekiden.engine.JobState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares a history in which everything has ended with the rules. Those about what became of each
 * job and each attempt are here.
 */
final class Checker {
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
  private final Names names;
  private final Set<Long> arrays;

  private Checker(History history, Known known) {
    this.history = history;
    this.known = known;
    this.events = history.events();
    this.names = Names.of(history);
    this.arrays =
        history
            .database()
            .withHandle(handle ->
                handle.createQuery("SELECT id FROM ekiden.array_job").mapTo(Long.class).set());
  }

  /** Every broken rule that the history shows. */
  static List<Violation> check(History history, Known known) {
    Checker checker = new Checker(history, known);
    checker.readEnds();
    checker.checkKnown();
    checker.found.addAll(TableRules.check(history));
    checker.checkStarts();
    checker.checkEnds();
    checker.checkEffects();
    checker.checkCheckpoints();
    checker.checkDependencies();
    checker.checkDeadlines();
    checker.found.addAll(FlowRules.check(checker.events, known, checker.names));
    return checker.found;
  }

  private void broken(Rule rule, String how) {
    found.add(new Violation(rule, how));
  }

  // ---- how jobs ended ----

  private void readEnds() {
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
  }

  /** What was answered is so. */
  private void checkKnown() {
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
      if (names.definition(end.definition()).equals("effect")) {
        int wanted = state.equals("SUCCEEDED") ? 1 : 0;
        int found = times.getOrDefault(id, 0);
        if (found != wanted) {
          broken(Rule.EFFECT_ONCE, "job %d is %s with %d effects".formatted(id, state, found));
        }
      }
      if (!state.equals("SUCCEEDED") || leader == null || arrays.contains(id)) {
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
}
