package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.BlockedReason;
import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.Admission.Room;
import dev.ekiden.engine.store.Admission.Verdict;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.GateTable.Candidate;
import dev.ekiden.engine.store.GateTable.Lane;
import dev.ekiden.engine.store.GateTable.Sight;
import dev.ekiden.engine.store.KeyTable.KeyState;
import dev.ekiden.engine.store.KeyTable.QueueKey;
import dev.ekiden.engine.store.LimitTable.Rule;
import dev.ekiden.engine.store.LimitTable.Scope;
import dev.ekiden.engine.store.LimitTable.Starts;
import dev.ekiden.engine.store.LimitTable.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One claim from a queue whose jobs have keys, groups or dependencies, or are limited: made under
 * the gate of the queue, so that what it counts stays true until it commits.
 *
 * <p>Jobs are looked at from the highest priority down, the lanes of a priority in fair shares.
 * What may start moves to {@code running}. What stands in the way of others is parked in {@code
 * blocked} (its key or its definition is full) or rests in {@code scheduled} (its rate). What only
 * its own lane can wait for (a full or held group, a full queue) stays where it is, and the claim
 * passes by.
 */
final class GatedClaim {
  /** Most times a claim looks at the lanes of a priority again because jobs were parked. */
  private static final int ROUNDS = 8;

  /** After this long a job is asked about again whose parent is about to end. */
  private static final long UNDECIDED_MICROS = 5_000;

  private final Handle handle;
  private final Order order;
  private final Admission admission;
  private final GateMemory memory;
  private final @Nullable Rule eachKey;
  private final @Nullable Short wakes;
  private final Set<Long> exhausted = new HashSet<>(); // lanes, by group
  private final Set<Long> stopped = new HashSet<>(); // lanes, by group
  private final Map<Long, Integer> startsOfKeys = new HashMap<>();
  private final List<ClaimedJob> claimed = new ArrayList<>();

  /** Jobs of SERIAL keys that this worker held before. */
  private final Set<Long> continuing = new HashSet<>();

  private final List<Long> impossible = new ArrayList<>(); // jobs that were ended
  private int room;
  private int met;
  private boolean full;
  private boolean plain; // what a lane may take is known without looking at its jobs
  private boolean alone; // claims one job that is to run without company
  private long nextMicros = Long.MAX_VALUE;

  /**
   * @param wakes whose claims the ends of these attempts make room for
   */
  private GatedClaim(
      Handle handle, Order order, Admission admission, GateMemory memory, @Nullable Short wakes) {
    this.memory = memory;
    this.wakes = wakes;
    this.handle = handle;
    this.order = order;
    this.admission = admission;
    this.eachKey = admission.rule(Scope.EACH_KEY, 0);
  }

  /** Claims in the order of priority and fair shares. */
  static Claim claim(Handle handle, Order order, GateMemory memory) {
    GatedClaim claim = begin(handle, order, memory);
    Sight sight = GateTable.sight(handle, order.queueId());
    if (sight.open()) {
      claim.takeLanes(claim.freeLimited() ? GateTable.sight(handle, order.queueId()) : sight);
    }
    return claim.end();
  }

  /** Claims the first job that a worker died under, if it may run. */
  static Claim claimLost(Handle handle, Order order) {
    GatedClaim claim = begin(handle, order, new GateMemory());
    if (GateTable.sight(handle, order.queueId()).open()) {
      claim.alone = true;
      claim.firstLost().ifPresent(candidate -> claim.take(List.of(candidate)));
    }
    return claim.end();
  }

  /** Whether {@link #claimLost} would find a job now. */
  static boolean lostMayRun(Handle handle, Order order) {
    return begin(handle, order, new GateMemory()).firstLost().isPresent();
  }

