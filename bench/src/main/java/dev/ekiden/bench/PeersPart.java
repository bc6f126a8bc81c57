package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload;

/** The same task by others, each in its best documented configuration. */
final class PeersPart implements Part {
  private static final double GOAL_AGAINST_GRAPHILE = 2;

  /** What the slower ones get: a share of the jobs. */
  private static final int DB_SCHEDULER_SHARE = 5;

  private static final int JOBRUNR_SHARE = 5;
  private static final int DBOS_SHARE = 50;

  static final String GRAPHILE = "graphile-worker 0.17.3";
  private static final String PG_BOSS = "pg-boss 10.4.2";
  private static final String DB_SCHEDULER = "db-scheduler 16.12.0";
  private static final String JOBRUNR = "JobRunr 8.7.0";
  private static final String DBOS = "DBOS Transact 1.1.0-m6";

  private final Lab lab;
  private final EngineSizes sizes;

  PeersPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.sizes = sizes;
  }

  @Override
  public void join(Burst burst) throws InterruptedException {
    burst.add(PLAIN, DrainPart.ekiden(lab, sizes, Workload.PLAIN));
    if (lab.hasNode()) {
      burst.add(GRAPHILE, drain(1, database -> lab.node(database, "graphile", "tuned")));
      burst.add(PG_BOSS, drain(1, database -> lab.node(database, "pg-boss")));
    }
    burst.add(DB_SCHEDULER, drain(DB_SCHEDULER_SHARE, db -> lab.java(db, "db-scheduler")));
    burst.add(JOBRUNR, drain(JOBRUNR_SHARE, database -> lab.java(database, "jobrunr")));
    burst.add(DBOS, drain(DBOS_SHARE, database -> lab.java(database, "dbos")));
  }

  private ProcessDrain drain(int share, ProcessDrain.Starter starter) {
    EngineSizes part = sizes.share(share);
    return new ProcessDrain(lab, part.jobs(), part.warmUpSeconds(), starter);
  }

  @Override
  public void tell(Burst burst, Figures figures) {
    double own = burst.rate(PLAIN);
    if (burst.has(GRAPHILE)) {
      figures.atLeastTimes(
          name(burst, GRAPHILE), own, "jobs/s", burst.rate(GRAPHILE), GOAL_AGAINST_GRAPHILE);
      figures.against(name(burst, PG_BOSS), own, "jobs/s", burst.rate(PG_BOSS));
    }
    for (String peer : new String[] {DB_SCHEDULER, JOBRUNR, DBOS}) {
      figures.against(name(burst, peer), own, "jobs/s", burst.rate(peer));
    }
  }

  private static String name(Burst burst, String peer) {
    return "drain beside %s (%,d jobs)".formatted(peer, burst.jobs(peer));
  }
}
