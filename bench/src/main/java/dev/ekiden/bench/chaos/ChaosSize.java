package dev.ekiden.bench.chaos;

import java.time.Duration;

/**
 * How large a run is.
 *
 * @param jobs that flow
 * @param flow how long they are enqueued
 * @param lease of the workers
 * @param workers processes
 * @param concurrency handlers that one process runs at once
 * @param rounds how often every kind of fault comes
 * @param keys SERIAL keys
 * @param longJobs attempts that run through an outage
 * @param outage how long that is
 */
record ChaosSize(
    int jobs,
    Duration flow,
    Duration lease,
    int workers,
    int concurrency,
    int rounds,
    int keys,
    int longJobs,
    Duration outage) {}
