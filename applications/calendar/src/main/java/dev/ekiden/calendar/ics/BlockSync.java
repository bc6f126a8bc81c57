package dev.ekiden.calendar.ics;

import dev.ekiden.calendar.availability.Block;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.files.ImportProblem;
import dev.ekiden.calendar.store.BlockTable;
import dev.ekiden.calendar.store.BlockTable.Busy;
import dev.ekiden.calendar.store.BlockTable.Target;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Makes what blocks a space or a resource the same as what a source says: what is new there is
 * added, what is gone there is removed. Doing it again changes nothing. Events that could not be
 * read keep what the source said of them before, so that a mistake frees no time. Thread-safe.
 */
public final class BlockSync {

  /** The most sources that block one space or one resource. */
  public static final int MAXIMUM_SOURCES = 20;

  /**
   * What an import did.
   *
   * @param read events in the file
   * @param added UIDs that block now and did not before
   * @param removed UIDs that blocked and do no more, what has passed included
   * @param unchanged UIDs that block at the same times as before
   * @param refused UIDs with an event that could not be read
   * @param blocks how many times the source blocks now
   * @param through repeating events were followed until then
   * @param affectedPlans how many calendars are computed anew
   */
  public record Report(
      int read,
      int added,
      int changed,
      int removed,
      int unchanged,
      int refused,
      int blocks,
      Instant through,
      int affectedPlans,
      List<ImportProblem> problems) {

    public Report {
      problems = List.copyOf(problems);
    }
  }

  private final TruthWriter writer;

  public BlockSync(TruthWriter writer) {
    this.writer = writer;
  }

  /**
   * Imports a calendar in the caller's transaction.
   *
   * @param id of the space or resource
   * @param source names the calendar among those of the space or resource
   * @param through until when the content was read
   * @throws InvalidValueException if the source's name is no code, or there would be more than
   *     {@link #MAXIMUM_SOURCES}
   */
  public Report put(
      Handle handle,
      Target target,
      long id,
      String source,
      IcsContent content,
      Instant now,
      Instant through) {
    checkName(source, now);
    Set<Long> spaces = lock(handle, target, id);
    long sourceId = BlockTable.putSource(handle, target, id, source, now, through);
    checkSources(handle, target, id);
    Map<String, Set<Busy>> before = byUid(BlockTable.stored(handle, sourceId));
    Map<String, Set<Busy>> after = new TreeMap<>();
    content.blocks().forEach((uid, periods) -> periods.forEach(period -> add(after, uid, period)));
    content
        .refused()
        .forEach(uid -> {
          after.remove(uid);
          Set<Busy> kept = before.get(uid);
          if (kept != null) {
            after.put(uid, kept);
          }
        });
    Set<Busy> gone = difference(before, after);
    Set<Busy> fresh = difference(after, before);
    BlockTable.delete(handle, sourceId, gone);
    BlockTable.insert(handle, sourceId, fresh);
    int affected = gone.isEmpty() && fresh.isEmpty() ? 0 : raise(handle, spaces, source);
    return report(content, before, after, through, affected);
  }

  /**
   * Forgets a source and what it blocks; how many plans that affects.
   *
   * @return empty if there is no such source
   */
  public OptionalLong remove(Handle handle, Target target, long id, String source) {
    Set<Long> spaces = lock(handle, target, id);
    OptionalLong sourceId = BlockTable.findSource(handle, target, id, source);
    if (sourceId.isEmpty()) {
      return OptionalLong.empty();
    }
    BlockTable.deleteSource(handle, sourceId.getAsLong());
    return OptionalLong.of(raise(handle, spaces, source));
  }

  private Set<Long> lock(Handle handle, Target target, long id) {
    return TruthTables.SPACES.lock(handle, BlockTable.spaces(handle, target, id));
  }

  private int raise(Handle handle, Set<Long> spaces, String source) {
    return spaces.isEmpty() ? 0 : writer.raise(handle, spaces, "blocks of " + source).size();
  }

  private static void checkName(String source, Instant now) {
    // A block's own check of its source.
    new Block(now, now.plusSeconds(1), source);
  }

  private static void checkSources(Handle handle, Target target, long id) {
    long sources =
        BlockTable.sources(handle, target, id).stream()
            .filter(listed -> target == Target.RESOURCE || listed.resource().isEmpty())
            .count();
    if (sources > MAXIMUM_SOURCES) {
      throw new InvalidValueException(
          "source",
          Long.toString(sources),
          "at most %d calendars may block one %s"
              .formatted(
                  MAXIMUM_SOURCES,
                  switch (target) {
                    case SPACE -> "space";
                    case RESOURCE -> "resource";
                  }));
    }
  }

  private static Map<String, Set<Busy>> byUid(Collection<Busy> stored) {
    Map<String, Set<Busy>> byUid = new TreeMap<>();
    stored.forEach(busy -> byUid.computeIfAbsent(busy.uid(), uid -> new HashSet<>()).add(busy));
    return byUid;
  }

  private static void add(Map<String, Set<Busy>> byUid, String uid, Period period) {
    byUid
        .computeIfAbsent(uid, ignored -> new HashSet<>())
        .add(new Busy(uid, period.from(), period.to()));
  }

  private static Set<Busy> difference(Map<String, Set<Busy>> of, Map<String, Set<Busy>> without) {
    Set<Busy> difference = new HashSet<>();
    of.forEach((uid, blocks) -> {
      Set<Busy> others = without.getOrDefault(uid, Set.of());
      blocks.stream().filter(busy -> !others.contains(busy)).forEach(difference::add);
    });
    return difference;
  }

  private static Report report(
      IcsContent content,
      Map<String, Set<Busy>> before,
      Map<String, Set<Busy>> after,
      Instant through,
      int affected) {
    int added = 0;
    int changed = 0;
    int removed = 0;
    int unchanged = 0;
    Set<String> uids = new TreeSet<>(before.keySet());
    uids.addAll(after.keySet());
    uids.removeAll(content.refused());
    for (String uid : uids) {
      if (!before.containsKey(uid)) {
        added++;
      } else if (!after.containsKey(uid)) {
        removed++;
      } else if (before.get(uid).equals(after.get(uid))) {
        unchanged++;
      } else {
        changed++;
      }
    }
    return new Report(
        content.events(),
        added,
        changed,
        removed,
        unchanged,
        content.refused().size(),
        after.values().stream().mapToInt(Set::size).sum(),
        through,
        affected,
        content.problems());
  }
}
