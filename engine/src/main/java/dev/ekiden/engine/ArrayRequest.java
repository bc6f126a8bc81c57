package dev.ekiden.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An array job to enqueue: many jobs of one definition, its children, and one parent that ends when
 * they have all ended. Immutable.
 *
 * @param request what the children have in common; not with a COALESCE or UNIQUE key
 * @param payloads one for each child, in the order of {@link JobContext#arrayIndex}; 1 to {@link
 *     #MAX_SIZE}
 * @param toleratedFailures how many children may end FAILED or CANCELED, for the parent to be
 *     SUCCEEDED nevertheless
 */
public record ArrayRequest(
    JobRequest request, List<@Nullable Object> payloads, int toleratedFailures) {
  /** Most children of one array job. */
  public static final int MAX_SIZE = Engine.MAX_BULK;

  public ArrayRequest {
    payloads = Collections.unmodifiableList(new ArrayList<>(payloads));
    checkSize(payloads.size());
    if (toleratedFailures < 0 || toleratedFailures > payloads.size()) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "an array job of %d tolerates 0 to %d failures, not %d"
              .formatted(payloads.size(), payloads.size(), toleratedFailures));
    }
    if (request.key() instanceof Key.Coalesce || request.key() instanceof Key.Unique) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_KEY, "children of an array job run each for itself: use another key");
    }
  }

  private static void checkSize(int size) {
    if (size < 1 || size > MAX_SIZE) {
      throw new InvalidRequestException(
          ErrorCode.TOO_MANY_JOBS,
          "an array job has 1 to %d jobs, not %d".formatted(MAX_SIZE, size));
    }
  }

  /** So many children with the payload of the request. */
  public static ArrayRequest of(JobRequest request, int size) {
    checkSize(size);
    return new ArrayRequest(request, Collections.nCopies(size, request.payload()), 0);
  }

  /** One child for each payload. */
  public static ArrayRequest of(JobRequest request, List<? extends @Nullable Object> payloads) {
    return new ArrayRequest(request, new ArrayList<>(payloads), 0);
  }

  /** The same with failures that do not count. */
  public ArrayRequest tolerating(int failures) {
    return new ArrayRequest(request, payloads, failures);
  }

  List<JobRequest> children() {
    return payloads.stream().map(request::withPayload).toList();
  }
}
