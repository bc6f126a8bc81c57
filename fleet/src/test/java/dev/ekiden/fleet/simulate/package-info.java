/** Tests of the package of the same name. */
@NullMarked
package dev.ekiden.fleet.simulate;

import org.jspecify.annotations.NullMarked;
