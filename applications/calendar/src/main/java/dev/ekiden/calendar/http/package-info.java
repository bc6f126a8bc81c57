/** The HTTP routes of the calendar: booking for customers, truth, files and syncs for operators. */
@NullMarked
package dev.ekiden.calendar.http;

import org.jspecify.annotations.NullMarked;
