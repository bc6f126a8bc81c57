package dev.ekiden.engine;

import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.ArrayTable;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.DependencyTable;
import dev.ekiden.engine.store.DependencyTable.Edge;
import dev.ekiden.engine.store.EnqueueTable;
import dev.ekiden.engine.store.EnqueueTable.NewJob;
import dev.ekiden.engine.store.EnqueueTable.UniqueClaim;
import dev.ekiden.engine.store.EnqueueTable.UniqueKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Turns requests into rows. */
final class Enqueuer {

  /**
   * What an enqueue did.
   *
   * @param answers in the order of the requests
   * @param counts created jobs by definition
   * @param queueIds queues that got a job which may run at once
   * @param scheduled whether a job was created that waits for its time
   */
  record Result(
      List<Enqueued> answers,
      Map<DefinitionTable.Row, Integer> counts,
      Set<Short> queueIds,
      boolean scheduled) {}

  private record Resolved(JobRequest request, DefinitionTable.Row definition, String payload) {}

  private final DefinitionCatalog catalog;

  Enqueuer(DefinitionCatalog catalog) {
    this.catalog = catalog;
  }

  Result enqueue(Handle handle, List<JobRequest> requests) {
    return enqueue(handle, requests, null);
  }

  /** Enqueues an array job; the answer is that of its parent. */
  Result enqueue(Handle handle, ArrayRequest request) {
    JobRequest common = request.request();
    Resolved resolved =
        new Resolved(
            common,
            catalog.get(handle, common.definition()),
            Json.writePayload(common.definition(), common.payload()));
    long id = EnqueueTable.drawIds(handle, 1).getFirst();
    ArrayTable.insert(
        handle,
        id,
        newJob(resolved, id, null, null),
        request.payloads().size(),
        request.toleratedFailures());
    Result children = enqueue(handle, request.children(), id);
    return new Result(
        List.of(new Enqueued(id, true)),
        children.counts(),
        children.queueIds(),
        children.scheduled());
  }

  private Result enqueue(Handle handle, List<JobRequest> requests, @Nullable Long parentId) {
    if (requests.size() > Engine.MAX_BULK) {
      throw new InvalidRequestException(
          ErrorCode.TOO_MANY_JOBS,
          "%d jobs in one call; at most %d are allowed: use several calls"
              .formatted(requests.size(), Engine.MAX_BULK));
    }
    List<Resolved> resolved = new ArrayList<>(requests.size());
    long bytes = 0;
    for (JobRequest request : requests) {
      String payload = Json.writePayload(request.definition(), request.payload());
      bytes += Json.utf8Length(payload);
      if (bytes > Engine.MAX_BULK_BYTES) {
        throw new InvalidRequestException(
            ErrorCode.PAYLOAD_TOO_LARGE,
            "the payloads of one call have more than %d bytes as JSON: use several calls"
                .formatted(Engine.MAX_BULK_BYTES));
      }
      resolved.add(new Resolved(request, catalog.get(handle, request.definition()), payload));
    }
    checkParents(handle, requests);
    Map<UniqueKey, UniqueClaim> wanted = wanted(handle, resolved);
    Map<UniqueKey, Long> owners =
        wanted.isEmpty() ? Map.of() : EnqueueTable.takeUnique(handle, wanted);
    List<@Nullable Enqueued> answers = new ArrayList<>();
    List<NewJob> jobs = new ArrayList<>();
    List<@Nullable Dependencies> dependencies = new ArrayList<>();
    Map<DefinitionTable.Row, Integer> counts = new HashMap<>();
    Set<Short> queueIds = new TreeSet<>();
    boolean scheduled = false;
    for (Resolved one : resolved) {
      UniqueKey key = uniqueKey(one);
      Long owner = key == null ? null : owners.get(key);
      // The first request of a key that was taken gets the job; the others find it there.
      UniqueClaim claim = key == null ? null : wanted.remove(key);
      if (owner != null && (claim == null || owner != claim.jobId())) {
        answers.add(new Enqueued(owner, false));
        continue;
      }
      answers.add(null);
      jobs.add(newJob(one, owner, parentId, parentId == null ? null : (Integer) jobs.size()));
      dependencies.add(one.request().dependencies());
      counts.merge(one.definition(), 1, Integer::sum);
      if (one.request().start() instanceof JobRequest.Start.Now) {
        queueIds.add(one.definition().queueId());
      } else {
        scheduled = true;
      }
    }
    List<Long> ids = jobs.isEmpty() ? List.of() : EnqueueTable.insert(handle, jobs);
    insertDependencies(handle, ids, dependencies);
    List<Enqueued> complete = new ArrayList<>(answers.size());
    int next = 0;
    for (Enqueued answer : answers) {
      complete.add(answer == null ? new Enqueued(ids.get(next++), true) : answer);
    }
    return new Result(complete, counts, queueIds, scheduled);
  }

