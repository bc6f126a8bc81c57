/** Availability calendars that are precomputed and kept fresh by prioritised queues. */
@NullMarked
package dev.ekiden.calendar;

import org.jspecify.annotations.NullMarked;
