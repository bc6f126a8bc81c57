/**
 * Job definitions that run existing programs: written in YAML, launched as tasks, adopted by any
 * server.
 */
@NullMarked
package dev.ekiden.fleet.command;

import org.jspecify.annotations.NullMarked;
