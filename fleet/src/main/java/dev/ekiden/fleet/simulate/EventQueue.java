package dev.ekiden.fleet.simulate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What happens next: a binary heap by time, and by the order of scheduling at the same time. Events
 * are not taken back; whoever handles one looks whether it still matters.
 */
final class EventQueue {
  /** What can happen, besides an arrival. */
  enum Kind {
    LOOK,
    STARTED,
    START_FAILED,
    JOB_ENDED,
    RETRY,
    RECLAIM_NOTICE,
    RECLAIMED,
    ROUND
  }

  /** Something that happens; {@code number} and {@code token} are what the kind takes them for. */
  static final class Event {
    final long at;
    final long order;
    final Kind kind;
    final @Nullable SimulatedWorker worker;
    final int number;
    final int token;

    Event(long at, long order, Kind kind, @Nullable SimulatedWorker worker, int number, int token) {
      this.at = at;
      this.order = order;
      this.kind = kind;
      this.worker = worker;
      this.number = number;
      this.token = token;
    }
  }

  /** When nothing more happens. */
  static final long NEVER = Long.MAX_VALUE;

  private @Nullable Event[] heap = new Event[256];
  private int size;
  private long order;

  void add(long at, Kind kind, @Nullable SimulatedWorker worker, int number, int token) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    Event event = new Event(at, order++, kind, worker, number, token);
    int place = size++;
    while (place > 0) {
      int parent = (place - 1) / 2;
      Event above = at(parent);
      if (!before(event, above)) {
        break;
      }
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  long nextAt() {
    return size == 0 ? NEVER : at(0).at;
  }

  Event poll() {
    Event first = at(0);
    Event last = at(--size);
    heap[size] = null;
    if (size > 0) {
      sink(last);
    }
    return first;
  }

  private void sink(Event event) {
    int place = 0;
    while (true) {
      int child = 2 * place + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && before(at(child + 1), at(child))) {
        child++;
      }
      Event below = at(child);
      if (!before(below, event)) {
        break;
      }
      heap[place] = below;
      place = child;
    }
    heap[place] = event;
  }

  private Event at(int place) {
    Event event = heap[place];
    if (event == null) {
      throw new IllegalStateException("nothing is scheduled");
    }
    return event;
  }

  private static boolean before(Event one, Event other) {
    return one.at < other.at || one.at == other.at && one.order < other.order;
  }
}
