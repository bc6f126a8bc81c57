/**
 * Pure functions from what is observed to what is to be done; the controller and the simulator call
 * the same.
 */
@NullMarked
package dev.ekiden.fleet.decide;

import org.jspecify.annotations.NullMarked;
