package dev.ekiden.engine;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.ekiden.engine.Limit.Rate;
import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.CloneTable;
import dev.ekiden.engine.store.CloneTable.Clones;
import dev.ekiden.engine.store.CloneTable.Copy;
import dev.ekiden.engine.store.CloneTable.Source;
import dev.ekiden.engine.store.DefinitionTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Makes new jobs from others. */
final class Cloner {
  private final Engine engine;

  Cloner(Engine engine) {
    this.engine = engine;
  }

  /** When the n-th job of an operation may start, as an ISO instant; null for at once. */
  static @Nullable String slot(
      Instant begin, @Nullable Duration delay, @Nullable Rate rate, long n) {
    if (delay == null && rate == null) {
      return null;
    }
    Instant slot = delay == null ? begin : begin.plus(delay);
    if (rate != null) {
      slot = slot.plusNanos(Math.round((double) rate.period().toNanos() / rate.starts() * n));
    }
    return slot.toString();
  }

  /**
   * Clones the jobs that exist among the given.
   *
   * @param begin when the operation began; null for now
   * @param first how many jobs it has made before
   */
  Clones clone(
      Handle handle,
      List<Long> ids,
      JobChanges changes,
      @Nullable Instant begin,
      @Nullable Rate rate,
      long first) {
    String name = changes.definition();
    DefinitionTable.Row definition = name == null ? null : engine.catalog().get(handle, name);
    Object patch = changes.payload();
    String patchText = patch == null ? null : Json.writePayload("clone", patch);
    Integer priority =
        changes.priority() == null && definition != null
            ? Integer.valueOf(definition.priority())
            : changes.priority();
    String group = changes.group();
    Instant start = begin == null ? ClockTable.now(handle) : begin;
    List<Copy> copies = new ArrayList<>();
    for (Source source : CloneTable.sources(handle, ids)) {
      copies.add(
          new Copy(
              source.id(),
              definition == null ? null : definition.queueId(),
              definition == null ? null : definition.id(),
              definition == null ? null : definition.vcpus(),
              priority == null ? null : priority.shortValue(),
              group == null ? null : Group.id(group),
              group,
              patchText == null ? null : patched(source, patchText),
              slot(start, changes.delay(), rate, first + copies.size())));
    }
    return CloneTable.insert(handle, copies);
  }

  private static String patched(Source source, String patch) {
    String payload = Json.merge(source.payload(), patch);
    int bytes = Json.utf8Length(payload);
    if (bytes > Engine.MAX_PAYLOAD_BYTES) {
      throw new InvalidRequestException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the changed payload of job %d has %d bytes as JSON; at most %d are allowed"
              .formatted(source.id(), bytes, Engine.MAX_PAYLOAD_BYTES));
    }
    return payload;
  }

  /** Tells workers and listeners, after the commit. */
  void made(Clones clones) {
    engine.wakeUps().jobsReady(clones.queueIds());
    if (clones.later()) {
      engine.jobsScheduled();
    }
    clones.all().stream()
        .collect(groupingBy(clone -> Map.entry(clone.definition(), clone.queue()), counting()))
        .forEach((of, count) ->
            engine.listener().enqueued(of.getKey(), of.getValue(), count.intValue()));
  }
}
