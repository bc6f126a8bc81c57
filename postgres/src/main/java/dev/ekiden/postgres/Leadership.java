package dev.ekiden.postgres;

import java.time.Instant;

/**
 * The right to do the single-runner work of a name.
 *
 * @param epoch grows by one with each acquisition; no two leaderships of a name share one
 * @param acquiredAt when it began, by the database's clock; renewals do not change it
 */
public record Leadership(String name, long epoch, Instant acquiredAt) {}
