/** The SQL of definitions that run programs, and of their tasks. */
@NullMarked
package dev.ekiden.fleet.command.store;

import org.jspecify.annotations.NullMarked;
