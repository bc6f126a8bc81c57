/** Tasks that are processes of this machine, each under a small supervisor of its own. */
@NullMarked
package dev.ekiden.launch.process;

import org.jspecify.annotations.NullMarked;
