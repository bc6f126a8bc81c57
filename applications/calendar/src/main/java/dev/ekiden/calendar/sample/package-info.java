/** A seeded generator of realistic rental-space data, for demonstrations and load tests. */
@NullMarked
package dev.ekiden.calendar.sample;

import org.jspecify.annotations.NullMarked;
