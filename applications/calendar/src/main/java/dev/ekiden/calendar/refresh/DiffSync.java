package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.store.SyncRun;
import java.util.Optional;

/**
 * What a difference sync found and began.
 *
 * @param stalePlans plans whose cache was missing, older than the truth or too short; exactly these
 *     are refreshed
 * @param run the run that refreshes them; empty if there were none
 * @param expiredHolds holds that were over and have been ended
 */
public record DiffSync(int stalePlans, Optional<SyncRun> run, int expiredHolds) {}
