/**
 * Keeps cached calendars fresh: live refreshes, full and difference syncs, expiry, verification.
 */
@NullMarked
package dev.ekiden.calendar.refresh;

import org.jspecify.annotations.NullMarked;
