package dev.ekiden.server.process;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.server.Application;
import dev.ekiden.server.config.Configuration;
import dev.ekiden.server.config.ConfigurationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The applications of a process and what they add up to. */
public final class Applications {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,29}");

  /** First segments of the server's own paths and nouns of its own commands. */
  private static final Set<String> RESERVED =
      Set.of(
          "api",
          "health",
          "ready",
          "metrics",
          "console",
          "jobs",
          "queues",
          "schedules",
          "workers",
          "definitions",
          "apply",
          "fleets",
          "status",
          "openapi",
          "completion",
          "up",
          "server",
          "worker",
          "migrate",
          "demo",
          "help");

  private final List<Application> all;

  /**
   * @throws IllegalArgumentException when a name is not usable or used twice
   */
  public Applications(List<Application> all) {
    this.all = List.copyOf(all);
    Set<String> names = new HashSet<>();
    for (Application application : all) {
      String name = application.name();
      if (!NAME.matcher(name).matches() || RESERVED.contains(name) || !names.add(name)) {
        throw new IllegalArgumentException(
            "an application is named with 1 to 30 of a-z, 0-9 and -, once, and not like a command"
                + " of the server: '"
                + name
                + "' does not do");
      }
    }
  }

  public List<Application> all() {
    return all;
  }

  /**
   * The workers to run.
   *
   * @throws ConfigurationException when a queue is asked for that no definition uses
   */
  List<WorkerOptions> workers(
      Configuration.Workers settings, Collection<JobDefinition<?>> definitions) {
    List<WorkerOptions> workers = new ArrayList<>();
    if (settings.queues().isEmpty()) {
      all.forEach(application -> workers.addAll(application.workers()));
    } else {
      requireKnown(settings.queues(), definitions);
      workers.add(WorkerOptions.of(settings.queues().toArray(String[]::new)));
    }
    return settings
        .concurrency()
        .map(number -> workers.stream().map(worker -> worker.withConcurrency(number)).toList())
        .orElse(workers);
  }

  private static void requireKnown(List<String> queues, Collection<JobDefinition<?>> definitions) {
    Set<String> known = new TreeSet<>();
    definitions.forEach(definition -> known.add(definition.queue()));
    List<String> unknown = queues.stream().filter(queue -> !known.contains(queue)).toList();
    if (!unknown.isEmpty()) {
      throw new ConfigurationException(
          List.of(
              "queues: no definition of this build uses %s; known are %s"
                  .formatted(String.join(", ", unknown), String.join(", ", known))));
    }
  }
}
