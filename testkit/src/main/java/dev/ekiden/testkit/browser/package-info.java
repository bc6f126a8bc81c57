/**
 * Pages in a real browser: the machine's Chromium, driven by Playwright, and axe-core. Both are
 * dependencies of the test that uses this.
 */
@NullMarked
package dev.ekiden.testkit.browser;

import org.jspecify.annotations.NullMarked;
