package dev.ekiden.engine;

import dev.ekiden.engine.Execution.End;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.LogTable.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a worker has to store: ends of attempts, jobs to give back, starts to note, lines of logs.
 * It goes out in turns; what a turn could not store comes back and goes out again. Guarded by the
 * worker's lock.
 */
final class Outbox {
  /**
   * Most ends stored by one statement; where as many jobs run as a limit allows, others are claimed
   * while the second half of their ends is stored.
   */
  static final int MAX_ENDS = 500;

  /**
   * Nothing is claimed while so many ends wait to be stored: if the process died, all of these jobs
   * would run again.
   */
  static final int MAX_WAITING = 8 * MAX_ENDS;

  /** Most jobs given back by one statement. */
  static final int MAX_RETURNED = 1_000;

  /** Ends and marks wait this long for company while handlers still run. */
  static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** After this long it is tried again to store ends whose rows others had locked. */
  static final long LOCKED_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  static final long LOG_FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A start to be noted in the database. */
  record Mark(AttemptRef ref, long startedNanos) {}

  /**
   * What is to be stored by one transaction.
   *
   * @param returned never started
   * @param log of handlers that run; the ends bring their own
   */
  record Turn(List<End> ends, List<AttemptRef> returned, List<Mark> marks, List<Segment> log) {
    /** The part of it that concerns these attempts; or that does not, and the starts. */
    Turn about(Set<AttemptRef> attempts, boolean these) {
      return new Turn(
          ends.stream().filter(end -> attempts.contains(end.job().ref()) == these).toList(),
          returned.stream().filter(ref -> attempts.contains(ref) == these).toList(),
          these ? List.of() : marks,
          List.of());
    }
  }

  private final Deque<End> ends = new ArrayDeque<>();
  private final Deque<AttemptRef> returned = new ArrayDeque<>();
  private final Deque<End> lockedEnds = new ArrayDeque<>();
  private final Deque<AttemptRef> lockedReturned = new ArrayDeque<>();
  private final Map<AttemptRef, Mark> unmarked = new HashMap<>();
  private final List<Segment> log = new ArrayList<>();
  private final Set<AttemptRef> storing = new HashSet<>();
  private int turnsOut;
  private int storedEnds;
  private long firstEndNanos;
  private long lockedUntilNanos;
  private long nextLogFlushNanos;

  // ---- in ----

  /** Answers whether whoever waits for a turn may want to know. */
  boolean add(List<End> more, long now) {
    boolean first = ends.isEmpty();
    if (first) {
      firstEndNanos = now;
    }
    ends.addAll(more);
    more.forEach(end -> unmarked.remove(end.job().ref()));
    return first || ends.size() >= MAX_ENDS;
  }

  /** A job goes back to the database. */
  void giveBack(AttemptRef attempt) {
    returned.add(attempt);
    unmarked.remove(attempt);
  }

  /** A start is to be noted, unless its end comes first. */
  void note(AttemptRef attempt, long startedNanos) {
    unmarked.put(attempt, new Mark(attempt, startedNanos));
  }

  /** A start is to be noted by the next turn. */
  void noteNow(AttemptRef attempt, long now) {
    note(attempt, now - LINGER_NANOS);
  }

  /** The first handler begins to run. */
  void handlersRunFrom(long now) {
    nextLogFlushNanos = now + LOG_FLUSH_NANOS;
  }

  /** Others have by now what was to be given back or noted. */
  void leaseLost() {
    returned.clear();
    lockedReturned.clear();
    unmarked.clear();
  }

  // ---- out ----

  /** Lets what was locked go out again, if it has rested. */
  void tryLockedAgain(long now) {
    if (hasLocked() && now >= lockedUntilNanos) {
      if (!lockedEnds.isEmpty()) {
        ends.addAll(lockedEnds);
        firstEndNanos = now - LINGER_NANOS;
      }
      returned.addAll(lockedReturned);
      lockedEnds.clear();
      lockedReturned.clear();
    }
  }

  /**
   * Whether a turn should go out; beside one that is out, only a full statement is worth it. What
   * was locked does not count before {@link #tryLockedAgain}.
   */
  boolean isDue(long now, Collection<Execution> running) {
    return turnsOut > 0
        ? ends.size() >= MAX_ENDS
        : !returned.isEmpty()
            || endsAreDue(now, running)
            || marksAreDue(now)
            || logIsDue(now, running);
  }

  private boolean endsAreDue(long now, Collection<Execution> running) {
    return !ends.isEmpty()
        && (running.isEmpty() || ends.size() >= MAX_ENDS || now - firstEndNanos >= LINGER_NANOS);
  }

  private boolean marksAreDue(long now) {
    return unmarked.values().stream().anyMatch(mark -> isDue(mark, now));
  }

