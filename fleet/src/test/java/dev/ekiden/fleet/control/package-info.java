/** Tests of fleets that are kept. */
@NullMarked
package dev.ekiden.fleet.control;

import org.jspecify.annotations.NullMarked;
