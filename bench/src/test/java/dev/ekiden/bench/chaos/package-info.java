/** Tests of the chaos runs, and one small run. */
@NullMarked
package dev.ekiden.bench.chaos;

import org.jspecify.annotations.NullMarked;
