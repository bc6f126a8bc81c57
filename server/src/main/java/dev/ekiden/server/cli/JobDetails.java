package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Shows all of one job, at once or when it has ended. */
final class JobDetails {
  /** The server answers a waiting request within this time, so that no proxy gives it up. */
  private static final Duration LONGEST_POLL = Duration.ofSeconds(25);

  private static final List<Field> DETAIL =
      List.of(
          Field.of("id", "id"),
          Field.of("definition", "definition"),
          Field.of("queue", "queue"),
          Field.of("state", "state"),
          Field.of("priority", "priority"),
          Field.of("key", "key"),
          Field.of("key kind", "keyKind"),
          Field.time("created", "createdAt"),
          Field.time("due", "runAt"),
          Field.time("started", "startedAt"),
          Field.time("finished", "finishedAt"),
          Field.of("attempt", "attempt"),
          Field.of("failures", "failures"),
          Field.of("blocked by", "blocker"),
          Field.of("coalesced into", "coalescedInto"),
          Field.of("group", "group"),
          Field.time("start before", "startBefore"),
          Field.of("clone of", "cloneOf"),
          Field.of("parent", "parent"),
          Field.of("array index", "arrayIndex"),
          Field.of("payload", "payload"),
          Field.of("result", "result"),
          Field.of("error type", "errorType"),
          Field.of("error", "error"));

  private static final List<Field> ATTEMPTS =
      List.of(
          Field.number("ATTEMPT", "number"),
          Field.of("OUTCOME", "outcome"),
          Field.number("WORKER", "worker"),
          Field.time("CLAIMED", "claimedAt"),
          Field.time("STARTED", "startedAt"),
          Field.time("ENDED", "endedAt"),
          Field.of("ERROR", "errorType"));

  private static final List<Field> TASKS =
      List.of(
          Field.of("TASK", "id"),
          Field.number("REVISION", "revision"),
          Field.of("HOST", "host"),
          Field.of("PHASE", "phase"),
          Field.time("STARTED", "startedAt"),
          Field.time("ENDED", "endedAt"),
          Field.of("ENDING", "ending"),
          new Field(
              "PEAK MIB",
              true,
              item ->
                  item.has("peakMemoryBytes")
                      ? "%,.1f".formatted(item.path("peakMemoryBytes").asLong(0) / 1_048_576.0)
                      : ""),
          Field.of("CPU SECONDS", "cpuSeconds"));

  private final CommandContext context;

  JobDetails(CommandContext context) {
    this.context = context;
  }

  /** Waits until the job has ended, or for so long at most; the exit code tells how it ended. */
  int await(long id, @Nullable Duration timeout) {
    long start = System.nanoTime();
    while (true) {
      Duration left =
          timeout == null
              ? LONGEST_POLL
              : timeout.minus(Duration.ofNanos(System.nanoTime() - start));
      long seconds = Math.max(0, Math.min(LONGEST_POLL.toSeconds(), left.toSeconds()));
      JsonNode job = context.api().get(JobsCommand.path(id) + "?waitSeconds=" + seconds);
      String state = Field.text(job.path("state"));
      switch (state) {
        case "SUCCEEDED" -> {
          print(job);
          return ExitCode.OK;
        }
        case "FAILED", "CANCELED" -> {
          print(job);
          return ExitCode.UNSUCCESSFUL;
        }
        default -> {
          if (timeout != null && timeout.isZero()) {
            print(job);
            return ExitCode.PENDING;
          }
          if (timeout != null && left.compareTo(Duration.ofSeconds(1)) < 0) {
            throw CommandException.declined(
                "job %d is still %s; the time is up".formatted(id, state));
          }
        }
      }
    }
  }

  void print(JsonNode job) {
    context.printer().one(job, DETAIL);
    if (context.printer().output() == Output.table && !job.path("attempts").isEmpty()) {
      context.printer().line("");
      ObjectNode attempts = Json.MAPPER.createObjectNode();
      attempts.set("items", job.path("attempts"));
      context.printer().list(attempts, ATTEMPTS);
      JsonNode tasks = context.api().get(JobsCommand.path(job.path("id").asLong(0)) + "/tasks");
      if (!tasks.path("items").isEmpty()) {
        context.printer().line("");
        context.printer().list(tasks, TASKS);
      }
    }
  }
}
