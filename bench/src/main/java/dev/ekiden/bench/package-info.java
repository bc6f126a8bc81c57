/** Benchmarks as runnable commands. */
@NullMarked
package dev.ekiden.bench;

import org.jspecify.annotations.NullMarked;
