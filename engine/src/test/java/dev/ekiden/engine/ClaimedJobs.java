package dev.ekiden.engine;

import dev.ekiden.engine.store.ClaimTable.ClaimedJob;

/** Claimed jobs for tests of what a worker holds in memory. */
final class ClaimedJobs {
  static final long WORKER = 7;
  static final short QUEUE = 1;
  static final int DEFINITION = 3;

  private ClaimedJobs() {}

  /** In its first attempt, which is noted as started. */
  static ClaimedJob fresh(long id) {
    return job(id, 1, true, false);
  }

  /** One that a worker had before and died, maybe of it. */
  static ClaimedJob suspect(long id) {
    return job(id, 2, false, true);
  }

  private static ClaimedJob job(long id, int attempt, boolean marked, boolean suspect) {
    return new ClaimedJob(
        id,
        WORKER,
        QUEUE,
        DEFINITION,
        5,
        attempt,
        0,
        0,
        null,
        null,
        0,
        false,
        "{\"number\":1}",
        marked,
        false,
        suspect);
  }
}
