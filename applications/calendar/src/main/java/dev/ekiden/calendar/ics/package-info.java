/** iCalendar (RFC 5545) in and out: other calendars block spaces, others read when one is busy. */
@NullMarked
package dev.ekiden.calendar.ics;

import org.jspecify.annotations.NullMarked;
