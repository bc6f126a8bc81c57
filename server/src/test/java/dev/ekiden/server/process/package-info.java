/** Tests of what a server launches. */
@NullMarked
package dev.ekiden.server.process;

import org.jspecify.annotations.NullMarked;
