package dev.ekiden.engine.store;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.GateTable.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a worker remembers of a queue between its claims under the gate, so that not each of them
 * looks it up. Only hints: which lanes have jobs, and how far each was claimed. To look at the
 * lanes anew means to walk over the rows of jobs that were claimed and are not vacuumed yet, so it
 * is done at once where it is quick, and where it is slow no more than now and then ({@link Pace}).
 * What a claim may miss by that it is told to look for {@linkplain #untilDueMicros when that is
 * due}. Not thread-safe.
 */
public final class GateMemory {
  /** A look at the lanes that takes no longer is made with each claim. */
  static final Duration FREE = Duration.ofNanos(500_000);

  /** A look at the lanes rests so many times as long as it took. */
  static final int REST_FACTOR = 30;

  /** The lanes of one priority. */
  private static final class Lanes {
    private final Pace looks;
    private final Map<Long, Long> above = new HashMap<>(); // by group
    private List<Long> groups = List.of();
    private boolean all;

    private Lanes(Pace looks) {
      this.looks = looks;
    }
  }

  private final @Nullable Lanes[] priorities = new @Nullable Lanes[JobDefinition.MAX_PRIORITY + 1];
  private final LongSupplier nanoTime;
  private boolean spans;

  /** Nothing. */
  public GateMemory() {
    this(System::nanoTime);
  }

  /**
   * Nothing.
   *
   * @param nanoTime a clock of tests
   */
  public GateMemory(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether some limit that the queue must keep was seen to span queues. */
  boolean spans() {
    return spans;
  }

  void spans(boolean seen) {
    spans = seen;
  }

  /**
   * The groups whose jobs are all there are of a priority, as far as is known; null if that is to
   * be looked up.
   */
  @Nullable List<Long> groups(int priority) {
    Lanes lanes = priorities[priority];
    return lanes == null || !lanes.all || lanes.looks.isDue() ? null : lanes.groups;
  }

  /** Looks the lanes of a priority up and remembers them. */
  List<Lane> look(int priority, Supplier<List<Lane>> look) {
    Lanes lanes = lanes(priority);
    List<Lane> found = lanes.looks.time(look);
    lanes.groups = found.stream().map(Lane::groupId).toList();
    lanes.all = found.size() < GateTable.MAX_LANES;
    lanes.above.clear();
    return found;
  }

  /** Ids behind which the lanes of these groups go on, in their order. */
  List<Long> above(int priority, List<Long> groups) {
    Map<Long, Long> above = lanes(priority).above;
    List<Long> ids = new ArrayList<>(groups.size());
    groups.forEach(group -> ids.add(above.getOrDefault(group, 0L)));
    return ids;
  }

  void claimed(ClaimedJob job) {
    lanes(job.priority()).above.merge(job.groupId(), job.id(), Math::max);
  }

  /** How long until what is remembered of a priority is looked up again; at least 1. */
  long untilDueMicros(int priority) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMicros(lanes(priority).looks.untilDue()));
  }

  private Lanes lanes(int priority) {
    Lanes lanes = priorities[priority];
    if (lanes == null) {
      lanes = new Lanes(new Pace(FREE, REST_FACTOR, nanoTime));
      priorities[priority] = lanes;
    }
    return lanes;
  }
}
