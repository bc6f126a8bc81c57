package dev.ekiden.calendar.ics;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.store.BusyTimes;
import dev.ekiden.calendar.store.FeedTable;
import dev.ekiden.calendar.store.FeedTable.Feed;
import dev.ekiden.calendar.store.Secrets;
import dev.ekiden.calendar.store.TruthTables;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Secret addresses at which others read when a space is busy. Whoever has the address may read it,
 * until it is revoked; it cannot be had again. Stateless; in the caller's transaction.
 */
public final class Feeds {

  /** The most feeds of one space. */
  public static final int MAXIMUM_FEEDS = 20;

  /** The longest name, in characters. */
  public static final int MAXIMUM_NAME_LENGTH = 100;

  /** How many days from today a feed tells: as far as anything can be booked. */
  public static final int DAYS = BookingRules.MAXIMUM_WINDOW_DAYS;

  /** What a feed can be read as. */
  public enum Form {
    /** An event (VEVENT) for each busy time. */
    EVENTS,
    /** One VFREEBUSY. */
    FREE_BUSY,
    /** One VAVAILABILITY, the times between being available. */
    AVAILABILITY
  }

  /** A feed just made, with its secret. */
  public record Created(Feed feed, FeedToken token) {}

  /**
   * What a feed says.
   *
   * @param tag changes when the content does
   * @param changedAt since when it says that, in whole seconds
   */
  public record Content(String text, String tag, Instant changedAt) {}

  /**
   * Makes a secret address.
   *
   * @param name for people, to know which to revoke
   * @throws InvalidValueException if the name is blank or too long, or the space has {@link
   *     #MAXIMUM_FEEDS}
   */
  public Created create(Handle handle, long spaceId, String name, Instant now) {
    if (name.isBlank()
        || name.length() > MAXIMUM_NAME_LENGTH
        || name.codePoints().anyMatch(Character::isISOControl)) {
      throw new InvalidValueException(
          "name",
          name,
          "must have 1 to "
              + MAXIMUM_NAME_LENGTH
              + " characters, none of control, not only blanks");
    }
    TruthTables.SPACES.lock(handle, List.of(spaceId));
    int feeds = FeedTable.list(handle, spaceId).size();
    if (feeds >= MAXIMUM_FEEDS) {
      throw new InvalidValueException(
          "feeds", Integer.toString(feeds + 1), "a space has at most " + MAXIMUM_FEEDS);
    }
    FeedToken token = FeedToken.random();
    return new Created(FeedTable.insert(handle, spaceId, name, token.hash(), now), token);
  }

  public List<Feed> list(Handle handle, long spaceId) {
    return FeedTable.list(handle, spaceId);
  }

  /** Makes an address answer no more; whether there was such a feed of this space. */
  public boolean revoke(Handle handle, long spaceId, long feedId) {
    return FeedTable.delete(handle, spaceId, feedId);
  }

  /** What the feed of a token says now, if there is one. */
  public Optional<Content> read(Handle handle, FeedToken token, Form form, Instant now) {
    return FeedTable.find(handle, token.hash()).map(feed -> read(handle, feed, form, now));
  }

  private static Content read(Handle handle, Feed feed, Form form, Instant now) {
    Instant from = now.truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.DAYS);
    Instant to = from.plus(DAYS + 2L, ChronoUnit.DAYS);
    BusyFeed content =
        new BusyFeed(
            feed.id(), from, to, BusyTimes.read(handle, feed.spaceId(), from, to), Instant.EPOCH);
    // The stamp is no content: else it would have changed because it has changed.
    byte[] hash = Secrets.sha256(content.freeBusy());
    Instant changedAt =
        FeedTable.noteContent(handle, feed.id(), hash, now.truncatedTo(ChronoUnit.SECONDS));
    BusyFeed stamped = new BusyFeed(feed.id(), from, to, content.busy(), changedAt);
    return switch (form) {
      case EVENTS -> new Content(stamped.events(), tag(hash, "e"), changedAt);
      case FREE_BUSY -> new Content(stamped.freeBusy(), tag(hash, "f"), changedAt);
      case AVAILABILITY -> new Content(stamped.availability(), tag(hash, "a"), changedAt);
    };
  }

  private static String tag(byte[] hash, String form) {
    return "\"" + HexFormat.of().formatHex(hash, 0, 16) + form + "\"";
  }
}
