/** What a test of jobs needs: a database per class, a settable clock, a manual engine. */
@NullMarked
package dev.ekiden.testkit;

import org.jspecify.annotations.NullMarked;
