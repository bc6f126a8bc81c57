package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.fleet.command.CommandDefinitions.Revision;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Routes of workers and job definitions. */
public final class WorkerRoutes {
  /** What a server or worker of ours is called: {@code worker@host:pid}. */
  private static final Pattern PLACE =
      Pattern.compile("(?<name>.*)@(?<host>[^@:]+):(?<pid>\\d{1,10})");

  private final Engine engine;
  private final Commands commands;

  public WorkerRoutes(Engine engine, Commands commands) {
    this.engine = engine;
    this.commands = commands;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/workers", this::workers);
    routes.get("/api/v1/definitions", this::definitions);
    routes.get("/api/v1/definitions/{definition}", this::definition);
  }

  private record WorkerView(
      String id,
      String name,
      @Nullable String host,
      @Nullable Long pid,
      Instant startedAt,
      Instant expiresAt,
      int concurrency,
      List<String> queues,
      List<String> definitions,
      long running) {

    static WorkerView of(WorkerSummary worker) {
      Matcher place = PLACE.matcher(worker.name());
      boolean known = place.matches();
      return new WorkerView(
          Long.toString(worker.id()),
          known ? place.group("name") : worker.name(),
          known ? place.group("host") : null,
          known ? Long.valueOf(place.group("pid")) : null,
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
      @JsonRawValue @Nullable String retryPolicy,
      @Nullable Integer maxBatch,
      @Nullable Boolean runnable,
      @Nullable Integer revision,
      @Nullable String description) {

    static DefinitionView of(JobDefinition<?> definition, @Nullable Revision applied) {
      Duration timeout =
          applied == null ? definition.timeout() : applied.definition().timeout().orElse(null);
      return new DefinitionView(
          definition.name(),
          definition.queue(),
          definition.priority(),
          timeout == null ? null : Seconds.of(timeout),
          definition.retryPolicy().maxFailures(),
          definition.retryPolicy().toJson(),
          definition.maxBatch(),
          definition.isRunnable(),
          applied == null ? null : (Integer) applied.number(),
          applied == null || applied.definition().description().isEmpty()
              ? null
              : applied.definition().description());
    }

    /** Another process registered it; here only its name is known. */
    static DefinitionView unknownHere(String name) {
      return new DefinitionView(name, null, null, null, null, null, null, null, null, null);
    }
  }

  private Response workers(Request request) {
    request.allowQuery();
    return Response.json(Items.of(engine.workers().stream().map(WorkerView::of).toList()));
  }

  private Response definitions(Request request) {
    request.allowQuery();
    return Response.json(
        Items.of(engine.definitionNames().stream().sorted().map(this::view).toList()));
  }

  private Response definition(Request request) {
    request.allowQuery();
    String name = request.path("definition").text();
    if (!engine.definitionNames().contains(name)) {
      throw new NotFoundException(
          ErrorCode.UNKNOWN_DEFINITION, "there is no job definition '" + name + "'");
    }
    return Response.json(view(name));
  }

  private DefinitionView view(String name) {
    return engine
        .definition(name)
        .map(known -> DefinitionView.of(known, commands.definitions().find(name).orElse(null)))
        .orElseGet(() -> DefinitionView.unknownHere(name));
  }
}
