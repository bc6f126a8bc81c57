/**
 * {@code ekiden demo calendar}: the calendar at work on sample data or a user's own, with figures.
 */
@NullMarked
package dev.ekiden.calendar.demo;

import org.jspecify.annotations.NullMarked;
