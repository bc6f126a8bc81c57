/** Tests of the benchmarks' own parts. */
@NullMarked
package dev.ekiden.bench;

import org.jspecify.annotations.NullMarked;
