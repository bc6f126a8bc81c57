package dev.ekiden.bench.fleet;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.server.Application;
import dev.ekiden.server.Demo;
import dev.ekiden.server.Services;
import java.util.List;
import java.util.Optional;

/** Jobs that sleep, so that workers share nothing that could be scarce. */
public final class NapApplication implements Application {
  /** Its name, and that of its fleet and its queue. */
  static final String NAME = "naps";

  /** How long a job sleeps. */
  record Nap(long millis) {}

  static final JobDefinition<Nap> NAP =
      JobDefinition.named("nap", Nap.class)
          .queue(NAME)
          .handler((nap, context) -> {
            Thread.sleep(nap.millis());
            return null;
          });

  private final Optional<Demo> demo;

  /** As workers have it. */
  public NapApplication() {
    this.demo = Optional.empty();
  }

  NapApplication(Demo demo) {
    this.demo = Optional.of(demo);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<JobDefinition<?>> definitions(Services services) {
    return List.of(NAP);
  }

  @Override
  public List<WorkerOptions> workers() {
    return List.of(WorkerOptions.of(NAME));
  }

  @Override
  public Optional<Demo> demo() {
    return demo;
  }
}
