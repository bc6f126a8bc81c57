package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Fault.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param done how many faults of each kind were done
 * @param accepted jobs whose enqueue was answered
 * @param lostAnswers enqueues whose answer was lost
 * @param states how many jobs ended how
 * @param attempts handlers that began
 * @param processes that worked
 * @param time from the first job to the end of the last
 * @param recoveries how long the jobs of dead workers waited to be free
 * @param interrupts how soon fenced handlers that hold a key were interrupted
 * @param diskSkipped why the full disk was skipped, or null
 * @param violations of the rules; the faults are survived when there are none
 */
record ChaosResult(
    Map<Kind, Integer> done,
    int accepted,
    int lostAnswers,
    Map<String, Long> states,
    long attempts,
    int processes,
    Duration time,
    List<Duration> recoveries,
    List<Duration> interrupts,
    @Nullable String diskSkipped,
    List<Violation> violations) {}
