/** Tasks that are containers of a Docker Engine. */
@NullMarked
package dev.ekiden.launch.docker;

import org.jspecify.annotations.NullMarked;
