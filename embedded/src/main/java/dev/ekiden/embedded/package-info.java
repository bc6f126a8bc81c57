/**
 * A real PostgreSQL server from Maven Central, kept in a directory and supervised by this process.
 */
@NullMarked
package dev.ekiden.embedded;

import org.jspecify.annotations.NullMarked;
