/** What capacity costs: dated prices, billing as the provider does it, and ways to run compared. */
@NullMarked
package dev.ekiden.fleet.cost;

import org.jspecify.annotations.NullMarked;
