/** Tests of what recorded history cost. */
@NullMarked
package dev.ekiden.fleet.account;

import org.jspecify.annotations.NullMarked;
