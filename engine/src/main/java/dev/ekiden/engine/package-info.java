/** Jobs, queues, workers, retries and schedules in PostgreSQL: the public face of the engine. */
@NullMarked
package dev.ekiden.engine;

import org.jspecify.annotations.NullMarked;
