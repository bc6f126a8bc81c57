/** What fleets cost and how soon they are there. */
@NullMarked
package dev.ekiden.bench.fleet;

import org.jspecify.annotations.NullMarked;
