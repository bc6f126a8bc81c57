package dev.ekiden.engine.store;

/**
 * One worker's hold on one attempt of a job; what fences its end. The worker belongs to it: an
 * attempt that was given back unstarted leaves its number to whoever claims the job next.
 *
 * @param workerId the lease under which the attempt was claimed
 */
public record AttemptRef(long jobId, int attempt, long workerId) {}
