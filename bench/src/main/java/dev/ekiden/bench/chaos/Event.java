package dev.ekiden.bench.chaos;

import org.jspecify.annotations.Nullable;

/**
 * A row of the history: a job entered or left a state, or an {@link Act}.
 *
 * @param transaction that wrote it
 * @param kind ENTER, LEAVE or the name of an act
 * @param state of ENTER and LEAVE; READY and so on, or the end
 * @param engineMicros the engine's time of a claim, else 0
 * @param handlerMillis the process's own time of an act, else 0
 */
record Event(
    long transaction,
    String kind,
    @Nullable String state,
    long job,
    int attempt,
    int queue,
    int definition,
    @Nullable String keyKind,
    @Nullable String key,
    long group,
    int vcpus,
    long engineMicros,
    @Nullable String process,
    @Nullable String note,
    long handlerMillis) {
  /** A start of a job. */
  record Start(long job, int attempt) {
    @Override
    public String toString() {
      return "job " + job + " (attempt " + attempt + ")";
    }
  }

  Start start() {
    return new Start(job, attempt);
  }

  boolean is(Act act) {
    return kind.equals(act.name());
  }

  boolean enters(String wanted) {
    return kind.equals("ENTER") && wanted.equals(state);
  }

  boolean leaves(String wanted) {
    return kind.equals("LEAVE") && wanted.equals(state);
  }

  /** Whether the state is one of those that end a job. */
  boolean isOfEnd() {
    return state != null
        && switch (state) {
          case "SUCCEEDED", "FAILED", "CANCELED" -> true;
          default -> false;
        };
  }

  /** Whether a handler has ended with it. */
  boolean isOfHandlerEnd() {
    return is(Act.DONE) || is(Act.FAILED) || is(Act.INTERRUPTED);
  }

  /** Name of the process that acted, without the number of the call. */
  String processName() {
    String text = String.valueOf(process);
    int comma = text.indexOf(", call");
    return comma < 0 ? text : text.substring(0, comma);
  }
}
