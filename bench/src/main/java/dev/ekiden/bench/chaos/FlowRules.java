package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Event.Start;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Rules about what may run at one moment, checked by following attempts from event to event. */
final class FlowRules {
  private final List<Event> events;
  private final Known known;
  private final Names names;
  private final List<Violation> found = new ArrayList<>();

  private FlowRules(List<Event> events, Known known, Names names) {
    this.events = events;
    this.known = known;
    this.names = names;
  }

  static List<Violation> check(List<Event> events, Known known, Names names) {
    FlowRules rules = new FlowRules(events, known, names);
    rules.checkKeys();
    rules.checkLimits();
    rules.checkRates();
    rules.checkHolds();
    rules.checkInnocent();
    return rules.found;
  }

  private void broken(Rule rule, String how) {
    found.add(new Violation(rule, how));
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
    String queue = names.queue(event.queue());
    if (queue.equals(Load.NARROW)) {
      found.add(room(rooms, "queue " + queue, Load.NARROW_RUNNING, Long.MAX_VALUE));
    }
    if (queue.equals(Load.HEAVY)) {
      found.add(room(rooms, "queue " + queue, Integer.MAX_VALUE, Load.HEAVY_MILLI_VCPUS));
    }
    if (names.definition(event.definition()).equals("few")) {
      found.add(room(rooms, "definition few", Load.FEW_RUNNING, Long.MAX_VALUE));
    }
    if (event.group() != 0) {
      String group = names.group(event.group());
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
            .filter(event -> names.definition(event.definition()).equals("paced"))
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
            List.of("queue " + names.queue(event.queue()), "group " + names.group(event.group()))) {
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
