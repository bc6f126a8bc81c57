package dev.ekiden.engine;

import dev.ekiden.engine.BulkRequest.Action;
import dev.ekiden.engine.store.ArrayTable;
import dev.ekiden.engine.store.ArrayTable.Child;
import dev.ekiden.engine.store.BulkTable;
import dev.ekiden.engine.store.BulkTable.Row;
import dev.ekiden.engine.store.CloneTable.Cloned;
import dev.ekiden.engine.store.CloneTable.Clones;
import dev.ekiden.engine.store.LifeTable;
import dev.ekiden.engine.store.LifeTable.Restarted;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Retries, clones and cancels all jobs of a filter. It goes in batches, each of which commits as
 * one with the note how far it came: whoever makes the same request under the same id again, after
 * a kill or beside another, goes on where it stands, and no job is taken twice. Got from {@link
 * Engine#bulk}; thread-safe.
 */
public final class Bulk {
  /** Longest id of an operation. */
  public static final int MAX_ID_LENGTH = 200;

  /** How long an operation is remembered. */
  public static final Duration MEMORY = Duration.ofDays(7);

  private static final int BATCH = 500;

  /** Payloads of clones come to this process. */
  private static final int CLONE_BATCH = 100;

  /** Jobs that move while they are canceled are looked at this often. */
  private static final int CANCEL_TRIES = 100;

  /** Most children that are canceled with their array jobs in one transaction. */
  private static final int MAX_CHILDREN = ArrayRequest.MAX_SIZE;

  private final Engine engine;
  private final Database database;

  Bulk(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /**
   * How many jobs a request would take now; changes nothing.
   *
   * @throws NotFoundException when the queue or a definition is unknown
   */
  public long count(BulkRequest request) {
    return database.withHandle(handle -> {
      check(handle, request);
      return BulkTable.count(handle, request.filter(), BulkTable.lastId(handle));
    });
  }

  /** Does a request to its end, under an id of its own. */
  public BulkProgress run(BulkRequest request) {
    return run(UUID.randomUUID().toString(), request, null, progress -> {});
  }

  /**
   * Begins a request, or goes on with it.
   *
   * @param id 1 to {@value #MAX_ID_LENGTH} characters
   * @param atMost stops after the batch in which this time is over; null for never
   * @param listener hears of each batch, after its commit
   * @throws NotFoundException when the queue or a definition is unknown
   * @throws ConflictException when the id belongs to another request
   */
  public BulkProgress run(
      String id,
      BulkRequest request,
      @Nullable Duration atMost,
      Consumer<? super BulkProgress> listener) {
    if (id.isEmpty()
        || id.length() > MAX_ID_LENGTH
        || id.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "the id of an operation must have 1 to %d characters and no control characters"
              .formatted(MAX_ID_LENGTH));
    }
    long begin = System.nanoTime();
    begin(id, request);
    long stoodAt = -1;
    int tries = 0;
    while (true) {
      boolean givesUp = tries >= CANCEL_TRIES;
      Row row = step(id, request, givesUp);
      listener.accept(row.progress());
      if (row.progress().isFinished()
          || (atMost != null && System.nanoTime() - begin >= atMost.toNanos())) {
        return row.progress();
      }
      tries = row.after() == stoodAt ? tries + 1 : 0;
      stoodAt = row.after();
    }
  }

  /** How an operation stands, while it is remembered. */
  public Optional<BulkProgress> find(String id) {
    return database.withHandle(handle -> BulkTable.find(handle, id)).map(Row::progress);
  }

  private void begin(String id, BulkRequest request) {
    String text = text(request);
    Row row =
        database.inTransaction(handle -> {
          if (BulkTable.find(handle, id).isEmpty()) {
            check(handle, request);
            long upTo = BulkTable.lastId(handle);
            long total = BulkTable.count(handle, request.filter(), upTo);
            BulkTable.begin(handle, id, text, upTo, total);
          }
          return BulkTable.find(handle, id).orElseThrow();
        });
    if (!row.request().equals(text)) {
      throw new ConflictException(
          ErrorCode.CONFLICT, "operation '" + id + "' is another request", false);
    }
  }

  private void check(Handle handle, BulkRequest request) {
    String queue = request.filter().queue();
    if (queue != null) {
      Queues.known(QueueTable.findId(handle, queue), queue);
    }
    for (String definition :
        new String[] {request.filter().definition(), request.changes().definition()}) {
      if (definition != null) {
        engine.catalog().get(handle, definition);
      }
    }
  }

  /** The request in one spelling. */
  private static String text(BulkRequest request) {
    Map<String, @Nullable Object> text = new LinkedHashMap<>();
    text.put("action", request.action());
    text.put("states", new TreeSet<>(request.filter().states()));
    text.put("filter", request.filter().withStates(Set.of()).toString());
    text.put("payload", request.changes().payload());
    text.put(
        "changes",
        new JobChanges(
                null,
                request.changes().definition(),
                request.changes().priority(),
                request.changes().group(),
                request.changes().delay())
            .toString());
    text.put("rate", String.valueOf(request.rate()));
    return Json.write(text);
  }

  private Row step(String id, BulkRequest request, boolean givesUp) {
    List<Runnable> afterCommit = new ArrayList<>();
    try {
      Row row =
          database.inTransaction(handle -> {
            Row before = BulkTable.lock(handle, id);
            if (!before.progress().isFinished()) {
              batch(handle, before, request, givesUp, afterCommit);
            }
            return BulkTable.find(handle, id).orElseThrow();
          });
      afterCommit.forEach(Runnable::run);
      return row;
    } catch (Moved e) {
      return database.withHandle(handle -> BulkTable.find(handle, id)).orElseThrow();
    }
  }

  private void batch(
      Handle handle, Row row, BulkRequest request, boolean givesUp, List<Runnable> afterCommit) {
    boolean cancels = request.action() == Action.CANCEL;
    int max = request.action() == Action.CLONE ? CLONE_BATCH : BATCH;
    List<Long> ids =
        BulkTable.match(handle, request.filter(), row.after(), row.upTo(), max, cancels);
    String id = row.progress().id();
    if (ids.isEmpty()) {
      BulkTable.finish(handle, id);
      return;
    }
    List<Child> children = List.of();
    if (cancels) {
      // Array jobs go with their children, in one transaction: as many as fit, but one at least.
      children = ArrayTable.liveChildren(handle, ids, MAX_CHILDREN + 1);
      if (children.size() > MAX_CHILDREN) {
        long next = children.getLast().parent();
        children = children.stream().filter(child -> child.parent() < next).toList();
        ids = ids.stream().filter(one -> one < next).toList();
      }
    }
    Set<Long> changed =
        switch (request.action()) {
          case RETRY -> retry(handle, row.progress(), request, ids, afterCommit);
          case CLONE -> clone(handle, row.progress(), request, ids, afterCommit);
          case CANCEL -> cancel(handle, request, ids, children, afterCommit);
        };
    long done = ids.getLast();
    if (cancels && !givesUp) {
      if (!children.isEmpty() && ArrayTable.hasUnasked(handle, ids)) {
        throw new Moved();
      }
      // One that was claimed or given back between two looks is looked at again.
      List<Long> moved = BulkTable.match(handle, request.filter(), row.after(), done, 1, true);
      if (!moved.isEmpty()) {
        BulkTable.advance(handle, id, moved.getFirst() - 1, changed.size(), 0);
        return;
      }
    }
    long skipped = ids.stream().filter(one -> !changed.contains(one)).count();
    BulkTable.advance(handle, id, done, changed.size(), skipped);
  }

  private Set<Long> retry(
      Handle handle,
      BulkProgress progress,
      BulkRequest request,
      List<Long> ids,
      List<Runnable> afterCommit) {
    List<@Nullable String> slots = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      slots.add(Cloner.slot(progress.startedAt(), null, request.rate(), progress.changed() + i));
    }
    Restarted redriven = LifeTable.redrive(handle, ids, slots);
    List<Long> others = new ArrayList<>();
    List<@Nullable String> theirSlots = new ArrayList<>();
    if (request.filter().states().contains(JobState.SCHEDULED)) {
      Set<Long> done = Set.copyOf(redriven.ids());
      for (int i = 0; i < ids.size(); i++) {
        if (!done.contains(ids.get(i))) {
          others.add(ids.get(i));
          theirSlots.add(slots.get(i));
        }
      }
    }
    Restarted hastened = LifeTable.runNow(handle, others, theirSlots);
    afterCommit.add(() -> {
      engine.wakeUps().jobsReady(redriven.queueIds());
      engine.wakeUps().jobsReady(hastened.queueIds());
      if (redriven.later() || hastened.later()) {
        engine.jobsScheduled();
      }
    });
    Set<Long> all = new HashSet<>(redriven.ids());
    all.addAll(hastened.ids());
    return all;
  }

  private Set<Long> clone(
      Handle handle,
      BulkProgress progress,
      BulkRequest request,
      List<Long> ids,
      List<Runnable> afterCommit) {
    Clones clones =
        engine
            .cloner()
            .clone(
                handle,
                ids,
                request.changes(),
                progress.startedAt(),
                request.rate(),
                progress.changed());
    afterCommit.add(() -> engine.cloner().made(clones));
    return clones.all().stream().map(Cloned::source).collect(Collectors.toSet());
  }

  private Set<Long> cancel(
      Handle handle,
      BulkRequest request,
      List<Long> ids,
      List<Child> children,
      List<Runnable> afterCommit) {
    Set<Long> stops = new TreeSet<>();
    Set<Long> waits = new TreeSet<>(ids);
    if (request.filter().states().contains(JobState.RUNNING)) {
      stops.addAll(ids);
    }
    for (Child child : children) {
      stops.add(child.id());
      waits.add(child.id());
    }
    // First those that run: whoever ends an attempt locks its row before the gate, too.
    Map<Long, Long> asked =
        stops.isEmpty() ? Map.of() : LifeTable.askToStop(handle, List.copyOf(stops));
    Set<Long> changed = new HashSet<>(asked.keySet());
    changed.addAll(LifeTable.cancelWaiting(handle, List.copyOf(waits)));
    afterCommit.add(
        () -> new TreeSet<>(asked.values()).forEach(worker -> engine.wakeUps().stopAsked(worker)));
    return changed;
  }
}
