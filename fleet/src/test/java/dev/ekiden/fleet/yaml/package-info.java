/** Tests of the package of the same name. */
@NullMarked
package dev.ekiden.fleet.yaml;

import org.jspecify.annotations.NullMarked;
