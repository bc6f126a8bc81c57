/** Listeners on Javalin and Jetty, and the rules a request must pass before a handler sees it. */
@NullMarked
package dev.ekiden.server.http;

import org.jspecify.annotations.NullMarked;
