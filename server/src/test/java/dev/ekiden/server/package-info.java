/** Tests of the server against a real PostgreSQL, over real sockets and in real processes. */
@NullMarked
package dev.ekiden.server;

import org.jspecify.annotations.NullMarked;
