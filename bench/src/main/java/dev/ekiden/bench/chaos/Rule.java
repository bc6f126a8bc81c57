package dev.ekiden.bench.chaos;

/** What must hold whatever happens. */
enum Rule {
  NOTHING_LOST("nothing is lost"),
  NOTHING_LEFT("nothing is left parked or running"),
  ONE_STATE("a job stands in one state"),
  DEPTH("depths are exact at every moment"),
  ONE_START("an attempt is started once, and only when claimed"),
  ONE_END("a job ends once"),
  NO_DEAD_COMPLETION("no completion is accepted from a dead attempt"),
  EFFECT("what succeeded was done"),
  EFFECT_ONCE("what completeIn commits is done once"),
  CHECKPOINT("an attempt sees the last checkpoint"),
  DEPENDENCIES("a job starts when, and only when, what it waits for has ended so"),
  ARRAYS("an array job ends as its children do"),
  DEADLINES("nothing starts too late, and nothing is dropped too early"),
  NO_OVERLAP("jobs of a SERIAL or COALESCE key never overlap"),
  SERIAL_ORDER("SERIAL keys keep their order, and stop where they should"),
  LIMITS("no limit is exceeded"),
  RATES("no rate is exceeded"),
  NO_CHANGE_MISSED("COALESCE misses no change"),
  UNIQUE_ONCE("a UNIQUE key has one job"),
  COUNTS("failures and losses are counted right"),
  CANCELED("what was canceled is CANCELED"),
  HELD("nothing starts that is held or paused"),
  INNOCENT("a crashing job costs another one attempt at most"),
  INTERRUPTED("a fenced handler that holds a key is interrupted within 1 s"),
  RECOVERY("a dead worker's jobs are free in time"),
  OUTAGE("an outage restarts and loses no running attempt"),
  REFUSAL("an enqueue that fails stores nothing");

  private final String text;

  Rule(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
