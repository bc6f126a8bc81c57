/** Draws capacity over demand: one drawing of plain shapes, written as SVG or painted as PNG. */
@NullMarked
package dev.ekiden.fleet.picture;

import org.jspecify.annotations.NullMarked;
