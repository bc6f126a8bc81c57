/** The engine under faults, from a seed: processes that die, a database that goes away. */
@NullMarked
package dev.ekiden.bench.chaos;

import org.jspecify.annotations.NullMarked;
