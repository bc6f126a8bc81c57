package dev.ekiden.bench.chaos;

import dev.ekiden.engine.Dependencies;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * What the run knows beside the history.
 *
 * @param accepted jobs whose enqueue was answered, in the order of the answers
 * @param canceled jobs whose cancel was answered with yes
 * @param versions what each COALESCE job had to see at least
 * @param dependencies what jobs had to wait for
 */
record Known(
    Collection<Long> accepted,
    Set<Long> canceled,
    Map<Long, Long> versions,
    Map<Long, Dependencies> dependencies) {}
