package dev.ekiden.calendar.refresh;

import java.util.List;

/**
 * Payload of {@value CalendarRefresh#SYNC_CHUNK}: refresh some plans as part of a sync run.
 *
 * @param number of the chunk in its run, from 1
 */
public record SyncChunk(long runId, int number, List<Long> planIds) {
  public SyncChunk {
    planIds = List.copyOf(planIds);
  }
}
