/** The verbs of {@code ekiden calendar}; all but {@code sample} talk to a running server. */
@NullMarked
package dev.ekiden.calendar.cli;

import org.jspecify.annotations.NullMarked;
