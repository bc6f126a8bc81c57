/** One small interface to start, watch and stop a task anywhere, and to read what it printed. */
@NullMarked
package dev.ekiden.launch;

import org.jspecify.annotations.NullMarked;
