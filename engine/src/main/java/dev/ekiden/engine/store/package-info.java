/** The SQL of the engine, one class per family of tables. Not for use outside the engine. */
@NullMarked
package dev.ekiden.engine.store;

import org.jspecify.annotations.NullMarked;
