package dev.ekiden.engine;

import dev.ekiden.engine.store.JobSearchTable;
import dev.ekiden.engine.store.JobSearchTable.Plan;
import dev.ekiden.postgres.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for jobs window by window of ids, from the newest on, until the page is full, all is
 * searched, or the time is over. Windows grow as far as the time allows, going by what the ones
 * before took; one that takes longer is given up and tried again smaller, so that a page is
 * answered in time whatever the filter.
 */
final class JobSearch {
  /** Ids of the first window: enough for a page of most filters, few enough for any. */
  static final long FIRST_WIDTH = 2_000;

  private static final int GROWTH = 10;
  private static final int SHRINKAGE = 16;

  /** A window should take no more than this part of the time that is left. */
  private static final int PARTS_OF_TIME = 2;

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
    long leastNanos = Long.MAX_VALUE;
    boolean first = true;
    while (end > plan.first()) {
      long begin = System.nanoTime();
      long left = deadline - begin;
      if (!first && left <= 0) {
        return cut(found, end, limit);
      }
      long from = Math.max(plan.first(), end - width);
      Duration patience = width <= firstWidth ? null : Duration.ofNanos(Math.max(left, 1));
      // One more than is wanted tells whether there are more.
      List<Job> window = search(plan, from, end, limit + 1 - found.size(), patience);
      if (window == null) {
        width = Math.max(firstWidth, (end - from) / SHRINKAGE);
        continue;
      }
      first = false;
      found.addAll(window);
      if (found.size() > limit) {
        List<Job> page = found.subList(0, limit);
        return new Page<>(page, Long.toString(page.getLast().id()));
      }
      end = from;
      long took = System.nanoTime() - begin;
      leastNanos = Math.min(leastNanos, took);
      width = next(width, took - leastNanos, deadline - System.nanoTime());
    }
    return new Page<>(found, null);
  }

  /**
   * How wide the next window is to be: the ids cost as much as they did, beside what a window costs
   * anyway.
   *
   * @param nanos what the ids of the last one cost
   */
  private long next(long width, long nanos, long leftNanos) {
    long affordable =
        nanos <= 0 ? Long.MAX_VALUE : (long) ((double) width * leftNanos / PARTS_OF_TIME / nanos);
    return Math.max(firstWidth, Math.min(affordable, width * GROWTH));
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
