/** Tells other systems of changes: signed HTTP requests, delivered by jobs of the engine. */
@NullMarked
package dev.ekiden.calendar.webhook;

import org.jspecify.annotations.NullMarked;
