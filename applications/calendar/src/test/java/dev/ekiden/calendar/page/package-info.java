/** The page for customers in a real browser, on a running server. */
@NullMarked
package dev.ekiden.calendar.page;

import org.jspecify.annotations.NullMarked;
