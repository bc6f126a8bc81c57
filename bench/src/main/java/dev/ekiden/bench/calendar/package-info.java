/** {@code ./ekiden bench calendar}: the calendar under load. */
@NullMarked
package dev.ekiden.bench.calendar;

import org.jspecify.annotations.NullMarked;
