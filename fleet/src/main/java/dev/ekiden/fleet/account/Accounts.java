package dev.ekiden.fleet.account;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Usage;
import dev.ekiden.engine.Usage.AttemptShare;
import dev.ekiden.engine.UsageReport;
import dev.ekiden.engine.UsageReport.Part;
import dev.ekiden.engine.UsageReport.WorkerTime;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.account.CostReport.By;
import dev.ekiden.fleet.account.CostReport.Row;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.cost.Money;
import dev.ekiden.fleet.cost.Price;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.postgres.Database;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What recorded history cost. Thread-safe.
 *
 * <p>A worker of a fleet is billed as its provider bills the task: from the part of the start-up
 * that is billed to its end, at least the minimum, in whole steps, at the price that the fleet has
 * for the class now. Any other worker is billed for the time it was there, as the capacity that is
 * assumed. An attempt costs what it took of its worker; what nothing took is idle.
 */
public final class Accounts {
  private final Database database;
  private final Engine engine;
  private final Capacity assumed;
  private final PriceList prices = PriceList.shipped();

  /**
   * @param assumed what workers are taken for that no fleet started, or whose fleet is gone
   */
  public Accounts(Database database, Engine engine, Capacity assumed) {
    this.database = database;
    this.engine = engine;
    this.assumed = assumed;
  }

  /** What an attempt cost, and what it ran on. */
  public record AttemptCost(
      int number,
      long workerId,
      @Nullable String fleet,
      @Nullable String capacityClass,
      Capacity capacity,
      Duration workerTime,
      Money cost) {}

  /** What workers are taken for that no fleet started. */
  public Capacity assumed() {
    return assumed;
  }

  /**
   * Reports on a time, or on what of it is known, see {@link Usage#KEPT}.
   *
   * @throws dev.ekiden.engine.InvalidRequestException when {@code from} is not before {@code to}
   */
  public CostReport report(Instant from, Instant to, ZoneId zone, By by) {
    UsageReport usage = engine.usage().read(from, to, zone, usageBy(by));
    Tasks tasks = tasks(usage.from(), usage.to());
    return new Reckoning(usage, tasks, zone, by).report();
  }

  /**
   * What ran in a time as a scenario.
   *
   * @param queue the only one, or null
   * @param definition the only one, or null
   * @throws dev.ekiden.engine.NotFoundException when there is no such queue or definition
   * @throws dev.ekiden.engine.InvalidRequestException when {@code from} is not before {@code to}
   */
  public Recording recording(
      Instant from, Instant to, @Nullable String queue, @Nullable String definition) {
    return Recording.of(database, engine, assumed, from, to, queue, definition);
  }

  /** What each attempt of a job cost that has started; oldest first. */
  public List<AttemptCost> ofJob(long id) {
    List<AttemptShare> shares = engine.usage().ofJob(id);
    SortedMap<Long, String> names =
        engine.usage().workerNames(shares.stream().map(AttemptShare::workerId).distinct().toList());
    Tasks tasks =
        database.withHandle(handle ->
            new Tasks(
                engine.clock().now(),
                TaskTimes.named(handle, names.values()),
                TaskTimes.fleets(handle)));
    List<AttemptCost> costs = new ArrayList<>();
    for (AttemptShare share : shares) {
      TaskTime task = tasks.named(names.getOrDefault(share.workerId(), ""));
      Capacity capacity = task == null ? assumed : tasks.capacity(task);
      costs.add(
          new AttemptCost(
              share.number(),
              share.workerId(),
              task == null ? null : task.fleet(),
              task == null ? null : task.capacityClass(),
              capacity,
              Duration.ofNanos(share.busyNanos()),
              capacity.cost(share.busyNanos(), RoundingMode.DOWN)));
    }
    return costs;
  }

  private Tasks tasks(Instant from, Instant to) {
    Instant now = engine.clock().now();
    return database.withHandle(
        handle -> new Tasks(now, TaskTimes.between(handle, from, to), TaskTimes.fleets(handle)));
  }

  private static Usage.By usageBy(By by) {
    return switch (by) {
      case DEFINITION -> Usage.By.DEFINITION;
      case QUEUE -> Usage.By.QUEUE;
      case GROUP -> Usage.By.GROUP;
      case FLEET, CLASS, DAY -> Usage.By.WORKER;
    };
  }

  /** Tasks of fleets and what they are. */
  private final class Tasks {
    private final Instant now;
    private final Map<String, TaskTime> byName = new LinkedHashMap<>();
    private final Map<String, FleetSpec> fleets;
    private final Map<List<String>, Capacity> capacities = new HashMap<>();

    Tasks(Instant now, List<TaskTime> tasks, Map<String, FleetSpec> fleets) {
      this.now = now;
      this.fleets = fleets;
      tasks.forEach(task -> byName.put(task.id(), task));
    }

    @Nullable TaskTime named(String worker) {
      return byName.get(worker);
    }

    Capacity capacity(TaskTime task) {
      return capacities.computeIfAbsent(
          List.of(task.fleet(), task.capacityClass()), key -> priced(task));
    }

    private Capacity priced(TaskTime task) {
      FleetSpec fleet = fleets.get(task.fleet());
      if (fleet == null) {
        return assumed;
      }
      String price = fleet.prices().get(new CapacityClass(task.capacityClass()));
      return new Capacity(price == null ? Price.FREE : prices.named(price), fleet.size());
    }
  }

  /** One report. Not thread-safe. */
  private final class Reckoning {
    private final UsageReport usage;
    private final Tasks tasks;
    private final ZoneId zone;
    private final By by;
    private final Map<@Nullable String, Cost> rows = new LinkedHashMap<>();
    private final Map<String, Long> lives = new HashMap<>();
    private final Set<Price> used = new LinkedHashSet<>();
    private Cost apart = Cost.ZERO;

