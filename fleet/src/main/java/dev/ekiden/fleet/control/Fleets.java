package dev.ekiden.fleet.control;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.control.Upkeep.Standing;
import dev.ekiden.fleet.control.store.DecisionTable;
import dev.ekiden.fleet.control.store.FleetTable;
import dev.ekiden.fleet.control.store.TaskTable;
import dev.ekiden.fleet.decide.MixRule;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.TaskId;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.LeaderLease;
import dev.ekiden.postgres.Migrations;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fleets of an installation, to look at and to change. Thread-safe. */
public final class Fleets {
  /** The module whose migrations make the tables. */
  public static final String MODULE = "fleet";

  /** Most decisions or tasks in one answer. */
  public static final int MAX_PAGE = 1_000;

  private final Database database;
  private final Engine engine;
  private final Launchers launchers;

  public Fleets(Database database, Engine engine, Launchers launchers) {
    this.database = database;
    this.engine = engine;
    this.launchers = launchers;
  }

  /** Makes or upgrades the tables; safe when several processes do so at once. */
  public static void migrate(Database database) {
    Migrations.apply(database, MODULE, LeaderLease.SCHEMA);
  }

  /** Refuses to go on where the tables are missing or not of this build. */
  public static void requireCurrentSchema(Database database) {
    Migrations.requireCurrent(database, MODULE, LeaderLease.SCHEMA);
  }

  /**
   * How many workers of a class there are.
   *
   * @param alive ready to work, busy or idle
   * @param idle of those, without a job
   */
  public record ClassCount(
      CapacityClass capacityClass, int alive, int idle, int starting, int draining) {}

  /**
   * How a fleet stands now.
   *
   * @param classes those of the mix in its order, then others that there still are workers of
   * @param demand what its queues ask of it now; arrivals are those of the last decision
   * @param last the last decision that was kept; null before the first
   * @param startingSince since when the first of those that start has been on its way; null if none
   */
  public record Standings(
      Fleet fleet,
      List<ClassCount> classes,
      Demand demand,
      @Nullable FleetDecision last,
      @Nullable Instant startingSince) {
    public int alive() {
      return classes.stream().mapToInt(ClassCount::alive).sum();
    }

    public int starting() {
      return classes.stream().mapToInt(ClassCount::starting).sum();
    }
  }

  /** The names of launchers that a fleet may have. */
  public Set<String> launcherNames() {
    return launchers.located().keySet();
  }

  /** All fleets by name. */
  public List<Fleet> list() {
    return database.withHandle(FleetTable::all);
  }

  public Optional<Fleet> find(String name) {
    return database.withHandle(handle -> FleetTable.find(handle, name));
  }

  /**
   * Refuses what {@link #put} would refuse; changes nothing.
   *
   * @throws InvalidSettingException if there is no such launcher, its workers could not live there,
   *     or they could run nothing
   */
  public void check(FleetSpec spec) {
    launchers.check(spec);
    List<String> programs =
        database.withHandle(handle -> FleetTable.queuesOfPrograms(handle, spec.queues()));
    if (!programs.isEmpty()) {
      throw new InvalidSettingException(
          "queues",
          ("queues: the jobs of %s run programs, which servers start themselves, as many at once as"
                  + " their --commands says; a fleet is for jobs that its workers run")
              .formatted(String.join(", ", programs)));
    }
  }

  /**
   * Makes a fleet, or changes it; one that is the same already stays as it is. The controller goes
   * by it within a second.
   *
   * @throws InvalidSettingException as {@link #check}
   */
  public Fleet put(FleetSpec spec) {
    check(spec);
    return database.inTransaction(handle -> {
      FleetTable.put(handle, spec);
      return FleetTable.find(handle, spec.name()).orElseThrow();
    });
  }

  /**
   * Changes a fleet, if nobody else did meanwhile.
   *
   * @return empty if the revision is another one by now, or there is no such fleet
   */
  public Optional<Fleet> put(FleetSpec spec, long revision) {
    check(spec);
    return database.inTransaction(handle ->
        FleetTable.put(handle, spec, revision)
            ? FleetTable.find(handle, spec.name())
            : Optional.<Fleet>empty());
  }

  /**
   * Removes a fleet: its workers finish what they have and end.
   *
   * @return whether there was one
   */
  public boolean remove(String name) {
    return database.withHandle(handle -> FleetTable.remove(handle, name));
  }

  /**
   * What was decided for a fleet, the newest first.
   *
   * @param before only decisions with a smaller id
   * @param max 1 to {@value #MAX_PAGE}
   */
  public List<FleetDecision> decisions(String name, long before, int max) {
    return database.withHandle(handle -> DecisionTable.ofFleet(handle, name, before, max));
  }

