package dev.ekiden.bench.chaos;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * What the run knows beside the history.
 *
 * @param accepted jobs whose enqueue was answered, in the order of the answers
 * @param canceled jobs whose cancel was answered with yes
 * @param versions what each COALESCE job had to see at least
 */
record Known(Collection<Long> accepted, Set<Long> canceled, Map<Long, Long> versions) {}