  private static boolean isDue(Mark mark, long now) {
    return now - mark.startedNanos() >= LINGER_NANOS;
  }

  private boolean logIsDue(long now, Collection<Execution> running) {
    return !running.isEmpty() && now >= nextLogFlushNanos;
  }

  /** How long nothing is due if nothing more comes in. */
  long untilDue(long now, Collection<Execution> running) {
    if (turnsOut > 0) {
      return LONGEST_WAIT_NANOS;
    }
    long wait = LONGEST_WAIT_NANOS;
    if (!ends.isEmpty()) {
      wait = Math.min(wait, firstEndNanos + LINGER_NANOS - now);
    }
    if (hasLocked()) {
      wait = Math.min(wait, lockedUntilNanos - now);
    }
    for (Mark mark : unmarked.values()) {
      wait = Math.min(wait, mark.startedNanos() + LINGER_NANOS - now);
    }
    if (!running.isEmpty()) {
      wait = Math.min(wait, nextLogFlushNanos - now);
    }
    return Math.max(1, wait);
  }

  /** Takes a turn out; it ends with {@link #stored} or {@link #putBack}. */
  Turn take(long now, Collection<Execution> running) {
    turnsOut++;
    List<End> someEnds = some(ends, MAX_ENDS);
    firstEndNanos = now;
    List<AttemptRef> someReturned = some(returned, MAX_RETURNED);
    someEnds.forEach(end -> storing.add(end.job().ref()));
    storing.addAll(someReturned);
    List<Mark> marks = new ArrayList<>();
    unmarked.values().removeIf(mark -> isDue(mark, now) && marks.add(mark));
    if (logIsDue(now, running)) {
      running.forEach(execution -> log.addAll(execution.takeLog()));
      nextLogFlushNanos = now + LOG_FLUSH_NANOS;
    }
    List<Segment> someLog = List.copyOf(log);
    log.clear();
    return new Turn(someEnds, someReturned, marks, someLog);
  }

  private static <T> List<T> some(Deque<T> from, int max) {
    List<T> some = new ArrayList<>();
    while (!from.isEmpty() && some.size() < max) {
      some.add(from.removeFirst());
    }
    return some;
  }

  /** The turn is over, and all of it is stored but what was {@link #putBackLocked}. */
  void stored(Turn turn) {
    turnsOut--;
    noLongerStoring(turn);
    storedEnds += turn.ends().size();
  }

  /** The turn failed: everything it took is put back, to be stored later. */
  void putBack(Turn turn) {
    turnsOut--;
    noLongerStoring(turn);
    turn.ends().reversed().forEach(ends::addFirst);
    turn.returned().reversed().forEach(returned::addFirst);
    log.addAll(turn.log());
    Set<AttemptRef> ended = new HashSet<>();
    ends.forEach(end -> ended.add(end.job().ref()));
    turn.marks().stream()
        .filter(mark -> !ended.contains(mark.ref()))
        .forEach(mark -> unmarked.putIfAbsent(mark.ref(), mark));
  }

  /** The rows of these attempts of a turn are locked by others: they are stored after a rest. */
  void putBackLocked(Turn part, long now) {
    noLongerStoring(part);
    if (!hasLocked()) {
      lockedUntilNanos = now + LOCKED_REST_NANOS;
    }
    lockedEnds.addAll(part.ends());
    lockedReturned.addAll(part.returned());
  }

  private boolean hasLocked() {
    return !lockedEnds.isEmpty() || !lockedReturned.isEmpty();
  }

  private void noLongerStoring(Turn turn) {
    turn.ends().forEach(end -> storing.remove(end.job().ref()));
    turn.returned().forEach(storing::remove);
  }

  // ---- what is in it ----

  /** Attempts whose end or return is not stored yet. */
  Set<AttemptRef> attempts() {
    Set<AttemptRef> attempts = new LinkedHashSet<>(storing);
    ends.forEach(end -> attempts.add(end.job().ref()));
    attempts.addAll(returned);
    lockedEnds.forEach(end -> attempts.add(end.job().ref()));
    attempts.addAll(lockedReturned);
    return attempts;
  }

  /** Whether a worker that ends may go, because nothing waits for a turn. */
  boolean nothingWaits() {
    return ends.isEmpty() && returned.isEmpty();
  }

  /** Whether everything that came in is stored. */
  boolean isEmpty() {
    return nothingWaits() && !hasLocked() && turnsOut == 0;
  }

  /** Whether there are so many ends that no more jobs should be claimed. */
  boolean isFull() {
    return ends.size() >= MAX_WAITING;
  }

  /** How many ends of attempts were stored. */
  int storedEnds() {
    return storedEnds;
  }
}
