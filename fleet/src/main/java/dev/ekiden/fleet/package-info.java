/** How many workers a fleet needs, of which capacity classes, and what they cost. */
@NullMarked
package dev.ekiden.fleet;

import org.jspecify.annotations.NullMarked;
