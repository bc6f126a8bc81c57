/** The server with the five applications installed. */
@NullMarked
package dev.ekiden.app;

import org.jspecify.annotations.NullMarked;
