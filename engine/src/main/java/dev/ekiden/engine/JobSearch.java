package dev.ekiden.engine;

import dev.ekiden.engine.store.JobSearchTable;
import dev.ekiden.engine.store.JobSearchTable.Plan;
import dev.ekiden.postgres.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for jobs window by window of ids, from the newest on, until the page is full, all is
 * searched, or the time is over. Windows grow as long as they are fast; one that takes too long is
 * given up and tried again smaller, so that a page is answered in time whatever the filter.
 */
final class JobSearch {
  /** Ids of the first window. */
  static final long FIRST_WIDTH = 20_000;

  /** Small enough to be searched to its end in any case. */
  private static final long LEAST_WIDTH = 2_000;

  private static final int GROWTH = 8;
  private static final int SHRINKAGE = 16;

  /** A window that took less is followed by a larger one. */
  private static final long FAST_NANOS = TimeUnit.MILLISECONDS.toNanos(15);

  private static final String QUERY_CANCELED = "57014";

  private final Database database;
  private final Duration time;
  private final long firstWidth;

  JobSearch(Database database, Duration time, long firstWidth) {
    this.database = database;
    this.time = time;
    this.firstWidth = firstWidth;
  }

  /**
   * @param before jobs with lower ids only
   */
  Page<Job> page(JobFilter filter, long before, int limit) {
    long deadline = System.nanoTime() + time.toNanos();
    Plan plan = database.withHandle(handle -> JobSearchTable.plan(handle, filter));
    long end = Math.min(before, plan.last() + 1);
    List<Job> found = new ArrayList<>();
    long width = firstWidth;
    boolean first = true;
    while (end > plan.first()) {
      long begin = System.nanoTime();
      long left = deadline - begin;
      if (!first && left <= 0) {
        return cut(found, end, limit);
      }
      long from = Math.max(plan.first(), end - width);
      Duration patience = width <= LEAST_WIDTH ? null : Duration.ofNanos(Math.max(left, 1));
      // One more than is wanted tells whether there are more.
      List<Job> window = search(plan, from, end, limit + 1 - found.size(), patience);
      if (window == null) {
        width = Math.max(LEAST_WIDTH, (end - from) / SHRINKAGE);
        continue;
      }
      first = false;
      found.addAll(window);
      if (found.size() > limit) {
        List<Job> page = found.subList(0, limit);
        return new Page<>(page, Long.toString(page.getLast().id()));
      }
      end = from;
      if (System.nanoTime() - begin < FAST_NANOS) {
        width *= GROWTH;
      }
    }
    return new Page<>(found, null);
  }

  private Page<Job> cut(List<Job> found, long end, int limit) {
    if (found.size() == limit) {
      return new Page<>(found, Long.toString(end));
    }
    return new Page<>(
        found,
        Long.toString(end),
        database.withHandle(handle -> JobSearchTable.created(handle, end)));
  }

  /** Null when it took too long. */
  private @Nullable List<Job> search(
      Plan plan, long from, long before, int limit, @Nullable Duration patience) {
    try {
      return database.inTransaction(
          handle -> JobSearchTable.search(handle, plan, from, before, limit, patience));
    } catch (JdbiException e) {
      if (patience != null
          && e.getCause() instanceof SQLException sql
          && QUERY_CANCELED.equals(sql.getSQLState())) {
        return null;
      }
      throw e;
    }
  }
}
