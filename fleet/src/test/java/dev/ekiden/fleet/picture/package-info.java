/** Tests of pictures. */
@NullMarked
package dev.ekiden.fleet.picture;

import org.jspecify.annotations.NullMarked;
