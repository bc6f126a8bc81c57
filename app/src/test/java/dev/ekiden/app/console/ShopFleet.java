package dev.ekiden.app.console;

import dev.ekiden.app.console.ShopWeek.Run;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Demand.Waiting;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.Workers;
import dev.ekiden.fleet.control.FleetDecision;
import dev.ekiden.fleet.control.FleetDecision.Launch;
import dev.ekiden.fleet.control.FleetDecision.Seen;
import dev.ekiden.fleet.control.FleetDecision.Stop;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.TaskEnding;
import dev.ekiden.fleet.control.store.DecisionTable;
import dev.ekiden.fleet.control.store.FleetTable;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.decide.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The week of the fleet that renders the shop's catalogue: a few pages in every hour of the day,
 * all of them once a day. How many workers there were is decided as the controller decides it.
 */
final class ShopFleet {
  static final String NAME = "catalogue";

  private static final Duration STEP = Duration.ofSeconds(5);
  private static final Duration DECISIONS_OF = Duration.ofHours(26);
  private static final Duration BEFORE_END = Duration.ofHours(3);
  private static final int PAGES = 900;
  private static final double AN_HOUR = 7;
  private static final double RECLAIMS_AN_HOUR = 0.05;

  private static final FleetSpec SPEC =
      new FleetSpec(
          NAME,
          true,
          List.of("catalogue"),
          "ecs",
          "registry.example/shop:42",
          FleetSettings.of(
                  0,
                  12,
                  new Steps(
                      List.of(
                          new Step(0, 0),
                          new Step(1, 1),
                          new Step(20, 4),
                          new Step(100, 8),
                          new Step(300, 12))))
              .withMix(CapacityMix.onDemandToSpot(1, 5))
              .withScaleInAfter(Duration.ofMinutes(3)),
          Size.of(1, 2_048),
          FleetSpec.DEFAULT_GRACE,
          FleetSpec.DEFAULT_START_TIMEOUT,
          new TreeMap<>(
              Map.of(
                  CapacityClass.ON_DEMAND, "fargate-tokyo",
                  CapacityClass.SPOT, "fargate-tokyo-spot")),
          null);

  private static final String ADD_TASK =
      """
      INSERT INTO ekiden.fleet_task
        (id, number, fleet, revision, class, launcher, place, asked_at, launched_at, started_at,
         ready_at, first_claim_at, retire_at, retire_reason, reclaimed_at, ended_at, ending, detail,
         removed_at)
      VALUES (:id, :number, :fleet, 1, :class, 'ecs', 'shop', :asked_at, :launched_at, :started_at,
              :ready_at, :ready_at, :retire_at, :retire_reason, :reclaimed_at, :ended_at, :ending, :detail, :ended_at)
      """;

  private static final String ADD_WORKER =
      """
      INSERT INTO ekiden.usage_worker (id, name, slots, started_at, ended_at)
      VALUES (:worker_id, :id, 1, :ready_at, :ended_at)
      """;

  private static final String NUMBER = "SELECT nextval('ekiden.fleet_task_number')";

  private static final String WORKER_ID =
      "SELECT nextval(pg_get_serial_sequence('ekiden.worker', 'id'))";

  private final Handle handle;
  private final Random random;
  private final Deque<Instant> waiting = new ArrayDeque<>();
  private final List<Member> members = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private Memory memory = Memory.NONE;
  private int desired;
  private Instant keptAt = Instant.MIN;

  ShopFleet(Handle handle, Random random) {
    this.handle = handle;
    this.random = random;
  }

  /** A worker from its being asked for to its end. */
  private static final class Member {
    final long number;
    final long workerId;
    final String id;
    final CapacityClass capacityClass;
    final Instant askedAt;
    final Instant readyAt;
    boolean ready;
    Instant busyUntil = Instant.MIN;
    @Nullable Instant retireAt;
    @Nullable Instant reclaimedAt;

    Member(long number, long workerId, CapacityClass capacityClass, Instant askedAt, int millis) {
      this.number = number;
      this.workerId = workerId;
      this.id = "%s-%d-%s".formatted(NAME, number, Long.toString(number * 7_919 % 46_656, 36));
      this.capacityClass = capacityClass;
      this.askedAt = askedAt;
      this.readyAt = askedAt.plusMillis(millis);
    }

    boolean isIdle(Instant now) {
      return ready && !busyUntil.isAfter(now);
    }
  }

  /** What ran. */
  List<Run> play(Instant begin, Instant end) {
    FleetTable.put(handle, SPEC);
    for (Instant now = begin; now.isBefore(end) || !members.isEmpty(); now = now.plus(STEP)) {
      if (now.isBefore(end)) {
        arrive(now, Duration.between(now, end));
      }
      end(now);
      start(now);
      decide(now, now.isAfter(end.minus(DECISIONS_OF)));
    }
    return runs;
  }

  private void arrive(Instant now, Duration left) {
    double chance = AN_HOUR * ShopWeek.daylight(now) * STEP.toSeconds() / 3_600;
    if (random.nextDouble() < chance) {
      waiting.add(now);
    }
    if ((left.toSeconds() - BEFORE_END.toSeconds()) % 86_400 < STEP.toSeconds()
        && left.compareTo(BEFORE_END) >= 0) {
      for (int page = 0; page < PAGES; page++) {
        waiting.add(now);
      }
    }
  }

