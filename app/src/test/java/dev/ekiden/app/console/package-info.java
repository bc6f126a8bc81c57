/** The console in a real browser, on real data of a running server. */
@NullMarked
package dev.ekiden.app.console;

import org.jspecify.annotations.NullMarked;
