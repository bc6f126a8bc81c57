/** Tests of the settings of a fleet. */
@NullMarked
package dev.ekiden.fleet;

import org.jspecify.annotations.NullMarked;
