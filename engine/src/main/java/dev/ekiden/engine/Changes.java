package dev.ekiden.engine;

import dev.ekiden.engine.store.ChangeTable;
import dev.ekiden.postgres.Database;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether something changed, without reading what: for pages and programs that show the state of
 * the engine and would otherwise read all of it again and again. Got from {@link Engine#changes};
 * thread-safe, and does nothing unless it is asked.
 *
 * <p>A {@link #look} is one statement. It reads the last job id that was given out, the totals of
 * depths and their notes of the last second (a row for each queue, definition and state, and one
 * for each statement that moved jobs), the running jobs, the queues, limits, schedules and live
 * workers, the bulk operations of a week, and for each watched job some rows by their primary keys.
 * How many jobs wait or have ended makes no difference.
 */
public final class Changes {
  /** Most jobs that one look can watch. */
  public static final int MAX_WATCHED = 1_000;

  private final Database database;

  Changes(Database database) {
    this.database = database;
  }

  /**
   * Takes the marks of this moment.
   *
   * @param jobs those to be watched one by one, at most {@value #MAX_WATCHED}; ones that do not
   *     exist are allowed
   */
  public Look look(Collection<Long> jobs) {
    if (jobs.size() > MAX_WATCHED) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "at most %d jobs can be watched at once, not %d".formatted(MAX_WATCHED, jobs.size()));
    }
    return database.withHandle(handle ->
        new Look(
            ChangeTable.marks(handle),
            jobs.isEmpty() ? Map.of() : ChangeTable.ofJobs(handle, jobs)));
  }

  /** Marks of one job. They say nothing in themselves, but change with what they stand for. */
  public record JobMarks(String state, String log) {}

  /** Marks of one moment. They say nothing in themselves, but change with what they stand for. */
  public record Look(Map<Topic, String> marks, Map<Long, JobMarks> jobs) {
    public Look {
      marks = Map.copyOf(marks);
      jobs = Map.copyOf(jobs);
    }

    /** What changed since another look. */
    public Set<Topic> since(Look before) {
      Set<Topic> changed = EnumSet.noneOf(Topic.class);
      marks.forEach((topic, mark) -> {
        if (!mark.equals(before.marks.get(topic))) {
          changed.add(topic);
        }
      });
      if (changed.contains(Topic.JOBS)) {
        changed.add(Topic.QUEUES);
      }
      return changed;
    }

    /** The marks of a watched job; null if it was not watched. */
    public @Nullable JobMarks job(long id) {
      return jobs.get(id);
    }
  }
}
