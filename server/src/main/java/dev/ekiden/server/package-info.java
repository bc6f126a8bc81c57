/** Configuration, HTTP and command line around the engine. */
@NullMarked
package dev.ekiden.server;

import org.jspecify.annotations.NullMarked;
