/** The control API: what {@code openapi.yaml} describes. */
@NullMarked
package dev.ekiden.server.api;

import org.jspecify.annotations.NullMarked;