  /** The first job that a worker died under and that nothing keeps from running. */
  private Optional<Candidate> firstLost() {
    List<Candidate> lost = GateTable.lost(handle, order);
    prepare(lost.stream().map(Candidate::groupId).toList());
    Map<String, KeyState> states = keyStates(lost);
    Map<QueueKey, KeyKind> free = new HashMap<>();
    Candidate first = null;
    for (Candidate candidate : lost) {
      String key = candidate.key();
      KeyState state = key == null ? null : states.get(key);
      if (key != null && candidate.isSerial() && isBehindParked(candidate, state)) {
        free.put(new QueueKey(order.queueId(), key), KeyKind.SERIAL);
      }
      boolean outOfTurn =
          isTaken(candidate, state, 0)
              || (candidate.isSerial()
                  && state != null
                  && !Objects.equals(state.firstReady(), candidate.id()));
      Verdict verdict =
          admission.judge(candidate.definitionId(), candidate.groupId(), candidate.vcpus());
      if (first == null && !outOfTurn && verdict == Verdict.FITS) {
        first = candidate;
      }
    }
    // Else the parked one waits for nobody, and these for it.
    KeyTable.free(handle, free);
    return Optional.ofNullable(first);
  }

  private static GatedClaim begin(Handle handle, Order order, GateMemory memory) {
    boolean lockedAll = memory.spans();
    Gate.lockForClaim(handle, order.queueId(), lockedAll);
    List<Rule> rules = LimitTable.ofQueue(handle, order.queueId());
    boolean spans = rules.stream().anyMatch(rule -> rule.subject().queueId() == Gate.EVERY_QUEUE);
    if (spans && !lockedAll) {
      Gate.lock(handle, Gate.EVERY_QUEUE);
      rules = LimitTable.ofQueue(handle, order.queueId());
    }
    memory.spans(spans);
    List<Usage> usage =
        rules.isEmpty() ? List.of() : LimitTable.usage(handle, order.queueId(), spans);
    Short wakes = rules.isEmpty() ? null : spans ? Gate.EVERY_QUEUE : (Short) order.queueId();
    GatedClaim claim =
        new GatedClaim(handle, order, new Admission(order.queueId(), rules, usage), memory, wakes);
    claim.readRates();
    return claim;
  }

  private Claim end() {
    for (Room one : admission.rooms()) {
      if (one.used() > 0 && one.rule().subject().scope() != Scope.EACH_GROUP) {
        LimitTable.use(handle, one.rule(), Map.of(one.rule().subject().subject(), one.used()));
      }
    }
    Map<Long, Integer> startsOfGroups = new HashMap<>();
    admission
        .groups()
        .forEach((group, one) -> {
          if (one.used() > 0 && one.rule().subject().scope() == Scope.EACH_GROUP) {
            startsOfGroups.put(group, one.used());
          }
        });
    Rule eachGroup = admission.rule(Scope.EACH_GROUP, 0);
    if (eachGroup != null) {
      LimitTable.use(handle, eachGroup, startsOfGroups);
    }
    if (eachKey != null) {
      LimitTable.use(handle, eachKey, startsOfKeys);
    }
    nextMicros = Math.min(nextMicros, admission.nextMicros());
    // Last, for it locks what others wait for; what it makes READY here is claimed next.
    ArrayTable.endedAndTell(handle, impossible);
    boolean more = met > claimed.size() || (room == 0 && !full) || !impossible.isEmpty();
    return new Claim(claimed, more, nextMicros);
  }

  // ---- rates ----

  /** Reads what the rates of the rooms allow. */
  private void readRates() {
    for (Room one : admission.rooms()) {
      readRate(one, one.rule().subject().subject());
    }
    room = admission.atMost(order.max());
    full = room < order.max();
  }

  private void readRate(Room one, long subject) {
    Starts starts = LimitTable.starts(handle, one.rule(), List.of(subject)).get(subject);
    if (starts != null) {
      admission.starts(one, starts);
    }
  }

  /** Makes the rooms of groups known, with one look for those that share a rule. */
  private void prepare(Collection<Long> groupIds) {
    Map<Rule, List<Long>> fresh = new LinkedHashMap<>();
    for (long groupId : new LinkedHashSet<>(groupIds)) {
      if (!admission.groups().containsKey(groupId)) {
        Room one = admission.group(groupId);
        if (one != null) {
          fresh.computeIfAbsent(one.rule(), rule -> new ArrayList<>()).add(groupId);
        }
      }
    }
    fresh.forEach((rule, ids) ->
        LimitTable.starts(handle, rule, ids)
            .forEach((groupId, starts) -> {
              Room one = admission.groups().get(groupId);
              if (one != null) {
                admission.starts(one, starts);
              }
            }));
  }

