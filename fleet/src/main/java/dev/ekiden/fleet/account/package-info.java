/**
 * What recorded history cost: attempts, idle workers, start-ups, and what it would have cost
 * otherwise.
 */
@NullMarked
package dev.ekiden.fleet.account;

import org.jspecify.annotations.NullMarked;
