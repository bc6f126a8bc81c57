package dev.ekiden.engine;

import java.time.Instant;

/**
 * A line that an attempt logged.
 *
 * @param attempt number of the attempt
 * @param time the worker's clock when it was logged
 * @param text the line without its line end
 */
public record LogLine(int attempt, Instant time, String text) {}
