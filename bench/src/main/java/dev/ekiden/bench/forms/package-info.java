/** The table forms of a queue against each other, in plain batched SQL without an engine. */
@NullMarked
package dev.ekiden.bench.forms;

import org.jspecify.annotations.NullMarked;