  /**
   * The tasks of a fleet, the newest first.
   *
   * @param ended whether also those that are over
   * @param before only tasks with a smaller number
   * @param max 1 to {@value #MAX_PAGE}
   */
  public List<FleetTask> tasks(String name, boolean ended, long before, int max) {
    return database.withHandle(handle -> TaskTable.ofFleet(handle, name, ended, before, max));
  }

  public Optional<FleetTask> task(TaskId id) {
    return database.withHandle(handle -> TaskTable.find(handle, id));
  }

  /**
   * What the launcher of a fleet would be asked for, to have its next worker; starts nothing.
   *
   * @return empty if there is no such fleet
   * @throws dev.ekiden.fleet.InvalidSettingException if its workers could not live there
   * @throws dev.ekiden.launch.LaunchException if the launcher refuses such a task, or cannot be
   *     asked
   */
  public Optional<String> plan(String name, WorkerProgram program) {
    return standings(name)
        .map(standings -> {
          Fleet fleet = standings.fleet();
          launchers.check(fleet.spec().withEnabled(true));
          Launchers.Located located = launchers.named(fleet.spec().launcher()).orElseThrow();
          Map<CapacityClass, Integer> present = new HashMap<>();
          standings
              .classes()
              .forEach(
                  count -> present.put(count.capacityClass(), count.alive() + count.starting()));
          FleetTask task =
              FleetTask.asked(
                  TaskId.of(name + "-next"),
                  0,
                  fleet,
                  new MixRule(fleet.spec().settings().mix(), present)
                      .launches(1, Set.of())
                      .getFirst(),
                  located,
                  Instant.EPOCH);
          return located.launcher().plan(program.task(fleet.spec(), task));
        });
  }

  /** The launcher that has a task, if this server has it. */
  public Optional<Launcher> launcherOf(FleetTask task) {
    return launchers
        .named(task.launcher())
        .filter(located -> located.place().equals(task.place()))
        .map(Launchers.Located::launcher);
  }

  /** How a fleet stands; a few small queries, and some for each of its queues. */
  public Optional<Standings> standings(String name) {
    return find(name).map(this::standings);
  }

  /** How all fleets stand, by name. */
  public List<Standings> standings() {
    return list().stream().map(this::standings).toList();
  }

  private Standings standings(Fleet fleet) {
    List<FleetTask> tasks = tasks(fleet.name(), false, Long.MAX_VALUE, Integer.MAX_VALUE);
    Map<String, WorkerSummary> workers = new HashMap<>();
    engine.workers().forEach(worker -> workers.put(worker.name(), worker));
    Instant now = database.withHandle(TaskTable::now);
    Sight sight = new Sight(now, Set.of(), Map.of(), Set.of(), workers);
    Map<CapacityClass, Map<Standing, Integer>> counts = new LinkedHashMap<>();
    fleet
        .spec()
        .settings()
        .mix()
        .classes()
        .forEach(one -> counts.put(one, new EnumMap<>(Standing.class)));
    Instant startingSince = null;
    for (FleetTask task : tasks) {
      Standing standing = Upkeep.standing(sight, task);
      counts
          .computeIfAbsent(task.capacityClass(), one -> new EnumMap<>(Standing.class))
          .merge(standing, 1, Integer::sum);
      if (standing == Standing.STARTING
          && (startingSince == null || task.askedAt().isBefore(startingSince))) {
        startingSince = task.askedAt();
      }
    }
    FleetDecision last =
        database.withHandle(handle -> DecisionTable.last(handle, fleet.name())).orElse(null);
    Demand demand = DemandReader.of(engine.queues().demand(fleet.spec().queues()));
    if (last != null) {
      demand =
          demand.withArrivals(
              last.observed().demand().arrivalsPerSecond(),
              demand.meanSeconds(),
              demand.squaredVariation());
    }
    List<ClassCount> classes =
        counts.entrySet().stream().map(entry -> count(entry.getKey(), entry.getValue())).toList();
    return new Standings(fleet, classes, demand, last, startingSince);
  }

  private static ClassCount count(CapacityClass capacityClass, Map<Standing, Integer> counts) {
    int idle = counts.getOrDefault(Standing.IDLE, 0);
    return new ClassCount(
        capacityClass,
        idle + counts.getOrDefault(Standing.BUSY, 0),
        idle,
        counts.getOrDefault(Standing.STARTING, 0),
        counts.getOrDefault(Standing.DRAINING, 0));
  }
}
