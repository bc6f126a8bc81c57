package dev.ekiden.bench.fleet;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.server.Application;
import dev.ekiden.server.Demo;
import dev.ekiden.server.Services;
import java.util.List;
import java.util.Optional;

/** Nothing but a measurement that is played beside an application. */
final class FitApplication implements Application {
  static final String NAME = "fit";

  private final Demo demo;

  FitApplication(Demo demo) {
    this.demo = demo;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<JobDefinition<?>> definitions(Services services) {
    return List.of();
  }

  @Override
  public Optional<Demo> demo() {
    return Optional.of(demo);
  }
}
