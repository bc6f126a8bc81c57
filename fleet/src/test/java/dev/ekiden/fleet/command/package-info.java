/** Tests of the package of the same name. */
@NullMarked
package dev.ekiden.fleet.command;

import org.jspecify.annotations.NullMarked;
