/** The roles of a process: how it starts, what runs in it, and in which order it stops. */
@NullMarked
package dev.ekiden.server.process;

import org.jspecify.annotations.NullMarked;
