package dev.ekiden.engine.store;

import dev.ekiden.engine.store.GateTable.Lane;
import dev.ekiden.engine.store.LimitTable.Rule;
import dev.ekiden.engine.store.LimitTable.Scope;
import dev.ekiden.engine.store.LimitTable.Starts;
import dev.ekiden.engine.store.LimitTable.Usage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What limits and fair sharing let a claim take: how much room is left under each rule, and whose
 * turn it is. Knows nothing of the database. Not thread-safe.
 */
final class Admission {
  /** What a job must pass, the first that refuses it. */
  enum Verdict {
    /** It may start. */
    FITS,
    /** Too much runs in all, in the queue, or in its group. */
    FULL,
    /** Too much of its definition runs. */
    DEFINITION_FULL,
    /** Too many jobs of its definition have started lately. */
    DEFINITION_TOO_FAST
  }

  /** The room that is left under one rule. */
  static final class Room {
    private final Rule rule;
    private long running;
    private long vcpus;
    private long starts = Long.MAX_VALUE;
    private long nextMicros = Long.MAX_VALUE;
    private int used;

    private Room(Rule rule) {
      this.rule = rule;
      this.running = rule.running() == null ? Long.MAX_VALUE : rule.running();
      Long limit = rule.vcpus();
      this.vcpus = limit == null ? Long.MAX_VALUE : limit;
    }

    Rule rule() {
      return rule;
    }

    /** How many were taken. */
    int used() {
      return used;
    }

    /** When its rate allows another start; {@link Long#MAX_VALUE} when no rate is in the way. */
    long nextMicros() {
      return starts < 1 ? nextMicros : Long.MAX_VALUE;
    }

    private void runs(Usage usage) {
      running -= usage.running();
      vcpus -= usage.vcpus();
    }

    private boolean hasPlace(int jobVcpus) {
      return running >= 1 && vcpus >= jobVcpus;
    }

    private boolean fits(int jobVcpus) {
      return hasPlace(jobVcpus) && starts >= 1;
    }

    private long most() {
      return Math.max(0, Math.min(running, starts));
    }

    /** How many jobs of so many vCPUs each may start now, of so many wanted. */
    long places(long jobVcpus, long wanted) {
      return Math.max(0, Math.min(wanted, Math.min(most(), vcpus / jobVcpus)));
    }

    private void take(int jobVcpus) {
      running--;
      vcpus -= jobVcpus;
      starts--;
      used++;
    }
  }

  private final List<Rule> rules;
  private final List<Usage> usage;
  private final short queueId;
  private final @Nullable Room everything;
  private final @Nullable Room queue;
  private final Map<Integer, Room> definitions = new HashMap<>();
  private final Map<Long, Room> groups = new HashMap<>();
  private final Map<Long, Integer> runningOfGroups = new HashMap<>();
  private final @Nullable Rule eachGroup;

  /**
   * @param rules that concern the queue
   * @param usage what runs: in the queue, or in all queues if a rule spans them
   */
  Admission(short queueId, List<Rule> rules, List<Usage> usage) {
    this.rules = rules;
    this.usage = usage;
    this.queueId = queueId;
    this.everything = room(Scope.EVERYTHING, 0);
    this.queue = room(Scope.QUEUE, 0);
    this.eachGroup = rule(Scope.EACH_GROUP, 0);
    for (Rule rule : rules) {
      if (rule.subject().scope() == Scope.DEFINITION) {
        Room room = new Room(rule);
        usage.stream()
            .filter(one -> one.definitionId() == rule.subject().subject())
            .forEach(room::runs);
        definitions.put(Math.toIntExact(rule.subject().subject()), room);
      }
    }
    for (Usage one : usage) {
      if (one.queueId() == queueId) {
        runningOfGroups.merge(one.groupId(), one.running(), Integer::sum);
      }
    }
  }

  private @Nullable Room room(Scope scope, long subject) {
    Rule rule = rule(scope, subject);
    if (rule == null) {
      return null;
    }
    Room room = new Room(rule);
    usage.stream()
        .filter(one -> scope == Scope.EVERYTHING || one.queueId() == queueId)
        .forEach(room::runs);
    return room;
  }

  @Nullable Rule rule(Scope scope, long subject) {
    for (Rule rule : rules) {
      if (rule.subject().scope() == scope && rule.subject().subject() == subject) {
        return rule;
      }
    }
    return null;
  }

  /** The rule that limits a group, if any. */
  @Nullable Rule ruleOfGroup(long groupId) {
    if (groupId == 0) {
      return null;
    }
    Rule own = rule(Scope.GROUP, groupId);
    return own == null ? eachGroup : own;
  }

