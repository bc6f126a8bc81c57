package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload;
import dev.ekiden.bench.forms.FormDrain;
import dev.ekiden.bench.forms.TableForm;
import dev.ekiden.bench.forms.TableForms;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;

/** Preloaded trivial jobs by the default worker, beside the bare SQL. */
final class DrainPart implements Part {
  static final String BARE = "bare SQL";
  private static final int CONNECTIONS = 2;
  private static final int BATCH = 1_000;

  private final Lab lab;
  private final EngineSizes sizes;

  DrainPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.sizes = sizes;
  }

  static ProcessDrain ekiden(Lab lab, EngineSizes sizes, Workload workload) {
    return new ProcessDrain(
        lab,
        sizes.jobs(),
        sizes.warmUpSeconds(),
        database -> lab.java(database, "ekiden", workload.name()));
  }

  @Override
  public void join(Burst burst) {
    burst.add(PLAIN, ekiden(lab, sizes, Workload.PLAIN));
    burst.add(BARE, this::bare);
  }

  private Burst.Run bare() throws Exception {
    FormDrain drain = new FormDrain(() -> lab.connect(lab.address()), lab.probe());
    TableForm form = TableForms.ceiling();
    FormDrain.Run run = drain.run(form, sizes.jobs(), CONNECTIONS, BATCH);
    return new Burst.Run(sizes.jobs(), run.drainSeconds(), run.spent());
  }

  @Override
  public void tell(Burst burst, Figures figures) throws Exception {
    figures.add(
        Row.of("drain of %,d trivial jobs".formatted(sizes.jobs()), burst.rate(PLAIN), "jobs/s"));
    figures.atLeastTimes(
        "the same beside the bare SQL", burst.rate(PLAIN), "jobs/s", burst.rate(BARE), 0.5);
    figures.add(Row.exactly("drained jobs not found by their id", notFound(), "jobs", 0));
  }

  private long notFound() throws Exception {
    DatabaseAddress database = lab.createDatabase();
    try (Child child = lab.java(database, "ekiden", Workload.PLAIN.name())) {
      child.ask("preload " + sizes.jobs());
      child.ask("drain " + sizes.jobs());
      return sizes.jobs() - Long.parseLong(child.ask("find"));
    } finally {
      lab.dropDatabase(database);
    }
  }

  /** WAL and commits of the same drains. */
  static final class Wal implements Part {
    private final Lab lab;
    private final EngineSizes sizes;

    Wal(Lab lab, EngineSizes sizes) {
      this.lab = lab;
      this.sizes = sizes;
    }

    @Override
    public void join(Burst burst) {
      burst.add(PLAIN, ekiden(lab, sizes, Workload.PLAIN));
    }

    @Override
    public void tell(Burst burst, Figures figures) {
      figures.add(
          Row.atMost(
              "WAL of one job, enqueue not counted",
              burst.median(PLAIN, run -> perJob(run, run.spent().walBytes())),
              "bytes",
              1_024));
      figures.add(
          Row.atMost(
              "commits of 100 jobs",
              burst.median(PLAIN, run -> 100 * perJob(run, run.spent().commits())),
              "",
              1));
      figures.add(
          Row.of(
              "CPU time of PostgreSQL for 100,000 jobs",
              burst.median(PLAIN, run -> 100_000 * perJob(run, run.spent().cpuSeconds())),
              "s"));
    }

    private static double perJob(Burst.Run run, double spent) {
      return spent / run.jobs();
    }
  }

  /** Jobs that fail once beside jobs that do not. */
  static final class Retry implements Part {
    private static final String FAILING = "Ekiden, each job fails once";

    private final Lab lab;
    private final EngineSizes sizes;

    Retry(Lab lab, EngineSizes sizes) {
      this.lab = lab;
      this.sizes = sizes;
    }

    @Override
    public void join(Burst burst) {
      burst.add(PLAIN, ekiden(lab, sizes, Workload.PLAIN));
      burst.add(FAILING, ekiden(lab, sizes, Workload.FAILING));
    }

    @Override
    public void tell(Burst burst, Figures figures) {
      figures.atLeastTimes(
          "jobs that fail once and are tried again at once, beside jobs that do not",
          burst.rate(FAILING),
          "jobs/s",
          burst.rate(PLAIN),
          0.5);
      figures.against(
          "attempts of those, two for each job, beside attempts of jobs that do not fail",
          2 * burst.rate(FAILING),
          "attempts/s",
          burst.rate(PLAIN));
    }
  }
}