    Reckoning(UsageReport usage, Tasks tasks, ZoneId zone, By by) {
      this.usage = usage;
      this.tasks = tasks;
      this.zone = zone;
      this.by = by;
    }

    private record DayOfWorker(int day, long workerId) {}

    CostReport report() {
      Map<DayOfWorker, WorkerTime> times = new LinkedHashMap<>();
      for (WorkerTime time : usage.workers()) {
        times.put(new DayOfWorker(time.day(), time.workerId()), time);
        lives.put(time.name(), time.lifeNanos());
      }
      Map<DayOfWorker, Money> working = new HashMap<>();
      for (Part part : usage.parts()) {
        DayOfWorker key = new DayOfWorker(part.day(), part.workerId());
        WorkerTime time = times.get(key);
        Money work = time == null ? Money.ZERO : cost(time, part.busyNanos(), RoundingMode.DOWN);
        working.merge(key, work, Money::plus);
        add(
            rowOf(part, time),
            new Cost(part.attempts(), part.runNanos(), 0, work, Money.ZERO, Money.ZERO));
      }
      times.forEach((key, time) -> {
        Money whole = cost(time, time.aliveNanos(), RoundingMode.UP);
        Money idle = minus(whole, working.getOrDefault(key, Money.ZERO));
        Cost cost = new Cost(0, 0, time.aliveNanos(), Money.ZERO, idle, Money.ZERO);
        addApart(time.day(), tasks.named(time.name()), cost);
      });
      startUps();
      List<Row> sorted = new ArrayList<>();
      rows.forEach((name, cost) -> sorted.add(new Row(name, cost)));
      if (by != By.DAY) {
        sorted.sort(Comparator.comparing((Row row) -> row.cost().total()).reversed());
      }
      Cost total = rows.values().stream().reduce(Cost.ZERO, Cost::plus).plus(apart);
      return new CostReport(
          usage.from(), usage.to(), by, sorted, apart, total, assumed, List.copyOf(used));
    }

    /** What is billed of tasks beyond the time in which they were workers, on their first day. */
    private void startUps() {
      for (TaskTime task : tasks.byName.values()) {
        Capacity capacity = tasks.capacity(task);
        Instant from = task.billedFrom(capacity.price()).orElse(null);
        if (from == null || from.isBefore(usage.from()) || !from.isBefore(usage.to())) {
          continue;
        }
        used.add(capacity.price());
        Money bill =
            capacity
                .price()
                .cost(capacity.size(), task.billed(capacity.price(), tasks.now).toMillis(), 1);
        long life = lives.getOrDefault(task.id(), 0L);
        Money asWorker = capacity.cost(billedOfLife(task, capacity, life), RoundingMode.UP);
        addApart(
            dayOf(from), task, new Cost(0, 0, 0, Money.ZERO, Money.ZERO, minus(bill, asWorker)));
      }
    }

    private Money cost(WorkerTime time, long nanos, RoundingMode rounding) {
      TaskTime task = tasks.named(time.name());
      Capacity capacity = task == null ? assumed : tasks.capacity(task);
      used.add(capacity.price());
      if (task == null || time.lifeNanos() == 0) {
        return capacity.cost(nanos, rounding);
      }
      // A worker that was lost counts until its lease ran out, and is billed to its task's end.
      long billed = billedOfLife(task, capacity, time.lifeNanos());
      return billed == time.lifeNanos()
          ? capacity.cost(nanos, rounding)
          : capacity.cost(scaled(nanos, billed, time.lifeNanos()), rounding);
    }

    private long billedOfLife(TaskTime task, Capacity capacity, long life) {
      return Math.min(life, task.billed(capacity.price(), tasks.now).toNanos());
    }

    private static long scaled(long nanos, long billed, long life) {
      return BigDecimal.valueOf(nanos)
          .multiply(BigDecimal.valueOf(billed))
          .divide(BigDecimal.valueOf(life), 0, RoundingMode.DOWN)
          .longValueExact();
    }

    private @Nullable String rowOf(Part part, @Nullable WorkerTime time) {
      return switch (by) {
        case DEFINITION, QUEUE, GROUP -> part.name();
        case DAY -> dayName(part.day());
        case FLEET, CLASS -> time == null ? null : nameOf(tasks.named(time.name()));
      };
    }

    /** Where what no job causes is told: in its row if rows have such, else apart. */
    private void addApart(int day, @Nullable TaskTime task, Cost cost) {
      switch (by) {
        case DEFINITION, QUEUE, GROUP -> apart = apart.plus(cost);
        case DAY -> add(dayName(day), cost);
        case FLEET, CLASS -> add(nameOf(task), cost);
      }
    }

    private @Nullable String nameOf(@Nullable TaskTime task) {
      if (task == null) {
        return null;
      }
      return by == By.FLEET ? task.fleet() : task.capacityClass();
    }

    private void add(@Nullable String name, Cost cost) {
      rows.merge(name, cost, Cost::plus);
    }

    private int dayOf(Instant time) {
      int day = 0;
      while (day + 1 < usage.days().size() && !time.isBefore(usage.days().get(day + 1))) {
        day++;
      }
      return day;
    }

    private String dayName(int day) {
      return usage.days().get(day).atZone(zone).toLocalDate().toString();
    }

    private static Money minus(Money whole, Money part) {
      BigDecimal rest = whole.dollars().subtract(part.dollars());
      return new Money(rest.signum() < 0 ? BigDecimal.ZERO : rest);
    }
  }
}