  private void start(Instant now) {
    for (Member member : members) {
      boolean wanted = member.isIdle(now) && member.retireAt == null && member.reclaimedAt == null;
      if (!wanted || waiting.isEmpty()) {
        continue;
      }
      Instant created = waiting.remove();
      Instant ended = now.plusMillis(random.nextInt(45_000, 140_000));
      member.busyUntil = ended;
      runs.add(
          new Run(
              "render-page",
              ShopWeek.customer(random),
              created,
              now.plusMillis(3),
              ended,
              member.workerId,
              random.nextInt(150) == 0));
    }
  }

  private void end(Instant now) {
    double chance = RECLAIMS_AN_HOUR * STEP.toSeconds() / 3_600;
    members.removeIf(member -> {
      member.ready |= !member.readyAt.isAfter(now);
      if (member.ready
          && member.capacityClass.equals(CapacityClass.SPOT)
          && member.reclaimedAt == null
          && random.nextDouble() < chance) {
        member.reclaimedAt = now;
      }
      boolean ends = member.isIdle(now) && (member.reclaimedAt != null || member.retireAt != null);
      if (ends) {
        write(member, later(now, member.busyUntil));
      }
      return ends;
    });
  }

  private void decide(Instant now, boolean kept) {
    Map<CapacityClass, Workers> workers = new HashMap<>();
    for (CapacityClass one : SPEC.settings().mix().classes()) {
      List<Member> its =
          members.stream()
              .filter(member -> member.capacityClass.equals(one))
              .filter(member -> member.retireAt == null && member.reclaimedAt == null)
              .toList();
      int alive = (int) its.stream().filter(member -> member.ready).count();
      int idle = (int) its.stream().filter(member -> member.isIdle(now)).count();
      workers.put(one, Workers.of(alive, idle, its.size() - alive));
    }
    Demand demand =
        new Demand(
            waiting.isEmpty()
                ? List.of()
                : List.of(
                    new Waiting(
                        5,
                        waiting.size(),
                        Duration.between(waiting.peek(), now),
                        92.0 * waiting.size())),
            (int) members.stream().filter(member -> member.busyUntil.isAfter(now)).count(),
            null,
            waiting.size() > 20 ? 0.5 : 0.002,
            92,
            0.1,
            Duration.ofSeconds(52));
    Observed observed = new Observed(workers, demand);
    Decision decision = Scaling.decide(now, observed, SPEC.settings(), memory);
    memory = decision.memory();
    List<Launch> launches = new ArrayList<>();
    for (Placement placement : decision.launches()) {
      Member member =
          new Member(
              number(NUMBER),
              number(WORKER_ID),
              placement.capacityClass(),
              now,
              random.nextInt(44_000, 54_000));
      members.add(member);
      launches.add(new Launch(member.id, member.capacityClass.name(), null));
    }
    List<Stop> stops = new ArrayList<>();
    for (Decision.Stop stop : decision.stops()) {
      members.stream()
          .filter(member -> member.capacityClass.equals(stop.capacityClass()))
          .filter(member -> member.isIdle(now) && member.retireAt == null)
          .limit(stop.workers())
          .forEach(member -> {
            member.retireAt = now;
            stops.add(new Stop(member.id, member.capacityClass.name()));
          });
    }
    boolean told =
        !launches.isEmpty()
            || !stops.isEmpty()
            || decision.desired() != desired
            || keptAt.plusSeconds(60).isBefore(now);
    desired = decision.desired();
    if (kept && told) {
      keptAt = now;
      DecisionTable.add(
          handle,
          new FleetDecision(
              0,
              NAME,
              now,
              1,
              1,
              decision.desired(),
              Seen.of(observed),
              launches,
              stops,
              decision.reason(),
              decision.why(),
              decision.rejected()));
    }
  }

  private void write(Member member, Instant endedAt) {
    boolean reclaimed = member.reclaimedAt != null;
    handle
        .createUpdate(ADD_TASK)
        .bind("id", member.id)
        .bind("number", member.number)
        .bind("fleet", NAME)
        .bind("class", member.capacityClass.name())
        .bind("asked_at", member.askedAt)
        .bind("launched_at", member.readyAt.minusSeconds(20))
        .bind("started_at", member.readyAt.minusSeconds(13))
        .bind("ready_at", member.readyAt)
        .bind("retire_at", member.retireAt)
        .bind(
            "retire_reason",
            member.retireAt == null ? null : "there were more workers than were needed")
        .bind("reclaimed_at", member.reclaimedAt)
        .bind("ended_at", endedAt)
        .bind("ending", (reclaimed ? TaskEnding.RECLAIMED : TaskEnding.RETIRED).name())
        .bind("detail", reclaimed ? "taken away by the place" : "not needed any more")
        .execute();
    handle
        .createUpdate(ADD_WORKER)
        .bind("worker_id", member.workerId)
        .bind("id", member.id)
        .bind("ready_at", member.readyAt)
        .bind("ended_at", endedAt)
        .execute();
  }

  private long number(String sql) {
    return handle.createQuery(sql).mapTo(Long.class).one();
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