  private static void checkParents(Handle handle, List<JobRequest> requests) {
    Set<Long> parents = new TreeSet<>();
    for (JobRequest request : requests) {
      Dependencies dependencies = request.dependencies();
      if (dependencies != null) {
        parents.addAll(dependencies.parents().keySet());
      }
    }
    if (parents.isEmpty()) {
      return;
    }
    List<Long> unknown = DependencyTable.unknown(handle, parents);
    if (!unknown.isEmpty()) {
      throw new NotFoundException(
          ErrorCode.UNKNOWN_JOB,
          "there is no job %d that another could wait for".formatted(unknown.getFirst()));
    }
  }

  private static void insertDependencies(
      Handle handle, List<Long> ids, List<@Nullable Dependencies> dependencies) {
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      Dependencies of = dependencies.get(i);
      if (of != null) {
        long id = ids.get(i);
        boolean any = of.mode() == Dependencies.Mode.ANY;
        of.parents()
            .forEach((parent, condition) -> edges.add(new Edge(id, parent, condition, any)));
      }
    }
    if (!edges.isEmpty()) {
      DependencyTable.insert(handle, edges);
    }
  }

  /** The UNIQUE keys of the requests; the first request of a key, and its window, stand for all. */
  private static Map<UniqueKey, UniqueClaim> wanted(Handle handle, List<Resolved> resolved) {
    Map<UniqueKey, Long> windows = new LinkedHashMap<>();
    for (Resolved one : resolved) {
      UniqueKey key = uniqueKey(one);
      if (key != null && one.request().key() instanceof Key.Unique unique) {
        windows.putIfAbsent(key, unique.window().toNanos() / 1_000);
      }
    }
    Map<UniqueKey, UniqueClaim> wanted = new HashMap<>();
    if (!windows.isEmpty()) {
      Iterator<Long> ids = EnqueueTable.drawIds(handle, windows.size()).iterator();
      windows.forEach((key, window) -> wanted.put(key, new UniqueClaim(ids.next(), window)));
    }
    return wanted;
  }

  private static @Nullable UniqueKey uniqueKey(Resolved one) {
    return one.request().key() instanceof Key.Unique unique
        ? new UniqueKey(one.definition().queueId(), unique.value())
        : null;
  }

  private static KeyKind kind(Key key) {
    return switch (key) {
      case Key.Coalesce coalesce -> KeyKind.COALESCE;
      case Key.Unique unique -> KeyKind.UNIQUE;
      case Key.Serial serial -> serial.holdsOnFailure() ? KeyKind.SERIAL_HOLD : KeyKind.SERIAL;
      case Key.Limit limit -> KeyKind.LIMIT;
    };
  }

  private static NewJob newJob(
      Resolved one, @Nullable Long id, @Nullable Long parentId, @Nullable Integer arrayIndex) {
    JobRequest request = one.request();
    Key key = request.key();
    Integer priority = request.priority();
    String group = request.group();
    Instant startBefore = request.startBefore();
    Long delayMicros = null;
    String runAt = null;
    switch (request.start()) {
      case JobRequest.Start.Now now -> {}
      case JobRequest.Start.After after -> delayMicros = after.delay().toNanos() / 1_000;
      case JobRequest.Start.At at -> runAt = at.time().toString();
    }
    return new NewJob(
        id,
        one.definition().queueId(),
        one.definition().id(),
        priority == null ? one.definition().priority() : priority,
        key == null ? null : kind(key),
        key == null ? null : key.value(),
        key instanceof Key.Limit limit ? (short) limit.running() : null,
        group == null ? 0 : Group.id(group),
        group,
        one.definition().vcpus(),
        one.payload(),
        delayMicros,
        runAt,
        startBefore == null ? null : startBefore.toString(),
        request.lateness() == JobRequest.Lateness.RUN,
        request.dependencies() != null,
        parentId,
        arrayIndex);
  }
}
