/** Answers the questions of customers from the cached calendars alone. */
@NullMarked
package dev.ekiden.calendar.read;

import org.jspecify.annotations.NullMarked;
