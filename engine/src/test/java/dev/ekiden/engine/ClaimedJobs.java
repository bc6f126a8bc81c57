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
    return job(QUEUE, DEFINITION, id, 1, true, false);
  }

  /** One that a worker had before and died, maybe of it. */
  static ClaimedJob suspect(long id) {
    return job(QUEUE, DEFINITION, id, 2, false, true);
  }

  /** A fresh one of another queue and definition. */
  static ClaimedJob of(short queueId, int definitionId, long id) {
    return job(queueId, definitionId, id, 1, true, false);
  }

  private static ClaimedJob job(
      short queueId, int definitionId, long id, int attempt, boolean marked, boolean suspect) {
    return new ClaimedJob(
        id,
        WORKER,
        queueId,
        definitionId,
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
