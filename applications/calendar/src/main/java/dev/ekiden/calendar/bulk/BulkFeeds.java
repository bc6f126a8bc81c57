package dev.ekiden.calendar.bulk;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.store.BulkFeedTable;
import dev.ekiden.calendar.store.BulkFeedTable.BulkFeed;
import dev.ekiden.calendar.store.SearchTable;
import dev.ekiden.calendar.store.SearchTable.Candidate;
import dev.ekiden.calendar.store.Secrets;
import dev.ekiden.engine.JobContext;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.server.Services;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes files with the availability of all published plans: lines of JSON, compressed with gzip. A
 * job makes a file part by part and goes on after the last part when it was interrupted; nobody
 * sees the file before it is complete. A plan is told as it was at one moment, the whole file is
 * not. Thread-safe.
 */
public final class BulkFeeds {

  /** Definition: make a file. */
  public static final String BUILD = "calendar.bulk-feed";

  /** The most days of a file: as many as are computed ahead. */
  public static final int MAXIMUM_DAYS = CalendarRefresh.HORIZON_DAYS;

  /** Complete files that are kept. */
  public static final int KEPT = 3;

  /** Plans of a part: some hundred kilobytes. */
  static final int PART_PLANS = 200;

  /** Behind everything else of its queue. */
  private static final int PRIORITY = 0;

  private final Services services;

  public BulkFeeds(Services services) {
    this.services = services;
  }

  public JobDefinition<?> definition() {
    return JobDefinition.named(BUILD, BulkFeedBuild.class)
        .queue(CalendarRefresh.SYNC_QUEUE)
        .priority(PRIORITY)
        .handler(this::build);
  }

  /**
   * Begins a file and answers at once; a worker makes it.
   *
   * @param days 1 to {@link #MAXIMUM_DAYS}, from today by UTC
   */
  public BulkFeed begin(int days) {
    if (days < 1 || days > MAXIMUM_DAYS) {
      throw new InvalidValueException(
          "days", Integer.toString(days), "must be between 1 and " + MAXIMUM_DAYS);
    }
    Instant now = services.clock().instant();
    LocalDate from = LocalDate.ofInstant(now, ZoneOffset.UTC);
    long cursor = new AvailabilityChanges(services.database()).cursor();
    return services
        .database()
        .inTransaction(handle -> {
          long id = BulkFeedTable.insert(handle, from, from.plusDays(days - 1L), cursor, now);
          services
              .engine()
              .enqueue(
                  handle.getConnection(), List.of(JobRequest.of(BUILD, new BulkFeedBuild(id))));
          return BulkFeedTable.find(handle, id).orElseThrow();
        });
  }

  public Optional<BulkFeed> find(long id) {
    return services.database().withHandle(handle -> BulkFeedTable.find(handle, id));
  }

  /** The newest that is complete. */
  public Optional<BulkFeed> latest() {
    return services
        .database()
        .withHandle(
            handle -> BulkFeedTable.latest(handle).flatMap(id -> BulkFeedTable.find(handle, id)));
  }

  /** The newest first, at most so many as are kept and being made. */
  public List<BulkFeed> list() {
    return services.database().withHandle(handle -> BulkFeedTable.list(handle, 10 * KEPT));
  }

  /** Writes the file, part by part, so that no connection is held for a slow reader. */
  public void write(long id, OutputStream out) throws IOException {
    int number = 1;
    Optional<byte[]> part = part(id, number);
    while (part.isPresent()) {
      out.write(part.get());
      part = part(id, ++number);
    }
  }

  private Optional<byte[]> part(long id, int number) {
    return services.database().withHandle(handle -> BulkFeedTable.part(handle, id, number));
  }

  private @Nullable Object build(BulkFeedBuild build, JobContext context) throws IOException {
    boolean more = true;
    while (more) {
      more = addPart(build.feed());
    }
    publish(build.feed());
    return find(build.feed())
        .map(feed -> "%d plans, %d lines".formatted(feed.plans(), feed.lines()))
        .orElse("the file was removed");
  }

  /** Adds the next part, if there are plans left; whether there may be more. */
  boolean addPart(long id) throws IOException {
    Optional<BulkFeed> found = find(id);
    if (found.isEmpty() || found.get().published().isPresent()) {
      return false;
    }
    BulkFeed feed = found.get();
    Instant now = services.clock().instant();
    List<Candidate> plans =
        services
            .database()
            .withHandle(handle ->
                SearchTable.next(
                    handle,
                    feed.lastPlanId(),
                    0,
                    null,
                    List.of(),
                    feed.from(),
                    feed.to(),
                    PART_PLANS));
    if (plans.isEmpty()) {
      return false;
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    long lines = 0;
    try (GZIPOutputStream gzip = new GZIPOutputStream(content)) {
      for (Candidate plan : plans) {
        lines += PlanLines.write(plan, now, gzip);
      }
    }
    long counted = lines;
    services
        .database()
        .useTransaction(handle -> {
          // Another attempt may have been here: then this part is there already.
          boolean isNext =
              BulkFeedTable.lock(handle, id)
                  .filter(locked -> locked.lastPlanId() == feed.lastPlanId())
                  .isPresent();
          if (isNext) {
            BulkFeedTable.addPart(
                handle, id, content.toByteArray(), plans.getLast().planId(), plans.size(), counted);
          }
        });
    return plans.size() == PART_PLANS;
  }

  /** Makes the file visible, and forgets the oldest. */
  void publish(long id) {
    MessageDigest digest = Secrets.newSha256();
    long bytes = 0;
    int number = 1;
    Optional<byte[]> part = part(id, number);
    while (part.isPresent()) {
      digest.update(part.get());
      bytes += part.get().length;
      part = part(id, ++number);
    }
    byte[] sha256 = digest.digest();
    long size = bytes;
    Instant now = services.clock().instant();
    services
        .database()
        .useTransaction(handle -> {
          BulkFeedTable.publish(handle, id, size, sha256, now);
          BulkFeedTable.forget(handle, KEPT);
        });
  }
}