  // ---- lanes ----

  /**
   * Jobs that were parked because their definition was full come back as far as it is not; answers
   * whether there were any.
   */
  private boolean freeLimited() {
    int freed = 0;
    for (Map.Entry<Integer, Room> one : admission.definitions().entrySet()) {
      int places = Admission.placesOf(one.getValue(), room);
      if (places > 0) {
        freed += GateTable.freeLimited(handle, order.queueId(), one.getKey(), places);
      }
    }
    return freed > 0;
  }

  private void takeLanes(Sight sight) {
    plain = !sight.decides() && admission.countsLanes();
    for (int priority : sight.priorities()) {
      if (room == 0) {
        return;
      }
      exhausted.clear();
      stopped.clear();
      takeLanes(priority);
    }
  }

  private void takeLanes(int priority) {
    List<Long> known = plain ? memory.groups(priority) : null;
    List<Lane> lanes = known == null ? List.of() : GateTable.lanes(handle, known);
    boolean all = known != null;
    for (int i = 0; i < ROUNDS && room > 0; i++) {
      if (!all) {
        long first = ThreadLocalRandom.current().nextLong();
        lanes =
            memory.look(priority, () -> GateTable.lanes(handle, order.queueId(), priority, first));
        all = lanes.size() < GateTable.MAX_LANES;
      }
      if (!takeLanes(priority, lanes)) {
        break;
      }
    }
    if (known != null && room > 0) {
      nextMicros = Math.min(nextMicros, memory.untilDueMicros(priority));
    }
  }

