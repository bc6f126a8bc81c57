package dev.ekiden.server.api;

import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.fleet.command.CommandDefinitions.Applied;
import dev.ekiden.fleet.command.CommandDefinitions.Revision;
import dev.ekiden.fleet.command.CommandDefinitions.Source;
import dev.ekiden.fleet.command.store.CommandTaskTable;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Required;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.api.JobView.Items;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Routes of definitions that are applied from files, and of the tasks of their jobs. */
public final class CommandRoutes {
  /** Most documents that are applied at once. */
  public static final int MAX_DOCUMENTS = 1_000;

  private static final long MAX_APPLY_BYTES = 16 * 1_048_576;

  private final Commands commands;

  public CommandRoutes(Commands commands) {
    this.commands = commands;
  }

  public void addTo(Routes routes) {
    routes.post("/api/v1/apply", this::apply);
    routes.get("/api/v1/definitions/{definition}/revisions", this::revisions);
    routes.get("/api/v1/definitions/{definition}/revisions/{revision}", this::revision);
    routes.get("/api/v1/jobs/{id}/tasks", this::tasks);
  }

  private record Document(@Required String file, @Required String text) {}

  private record Application(@Required List<Document> documents, @Nullable Boolean dryRun) {}

  private record AppliedView(
      String kind, String name, String change, int revision, List<String> difference) {
    static AppliedView of(Applied applied) {
      return new AppliedView(
          "job",
          applied.name(),
          applied.change().name().toLowerCase(Locale.ROOT),
          applied.revision(),
          applied.difference());
    }
  }

  private record RevisionView(int revision, Instant appliedAt, String source) {
    static RevisionView of(Revision revision) {
      return new RevisionView(revision.number(), revision.appliedAt(), revision.source());
    }
  }

  private record TaskView(
      String id,
      int attempt,
      String definition,
      int revision,
      String launcher,
      String host,
      String phase,
      Instant phaseAt,
      Instant askedAt,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String ending,
      @Nullable Long peakMemoryBytes,
      @Nullable Double cpuSeconds) {
    static TaskView of(CommandTaskTable.Row row) {
      Long micros = row.cpuMicros();
      return new TaskView(
          row.id(),
          row.attempt(),
          row.definition(),
          row.revision(),
          row.launcher(),
          row.host(),
          row.phase().toLowerCase(Locale.ROOT),
          row.phaseAt(),
          row.intendedAt(),
          row.startedAt(),
          row.endedAt(),
          row.ending(),
          row.peakMemoryBytes(),
          micros == null ? null : (Double) (micros / 1e6));
    }
  }

  private Response apply(Request request) {
    request.allowQuery();
    Application body = request.json(Application.class, MAX_APPLY_BYTES);
    if (body.documents().isEmpty() || body.documents().size() > MAX_DOCUMENTS) {
      throw new ProblemException(
          Problem.of(
                  422,
                  "invalid-field",
                  "apply 1 to %d documents at once, not %d"
                      .formatted(MAX_DOCUMENTS, body.documents().size()))
              .withField("documents"));
    }
    boolean dryRun = Boolean.TRUE.equals(body.dryRun());
    try {
      List<Applied> applied =
          commands
              .definitions()
              .apply(
                  body.documents().stream()
                      .map(document -> new Source(document.file(), document.text()))
                      .toList(),
                  dryRun);
      if (!dryRun) {
        commands.runner().applied();
      }
      return Response.json(Items.of(applied.stream().map(AppliedView::of).toList()));
    } catch (YamlException e) {
      throw new ProblemException(
          Problem.of(422, "invalid-document", String.valueOf(e.getMessage()))
              .withPosition(e.line(), 1),
          e);
    }
  }

  private Response revisions(Request request) {
    request.allowQuery();
    return Response.json(
        Items.of(
            commands.definitions().history(request.path("definition").text()).stream()
                .map(RevisionView::of)
                .toList()));
  }

  private Response revision(Request request) {
    request.allowQuery();
    String name = request.path("definition").text();
    int number = request.path("revision").integer(1, Integer.MAX_VALUE);
    return Response.json(
        commands
            .definitions()
            .find(name, number)
            .map(RevisionView::of)
            .orElseThrow(() ->
                new NotFoundException(
                    ErrorCode.UNKNOWN_DEFINITION,
                    "there is no revision %d of '%s'".formatted(number, name))));
  }

  private Response tasks(Request request) {
    request.allowQuery();
    Parameter id = request.path("id");
    return Response.json(
        Items.of(commands.tasks().ofJob(id.id()).stream().map(TaskView::of).toList()));
  }
}
