/** Tests of decisions. */
@NullMarked
package dev.ekiden.fleet.decide;

import org.jspecify.annotations.NullMarked;