  /** Answers whether there may be more. */
  private boolean takeLanes(int priority, List<Lane> present) {
    List<Lane> lanes =
        present.stream()
            .filter(lane ->
                !lane.held()
                    && !exhausted.contains(lane.groupId())
                    && !stopped.contains(lane.groupId()))
            .toList();
    if (lanes.isEmpty()) {
      return false;
    }
    prepare(lanes.stream().map(Lane::groupId).toList());
    List<Integer> takes = admission.share(room, lanes);
    List<Long> groups = new ArrayList<>();
    List<Integer> wanted = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i++) {
      if (takes.get(i) > 0) {
        groups.add(lanes.get(i).groupId());
        wanted.add(takes.get(i));
      } else {
        waitFor(lanes.get(i).groupId());
      }
    }
    if (groups.isEmpty()) {
      return false;
    }
    Map<Long, Integer> got =
        plain ? claimLanes(priority, groups, wanted) : takeHeads(priority, groups, wanted);
    for (int i = 0; i < groups.size(); i++) {
      if (got.getOrDefault(groups.get(i), 0) < wanted.get(i)) {
        exhausted.add(groups.get(i));
      }
    }
    return !got.isEmpty();
  }

  /** Looks at the first jobs of lanes one by one; answers how many there were of each group. */
  private Map<Long, Integer> takeHeads(int priority, List<Long> groups, List<Integer> wanted) {
    List<Candidate> candidates = GateTable.heads(handle, order, priority, groups, wanted);
    Map<Long, Integer> found = new HashMap<>();
    candidates.forEach(candidate -> found.merge(candidate.groupId(), 1, Integer::sum));
    take(candidates);
    return found;
  }

  /** Claims the first jobs of lanes at once; answers how many there were of each group. */
  private Map<Long, Integer> claimLanes(int priority, List<Long> groups, List<Integer> wanted) {
    List<ClaimedJob> jobs =
        GateTable.claimLanes(
            handle,
            order,
            priority,
            groups,
            wanted,
            memory.above(priority, groups),
            Math.max(0, order.starting() - claimed.size()),
            wakes);
    Map<Long, Integer> found = new HashMap<>();
    for (ClaimedJob job : jobs) {
      found.merge(job.groupId(), 1, Integer::sum);
      admission.take(job.definitionId(), job.groupId(), 0); // no limit counts its vCPUs
      memory.claimed(job);
    }
    met += jobs.size();
    room -= jobs.size();
    claimed.addAll(jobs);
    return found;
  }

  /** A lane can take no more now; if that is a matter of time, the claim is to be made again. */
  private void waitFor(long groupId) {
    Room one = admission.groups().get(groupId);
    if (one != null) {
      nextMicros = Math.min(nextMicros, one.nextMicros());
    }
  }

  // ---- candidates ----

  /** Decides about jobs one by one, then moves them. */
  private void take(List<Candidate> found) {
    List<Candidate> candidates = decided(found);
    if (candidates.isEmpty()) {
      return;
    }
    Map<String, KeyState> states = keyStates(candidates);
    List<Candidate> outOfTurn = new ArrayList<>();
    List<Candidate> ordered = inOrderOfKeys(candidates, states, outOfTurn);
    prepare(ordered.stream().map(Candidate::groupId).toList());
    Map<Long, Starts> startsOfKeyHashes = keyStarts(ordered);
    Map<String, Integer> takenOfKeys = new HashMap<>();
    Set<String> coalesced = new LinkedHashSet<>();
    Set<String> waiting = new HashSet<>(); // SERIAL keys of which one had to wait
    Map<QueueKey, KeyKind> free = new HashMap<>();
    List<Candidate> taken = new ArrayList<>();
    List<Candidate> parkedByKey = new ArrayList<>(outOfTurn);
    met += outOfTurn.size();
    List<Candidate> parkedByLimit = new ArrayList<>();
    List<Candidate> postponed = new ArrayList<>();
    List<Long> postponedMicros = new ArrayList<>();
    for (Candidate candidate : ordered) {
      met++;
      String key = candidate.key();
      if (key != null && coalesced.contains(key)) {
        continue;
      }
      if (key != null
          && (waiting.contains(key)
              || isTaken(candidate, states.get(key), takenOfKeys.getOrDefault(key, 0)))) {
        parkedByKey.add(candidate);
        if (candidate.isSerial()) {
          waiting.add(key);
          if (isBehindParked(candidate, states.get(key))) {
            free.put(new QueueKey(order.queueId(), key), KeyKind.SERIAL);
          }
        }
        continue;
      }
      if (key != null && candidate.isSerial()) {
        waiting.add(key); // unless it is taken below
      }
      if (room == 0 || stopped.contains(candidate.groupId())) {
        met--;
        continue;
      }
      Verdict verdict =
          admission.judge(candidate.definitionId(), candidate.groupId(), candidate.vcpus());
      switch (verdict) {
        case FULL -> {
          met--;
          stopped.add(candidate.groupId());
          full = true;
          rooms(candidate).forEach(one -> nextMicros = Math.min(nextMicros, one.nextMicros()));
        }
        case DEFINITION_FULL -> parkedByLimit.add(candidate);
        case DEFINITION_TOO_FAST -> {
          Room one = admission.definitions().get(candidate.definitionId());
          postponed.add(candidate);
          postponedMicros.add(one == null ? 0 : one.nextMicros());
        }
        case FITS -> {
          Long hash = keyHash(candidate);
          Starts starts = hash == null ? null : startsOfKeyHashes.get(hash);
          if (hash != null
              && starts != null
              && starts.starts() <= startsOfKeys.getOrDefault(hash, 0)) {
            postponed.add(candidate);
            postponedMicros.add(starts.nextMicros());
            continue;
          }
          if (hash != null && eachKey != null) {
            startsOfKeys.merge(hash, 1, Integer::sum);
          }
          admission.take(candidate.definitionId(), candidate.groupId(), candidate.vcpus());
          room--;
          KeyState state = key == null ? null : states.get(key);
          if (candidate.isSerial() && state != null && state.mine() > 0) {
            continuing.add(candidate.id());
          }
          if (key != null) {
            takenOfKeys.merge(key, 1, Integer::sum);
            waiting.remove(key);
          }
          if (candidate.keyKind() == KeyKind.COALESCE && key != null) {
            coalesced.add(key);
          } else {
            taken.add(candidate);
          }
        }
      }
    }
    claimTaken(taken);
    claimed.addAll(
        CoalesceTable.claim(handle, order, List.copyOf(coalesced), claimed.size(), wakes, alone));
    GateTable.park(handle, BlockedReason.KEY, parkedByKey);
    KeyTable.free(handle, free);
    GateTable.park(handle, BlockedReason.LIMIT, parkedByLimit);
    GateTable.postpone(handle, postponed, postponedMicros);
  }

  // ---- dependencies ----

  /** The jobs that wait for no others; those that do are parked, or ended if it is in vain. */
  private List<Candidate> decided(List<Candidate> candidates) {
    List<Candidate> dependent = candidates.stream().filter(Candidate::dependent).toList();
    if (dependent.isEmpty()) {
      return candidates;
    }
    Map<Long, DependencyTable.Verdict> verdicts =
        DependencyTable.judge(handle, dependent.stream().map(Candidate::id).toList());
    List<Candidate> runs = new ArrayList<>();
    List<Candidate> waits = new ArrayList<>();
    Map<Candidate, String> vain = new LinkedHashMap<>();
    List<Long> decided = new ArrayList<>();
    for (Candidate candidate : candidates) {
      switch (verdicts.getOrDefault(candidate.id(), new DependencyTable.Verdict.Runs())) {
        case DependencyTable.Verdict.Runs verdict -> {
          runs.add(candidate);
          if (candidate.dependent()) {
            decided.add(candidate.id());
          }
        }
        case DependencyTable.Verdict.Waits verdict -> waits.add(candidate);
        case DependencyTable.Verdict.Undecided verdict ->
            nextMicros = Math.min(nextMicros, UNDECIDED_MICROS);
        case DependencyTable.Verdict.Impossible verdict -> vain.put(candidate, verdict.reason());
      }
    }
    GateTable.park(handle, BlockedReason.DEPENDENCY, waits);
    GateTable.end(handle, vain);
    freeKeys(vain.keySet());
    vain.keySet().forEach(candidate -> impossible.add(candidate.id()));
    decided.addAll(impossible);
    DependencyTable.forget(handle, decided);
    met += waits.size();
    return runs;
  }

  /** Those that wait for jobs that end without an attempt wait for nobody else. */
  private void freeKeys(Collection<Candidate> ended) {
    Map<QueueKey, KeyKind> free = new HashMap<>();
    for (Candidate candidate : ended) {
      String key = candidate.key();
      KeyKind kind = candidate.keyKind();
      if (key != null && kind != null && candidate.isSerial()) {
        free.put(new QueueKey(order.queueId(), key), kind);
      }
    }
    KeyTable.free(handle, free);
  }

  private List<Room> rooms(Candidate candidate) {
    Room group = admission.groups().get(candidate.groupId());
    return admission.rooms().stream()
        .filter(one ->
            one == group
                || one.rule().subject().scope() == Scope.QUEUE
                || one.rule().subject().scope() == Scope.EVERYTHING)
        .toList();
  }

  private void claimTaken(List<Candidate> taken) {
    if (taken.isEmpty()) {
      return;
    }
    Set<Long> starting =
        taken.stream()
            .limit(Math.max(0, order.starting() - claimed.size()))
            .map(Candidate::id)
            .collect(Collectors.toSet());
    Map<Long, String> payloads = GateTable.claim(handle, order, taken, starting, wakes);
    // In the order in which they were taken, which is that of their SERIAL keys.
    for (Candidate candidate : taken) {
      String payload = payloads.get(candidate.id());
      if (payload != null) {
        claimed.add(
            new ClaimedJob(
                candidate.id(),
                order.workerId(),
                order.queueId(),
                candidate.definitionId(),
                candidate.priority(),
                candidate.attempt() + 1,
                candidate.failures(),
                candidate.losses(),
                candidate.keyKind(),
                candidate.key(),
                candidate.groupId(),
                candidate.key() != null || wakes != null,
                payload,
                starting.contains(candidate.id()),
                continuing.contains(candidate.id()),
                false));
      }
    }
  }

  // ---- keys ----

  private Map<String, KeyState> keyStates(List<Candidate> candidates) {
    Set<String> keys = new LinkedHashSet<>();
    for (Candidate candidate : candidates) {
      if (candidate.key() != null) {
        keys.add(candidate.key());
      }
    }
    return keys.isEmpty()
        ? Map.of()
        : KeyTable.states(handle, order.queueId(), order.workerId(), keys);
  }

  /**
   * SERIAL keys run in the order of their ids, whatever their priorities: where several jobs of a
   * key are candidates, or one that is not its first, the first ones of the key come instead.
   *
   * @param outOfTurn gets the candidates whose turn it is not
   */
  private List<Candidate> inOrderOfKeys(
      List<Candidate> candidates, Map<String, KeyState> states, List<Candidate> outOfTurn) {
    Map<String, List<Candidate>> ofKeys = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      if (candidate.key() != null && candidate.isSerial()) {
        ofKeys.computeIfAbsent(candidate.key(), key -> new ArrayList<>()).add(candidate);
      }
    }
    ofKeys
        .entrySet()
        .removeIf(entry -> {
          KeyState state = states.get(entry.getKey());
          Long first = state == null ? null : state.firstReady();
          return entry.getValue().size() == 1
              && first != null
              && first == entry.getValue().getFirst().id();
        });
    if (ofKeys.isEmpty()) {
      return candidates;
    }
    Map<String, List<Candidate>> chains = new HashMap<>();
    List<Candidate> first = decided(GateTable.firstOfKeys(handle, order, ofKeys));
    // A job that rested when its key was looked at may be READY by now, and one of these.
    states.putAll(keyStates(first));
    for (Candidate candidate : first) {
      if (candidate.key() != null) {
        chains.computeIfAbsent(candidate.key(), key -> new ArrayList<>()).add(candidate);
      }
    }
    List<Candidate> ordered = new ArrayList<>();
    for (Candidate candidate : candidates) {
      List<Candidate> ofKey = candidate.key() == null ? null : ofKeys.get(candidate.key());
      if (ofKey == null) {
        ordered.add(candidate);
      } else if (ofKey.getFirst().equals(candidate)) {
        List<Candidate> chain =
            runnable(chains.getOrDefault(candidate.key(), List.of()), states.get(candidate.key()));
        ordered.addAll(chain);
        ofKey.stream().filter(other -> !chain.contains(other)).forEach(outOfTurn::add);
      }
    }
    return ordered;
  }

  /** The jobs of a key, if its first is among them, up to one that this claim must not take. */
  private List<Candidate> runnable(List<Candidate> chain, @Nullable KeyState state) {
    List<Candidate> runnable = new ArrayList<>();
    if (!chain.isEmpty()
        && state != null
        && !Objects.equals(state.firstReady(), chain.getFirst().id())) {
      return runnable; // the first has come since, or is asked about again
    }
    for (Candidate candidate : chain) {
      if (candidate.losses() > 0 || !order.definitionIds().contains(candidate.definitionId())) {
        break;
      }
      runnable.add(candidate);
    }
    return runnable;
  }

  /** Whether a job has to wait for others of its key. */
  private static boolean isTaken(Candidate candidate, @Nullable KeyState state, int taken) {
    KeyKind kind = candidate.keyKind();
    if (kind == null || state == null) {
      return false;
    }
    return switch (kind) {
      case COALESCE -> state.running() > 0;
      case LIMIT -> state.running() + taken >= candidate.keyLimit();
      case SERIAL, SERIAL_HOLD -> {
        // What this worker has of the key it runs one after the other, so it may take more.
        boolean others = state.running() > state.mine();
        Long parked = state.firstParked();
        yield others
            || state.held()
            || state.resting()
            || (parked != null && parked < candidate.id())
            || state.mine() + taken >= KeyTable.CHAIN;
      }
      case UNIQUE -> false;
    };
  }

  /**
   * Whether nothing but a parked job that goes before it keeps a job of a SERIAL key: then nobody
   * is there to free that one.
   */
  private static boolean isBehindParked(Candidate candidate, @Nullable KeyState state) {
    Long parked = state == null ? null : state.firstParked();
    return state != null
        && parked != null
        && parked < candidate.id()
        && state.running() == 0
        && !state.held()
        && !state.resting();
  }

  private @Nullable Long keyHash(Candidate candidate) {
    String key = candidate.key();
    return eachKey == null || key == null || candidate.keyKind() == KeyKind.COALESCE
        ? null
        : Hashes.of(key);
  }

  private Map<Long, Starts> keyStarts(List<Candidate> candidates) {
    if (eachKey == null) {
      return Map.of();
    }
    Set<Long> hashes = new HashSet<>();
    for (Candidate candidate : candidates) {
      Long hash = keyHash(candidate);
      if (hash != null) {
        hashes.add(hash);
      }
    }
    return LimitTable.starts(handle, eachKey, hashes);
  }
}
