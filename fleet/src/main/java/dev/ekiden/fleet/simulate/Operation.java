package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Times;
import java.time.Duration;

/** A way to run the jobs of a scenario; several stand side by side. */
public sealed interface Operation {
  String name();

  /** Jobs that one worker runs at once. */
  int slots();

  CapacityMix mix();

  /**
   * A fleet whose size is decided as in production.
   *
   * @param begin workers that are there at the beginning
   */
  record Scaled(String name, FleetSettings settings, int begin) implements Operation {
    public Scaled {
      Checks.range("begin", begin, 0, settings.max());
    }

    @Override
    public int slots() {
      return settings.slots();
    }

    @Override
    public CapacityMix mix() {
      return settings.mix();
    }
  }

  /**
   * A task of its own for each job, started when it arrives or ahead.
   *
   * @param warm tasks that wait ahead
   * @param max most tasks
   */
  record OwnTask(String name, CapacityMix mix, int warm, int max) implements Operation {
    public OwnTask {
      Checks.range("max", max, 1, FleetSettings.MAX_WORKERS);
      Checks.range("warm", warm, 0, max);
    }

    @Override
    public int slots() {
      return 1;
    }
  }

  /**
   * A batch that takes what is there, works it off, rests, and begins again: what comes meanwhile
   * waits for the next round. Its workers are there all the time.
   *
   * @param rest from the end of a round to the next: intervals, and starting what it runs on
   */
  record Loop(String name, CapacityMix mix, int workers, int slots, Duration rest)
      implements Operation {
    public Loop {
      Checks.range("workers", workers, 1, FleetSettings.MAX_WORKERS);
      Checks.range("slots", slots, 1, FleetSettings.MAX_SLOTS);
      Checks.range("rest", rest, Duration.ofMillis(1), Times.MAX);
    }
  }
}
