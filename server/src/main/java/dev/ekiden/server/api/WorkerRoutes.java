package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Routes of workers and job definitions. */
public final class WorkerRoutes {
  private final Engine engine;

  public WorkerRoutes(Engine engine) {
    this.engine = engine;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/workers", this::workers);
    routes.get("/api/v1/definitions", this::definitions);
  }

  private record WorkerView(
      String id,
      String name,
      Instant startedAt,
      Instant expiresAt,
      int concurrency,
      List<String> queues,
      List<String> definitions,
      long running) {

    static WorkerView of(WorkerSummary worker) {
      return new WorkerView(
          Long.toString(worker.id()),
          worker.name(),
          worker.startedAt(),
          worker.expiresAt(),
          worker.concurrency(),
          worker.queues(),
          worker.definitions(),
          worker.running());
    }
  }

  private record DefinitionView(
      String name,
      @Nullable String queue,
      @Nullable Integer priority,
      @Nullable Double timeoutSeconds,
      @Nullable Integer maxFailures,
      @Nullable Integer maxBatch,
      @Nullable Boolean runnable) {

    static DefinitionView of(JobDefinition<?> definition) {
      Duration timeout = definition.timeout();
      return new DefinitionView(
          definition.name(),
          definition.queue(),
          definition.priority(),
          timeout == null ? null : Seconds.of(timeout),
          definition.retryPolicy().maxFailures(),
          definition.maxBatch(),
          definition.isRunnable());
    }

    /** Another process registered it; here only its name is known. */
    static DefinitionView unknownHere(String name) {
      return new DefinitionView(name, null, null, null, null, null, null);
    }
  }

  private Response workers(Request request) {
    request.allowQuery();
    return Response.json(Items.of(engine.workers().stream().map(WorkerView::of).toList()));
  }

  private Response definitions(Request request) {
    request.allowQuery();
    return Response.json(
        Items.of(
            engine.definitionNames().stream()
                .sorted()
                .map(name ->
                    engine
                        .definition(name)
                        .map(DefinitionView::of)
                        .orElseGet(() -> DefinitionView.unknownHere(name)))
                .toList()));
  }
}
