package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Event.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How soon fenced handlers that hold a key are interrupted when their process goes on. */
final class Interrupts {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /**
   * A process that stood still beyond its lease.
   *
   * @param process its name
   * @param resumedMillis when it went on, by the clock of the machine
   */
  record Stop(String process, long resumedMillis) {}

  private final List<Duration> times = new ArrayList<>();
  private final List<Violation> late = new ArrayList<>();

  private Interrupts() {}

  /** Looks what became of the handlers that held a key when their process was stopped. */
  static Interrupts of(List<Event> events, List<Stop> stops) {
    Interrupts found = new Interrupts();
    for (Stop stop : stops) {
      found.judge(events, stop);
    }
    return found;
  }

  private void judge(List<Event> events, Stop stop) {
    Set<Start> keyed = new HashSet<>();
    Map<Start, Long> open = new HashMap<>();
    Set<Start> fenced = new HashSet<>();
    for (Event event : events) {
      if (event.enters("RUNNING") && event.key() != null) {
        keyed.add(event.start());
      }
      if (event.leaves("RUNNING") && open.containsKey(event.start())) {
        fenced.add(event.start());
      }
      if (event.process() == null || !event.processName().equals(stop.process())) {
        continue;
      }
      boolean before = event.handlerMillis() <= stop.resumedMillis();
      if (event.is(Act.BEGIN) && before && keyed.contains(event.start())) {
        open.put(event.start(), Long.MAX_VALUE);
      } else if (event.isOfHandlerEnd() && open.containsKey(event.start())) {
        if (fenced.contains(event.start()) && !before) {
          open.put(event.start(), event.handlerMillis() - stop.resumedMillis());
        } else {
          open.remove(event.start());
        }
      }
    }
    open.forEach((start, millis) -> {
      if (!fenced.contains(start)) {
        return;
      }
      if (millis <= LIMIT.toMillis()) {
        times.add(Duration.ofMillis(millis));
      } else {
        late.add(
            new Violation(
                Rule.INTERRUPTED,
                "%s in %s %s"
                    .formatted(
                        start,
                        stop.process(),
                        millis == Long.MAX_VALUE
                            ? "was not"
                            : "was after %d ms".formatted(millis))));
      }
    });
  }

  List<Duration> times() {
    return times;
  }

  List<Violation> violations() {
    return late;
  }
}
