/** The web console and the design system, as files for a browser to fetch. */
@NullMarked
package dev.ekiden.console;

import org.jspecify.annotations.NullMarked;
