/** Reservations: hold, confirm, cancel and expire, decided by the truth and never by the cache. */
@NullMarked
package dev.ekiden.calendar.booking;

import org.jspecify.annotations.NullMarked;
