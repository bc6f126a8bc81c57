package dev.ekiden.bench.chaos;

import org.jspecify.annotations.Nullable;

/**
 * The payload of a job.
 *
 * @param number tells it from others, whatever its id
 * @param fails how often it fails before it works
 * @param millis how long it takes
 * @param change the key whose changes it is to see, for COALESCE jobs
 * @param version of the change that asked for it
 */
record Item(long number, int fails, long millis, @Nullable String change, long version) {}
