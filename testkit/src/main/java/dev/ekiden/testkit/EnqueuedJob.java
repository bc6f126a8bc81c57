package dev.ekiden.testkit;

import dev.ekiden.engine.Job;

/**
 * A job that a test finds in the database.
 *
 * @param payload its payload, read as its definition's type; null when the JSON is null
 * @param job the job as it stands
 */
public record EnqueuedJob<P>(P payload, Job job) {}
