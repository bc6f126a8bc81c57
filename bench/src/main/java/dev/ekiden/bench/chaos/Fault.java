package dev.ekiden.bench.chaos;

import java.util.Locale;

/**
 * One fault of a plan.
 *
 * @param atMillis when it begins, from the start of the flow; at the end of the one before if that
 *     is later
 * @param worker number of the worker process it is aimed at, for kinds that have one
 * @param millis how long it lasts, or by how much the clock jumps
 */
record Fault(long atMillis, Kind kind, int worker, long millis) {
  /** What can be done to a run. */
  enum Kind {
    /** SIGKILL of a worker process. */
    KILL_WORKER(Aim.WORKER),
    /** SIGSTOP of a worker process until its lease is lost, then SIGCONT. */
    STOP_WORKER(Aim.WORKER),
    /** SIGTERM of a worker process, which drains. */
    DRAIN_WORKER(Aim.WORKER),
    /** A job that ends its Java virtual machine. */
    CRASH_JOB(Aim.NONE),
    /** SIGKILL of a PostgreSQL backend, upon which the server recovers as after a crash. */
    KILL_BACKEND(Aim.DATABASE),
    /** SIGKILL of the server's first process. */
    KILL_SERVER(Aim.DATABASE),
    /** The server is stopped and started. */
    RESTART_DATABASE(Aim.DATABASE),
    /** The server is stopped, and started after a while. */
    DATABASE_AWAY(Aim.DATABASE),
    /** One connection is ended by the server. */
    END_CONNECTION(Aim.WORKER),
    /** All connections of a worker are cut. */
    CUT(Aim.WORKER),
    /** The connections of a worker become slow. */
    DELAY(Aim.WORKER),
    /** The connections of a worker carry nothing, and say nothing. */
    BLACKHOLE(Aim.WORKER),
    /** All connections of whoever enqueues are cut. */
    CUT_PRODUCER(Aim.NONE),
    /** All connections of a worker's pool are held by somebody else. */
    EXHAUST_POOL(Aim.WORKER),
    /** The engine's clock jumps. */
    CLOCK_JUMP(Aim.NONE),
    /** No job of a queue starts for a while. */
    PAUSE_QUEUE(Aim.NONE),
    /** No job of a group starts for a while. */
    HOLD_GROUP(Aim.NONE),
    /** What runs of a group can no longer end its jobs. */
    ADVANCE_EPOCH(Aim.NONE);

    /** What a fault is aimed at. */
    enum Aim {
      NONE,
      WORKER,
      DATABASE
    }

    private final Aim aim;

    Kind(Aim aim) {
      this.aim = aim;
    }

    Aim aim() {
      return aim;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  @Override
  public String toString() {
    return "%8.3f s  %s%s%s"
        .formatted(
            atMillis / 1_000.0,
            kind,
            kind.aim() == Kind.Aim.WORKER ? " " + worker : "",
            millis == 0 ? "" : " (%d ms)".formatted(millis));
  }
}