  /** All rooms made so far. */
  List<Room> rooms() {
    List<Room> rooms = new ArrayList<>(definitions.values());
    rooms.addAll(groups.values());
    if (everything != null) {
      rooms.add(everything);
    }
    if (queue != null) {
      rooms.add(queue);
    }
    return rooms;
  }

  Map<Integer, Room> definitions() {
    return definitions;
  }

  Map<Long, Room> groups() {
    return groups;
  }

  /** Makes a group's room known; to be called before its jobs are asked about. */
  @Nullable Room group(long groupId) {
    Rule rule = ruleOfGroup(groupId);
    if (rule == null) {
      return null;
    }
    return groups.computeIfAbsent(
        groupId,
        id -> {
          Room room = new Room(rule);
          usage.stream().filter(one -> one.groupId() == id).forEach(room::runs);
          return room;
        });
  }

  /** Says what a rate allows. */
  void starts(Room room, Starts starts) {
    room.starts = starts.starts() - room.used;
    room.nextMicros = starts.nextMicros();
  }

  /** How many jobs the queue may start at all, of so many wanted. */
  int atMost(int wanted) {
    long most = wanted;
    if (everything != null) {
      most = Math.min(most, everything.most());
    }
    if (queue != null) {
      most = Math.min(most, queue.most());
    }
    return (int) most;
  }

  /** The same for jobs of so many vCPUs each. */
  long places(long jobVcpus, long wanted) {
    long places = wanted;
    if (everything != null) {
      places = everything.places(jobVcpus, places);
    }
    return queue == null ? places : queue.places(jobVcpus, places);
  }

  /** When a rate of the whole queue allows another start, if one is in the way. */
  long nextMicros() {
    return Math.min(
        everything == null ? Long.MAX_VALUE : everything.nextMicros(),
        queue == null ? Long.MAX_VALUE : queue.nextMicros());
  }

  /** How many jobs of a definition may start now. */
  static int placesOf(Room room, int atMost) {
    return (int) Math.min(atMost, room.most());
  }

  /**
   * Shares places among lanes: each goes to the group with the fewest running jobs for its weight,
   * ties in the order of the lanes. To be called after {@link #group} for each of them.
   *
   * @return how many each lane may take, in their order
   */
  List<Integer> share(int places, List<Lane> lanes) {
    int[] takes = new int[lanes.size()];
    PriorityQueue<double[]> turns =
        new PriorityQueue<>(
            Comparator.<double[]>comparingDouble(turn -> turn[0])
                .thenComparingDouble(turn -> turn[1]));
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get(i);
      if (!lane.held()) {
        int running = runningOfGroups.getOrDefault(lane.groupId(), 0);
        turns.add(new double[] {(running + 1) / lane.weight(), i});
      }
    }
    int left = places;
    while (left > 0 && !turns.isEmpty()) {
      double[] turn = turns.remove();
      int i = (int) turn[1];
      Lane lane = lanes.get(i);
      Room room = groups.get(lane.groupId());
      if (room != null && room.most() <= takes[i]) {
        continue;
      }
      takes[i]++;
      left--;
      turns.add(new double[] {turn[0] + 1 / lane.weight(), i});
    }
    List<Integer> result = new ArrayList<>(takes.length);
    for (int take : takes) {
      result.add(take);
    }
    return result;
  }

  /** Whether counts of jobs are all that the limits of lanes ask for: see {@link #share}. */
  boolean countsLanes() {
    return definitions.isEmpty() && rules.stream().allMatch(rule -> rule.vcpus() == null);
  }

  /** Whether a job may start under the limits. */
  Verdict judge(int definitionId, long groupId, int vcpus) {
    Room group = groups.get(groupId);
    if ((everything != null && !everything.fits(vcpus))
        || (queue != null && !queue.fits(vcpus))
        || (group != null && !group.fits(vcpus))) {
      return Verdict.FULL;
    }
    Room definition = definitions.get(definitionId);
    if (definition == null || definition.fits(vcpus)) {
      return Verdict.FITS;
    }
    return definition.hasPlace(vcpus) ? Verdict.DEFINITION_TOO_FAST : Verdict.DEFINITION_FULL;
  }

  /** A job is taken. */
  void take(int definitionId, long groupId, int vcpus) {
    runningOfGroups.merge(groupId, 1, Integer::sum);
    for (Room room :
        new Room[] {everything, queue, groups.get(groupId), definitions.get(definitionId)}) {
      if (room != null) {
        room.take(vcpus);
      }
    }
  }
}
