/** The command line: verbs that talk to a running server, and how they print. */
@NullMarked
package dev.ekiden.server.cli;

import org.jspecify.annotations.NullMarked;
