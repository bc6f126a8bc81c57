package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.CalendarImport;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.engine.Engine;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.Reclaims;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.cli.CommandException;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the demonstration of a fleet plays, for it and for measurements of it: a burst of full
 * syncs, with low priority, and a trickle of changes, with high priority, for a fleet of one to
 * five worker processes, of which spot ones are taken away at random. Confined to one thread.
 */
public final class FleetLoad {
  /** The fleet's name. */
  public static final String FLEET = "calendar";

  /** Most workers of the fleet. */
  public static final int MOST = 5;

  private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration SCALE_IN_AFTER = Duration.ofSeconds(3);
  private static final Duration BETWEEN_CHANGES = Duration.ofMillis(200);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** S0's table, made for bursts of a demonstration's size. */
  private static final Steps STEPS =
      new Steps(
          List.of(
              new Step(0, 1),
              new Step(10, 2),
              new Step(25, 3),
              new Step(45, 4),
              new Step(70, MOST)));

  private final DemoContext context;
  private final CalendarRefresh refresh;
  private final HolidayCalendars holidays;
  private final Database database;
  private final Engine engine;
  private final Fleets fleets;
  private final TruthWriter writer;
  private final LocalDate today;

  public FleetLoad(DemoContext context, CalendarRefresh refresh, HolidayCalendars holidays) {
    this.context = context;
    this.refresh = refresh;
    this.holidays = holidays;
    this.database = context.services().database();
    this.engine = context.services().engine();
    this.fleets = context.fleets();
    this.writer = new TruthWriter(refresh.refreshes());
    this.today = LocalDate.ofInstant(context.services().clock().instant(), ZONE);
  }

  /** Imports the sample; its refreshes are left to the fleet. */
  public void importSample() throws IOException {
    engine.queues().pause(CalendarRefresh.LIVE_QUEUE, "the demonstration imports first");
    CalendarImport imports =
        new CalendarImport(database, writer, holidays, context.services().clock());
    new DemoFiles(context, imports, holidays, new DemoFigures()).play(SampleSize.SMALL, today);
    engine.queues().resume(CalendarRefresh.LIVE_QUEUE);
  }

  /**
   * The fleet.
   *
   * @param reclaims how spot workers are taken away
   */
  public static FleetSpec spec(Reclaims reclaims) {
    FleetSettings settings =
        FleetSettings.of(1, MOST, STEPS)
            .withMix(CapacityMix.onDemandToSpot(1, 5))
            .withScaleInAfter(SCALE_IN_AFTER);
    FleetSpec spec =
        FleetSpec.of(
            FLEET, List.of(CalendarRefresh.LIVE_QUEUE, CalendarRefresh.SYNC_QUEUE), settings);
    return spec.withGrace(GRACE)
        .withPrices(
            Map.of(
                CapacityClass.ON_DEMAND, "fargate-tokyo",
                CapacityClass.SPOT, "fargate-tokyo-spot"))
        .withReclaims(reclaims);
  }

  /**
   * Makes the fleet and waits until all that is there to do is done, and one worker is left.
   *
   * @param reclaims how spot workers are taken away
   */
  public void start(Reclaims reclaims) throws InterruptedException {
    context.say("A fleet of 1 to %d workers, 1 on demand to 5 spot, starts …".formatted(MOST));
    fleets.put(spec(reclaims));
    await("the first worker", () -> !working().isEmpty());
    await("the refreshes of the import", () -> left() == 0);
    awaitRest();
  }

  /** Asks for full syncs at once; answers how many jobs are there to do now. */
  public long burst(int syncs) {
    for (int number = 0; number < syncs; number++) {
      refresh.startFullSync();
    }
    return left();
  }

  /**
   * Makes a change now and then, and comes back when all is done.
   *
   * @param seed of the changes
   * @param changesFor how long there are changes; as long as anything is left to do if null
   * @param looked gets the jobs that are left, several times a second
   */
  public void trickle(long seed, @Nullable Duration changesFor, LongConsumer looked) {
    try (VisibilityProbe probe = new VisibilityProbe(database)) {
      LiveChanges changes = new LiveChanges(database, writer, probe, today, new Random(seed));
      long begin = System.nanoTime();
      long nextChange = begin;
      long nextLook = begin;
      long deadline = begin + PATIENCE.toNanos();
      long left = 1;
      while (true) {
        long now = System.nanoTime();
        if (now > deadline) {
          throw CommandException.failed("%d jobs did not end within %s".formatted(left, PATIENCE));
        }
        boolean goesOn = changesFor == null ? left > 0 : now - begin < changesFor.toNanos();
        if (now >= nextChange && goesOn) {
          changes.change();
          nextChange += BETWEEN_CHANGES.toNanos();
        }
        if (now >= nextLook) {
          left = left();
          looked.accept(left);
          nextLook = now + BETWEEN_LOOKS.toNanos();
          if (left == 0 && !goesOn) {
            return;
          }
        }
        long next = goesOn ? Math.min(nextChange, nextLook) : nextLook;
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
  }

  /** The classes of the workers that are there. */
  public List<CapacityClass> working() {
    return fleets.tasks(FLEET, false, Long.MAX_VALUE, Fleets.MAX_PAGE).stream()
        .filter(task -> task.readyAt() != null)
        .map(FleetTask::capacityClass)
        .toList();
  }

  /** The jobs that could run or do. */
  public long left() {
    return engine.queues().list().stream()
        .mapToLong(queue -> queue.ready() + queue.running() + queue.blocked())
        .sum();
  }

  /** Waits until the fleet has as many workers as without any work. */
  public void awaitRest() throws InterruptedException {
    await("the fleet to be one worker again", () -> working().size() <= 1);
  }

  /** Removes the fleet and waits for the end of its workers, which would go on without a server. */
  public void end() throws InterruptedException {
    fleets.remove(FLEET);
    await("the last worker to end", () -> fleets.tasks(FLEET, false, Long.MAX_VALUE, 1).isEmpty());
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw CommandException.failed("waited %s for %s".formatted(PATIENCE, what));
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }
}
