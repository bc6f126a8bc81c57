/**
 * A simulator of fleets: discrete events through the same decisions, mix and prices as production.
 */
@NullMarked
package dev.ekiden.fleet.simulate;

import org.jspecify.annotations.NullMarked;
