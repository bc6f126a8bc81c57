package dev.ekiden.calendar.store;

import java.sql.Connection;
import java.util.Collection;

/**
 * Told of every change that could alter a cached calendar, inside the transaction that makes it: so
 * a committed change is never without its refresh, and one rolled back leaves none behind.
 */
@FunctionalInterface
public interface Refreshes {

  /**
   * Asks for the calendars of these plans to be computed anew once the transaction has committed.
   *
   * @param connection the open transaction of the change; neither committed nor closed by this
   * @param planIds the plans whose calendars may differ; never empty
   * @param entity what was changed, such as {@code space 17} or {@code prices.csv}; for people
   */
  void changed(Connection connection, Collection<Long> planIds, String entity);
}
