/**
 * The truth of the calendar and its cache in PostgreSQL: what is read and written, and locked how.
 */
@NullMarked
package dev.ekiden.calendar.store;

import org.jspecify.annotations.NullMarked;
