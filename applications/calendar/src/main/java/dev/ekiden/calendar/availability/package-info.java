/**
 * The pure heart of the availability calendar: what a plan's days look like, which times are free,
 * what they cost and why others are not bookable; no database, no HTTP, no clock.
 */
@NullMarked
package dev.ekiden.calendar.availability;

import org.jspecify.annotations.NullMarked;
