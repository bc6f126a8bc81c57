/** Tests of the package of the same name. */
@NullMarked
package dev.ekiden.fleet.cost;

import org.jspecify.annotations.NullMarked;
