package dev.ekiden.engine;

import java.time.Instant;
import java.util.List;

/**
 * A worker that holds a lease.
 *
 * @param expiresAt when its lease ends unless it is renewed, by the database's clock
 * @param running attempts it holds, started or not
 */
public record WorkerSummary(
    long id,
    String name,
    Instant startedAt,
    Instant expiresAt,
    int concurrency,
    List<String> queues,
    List<String> definitions,
    long running) {}
