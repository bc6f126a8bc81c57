/** The tables of fleets, their tasks and decisions. */
@NullMarked
package dev.ekiden.fleet.control.store;

import org.jspecify.annotations.NullMarked;
