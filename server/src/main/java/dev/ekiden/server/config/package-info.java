/**
 * Settings from flags and environment variables, and what a running server leaves in its directory.
 */
@NullMarked
package dev.ekiden.server.config;

import org.jspecify.annotations.NullMarked;
