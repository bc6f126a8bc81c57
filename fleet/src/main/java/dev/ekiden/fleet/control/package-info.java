/** Keeps fleets as large as their backlog needs: what they should be, their tasks, and why. */
@NullMarked
package dev.ekiden.fleet.control;

import org.jspecify.annotations.NullMarked;
