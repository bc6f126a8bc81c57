package dev.ekiden.calendar.ics;

import biweekly.component.VEvent;
import biweekly.io.StreamReader;
import biweekly.io.scribe.component.ICalComponentScribe;

/**
 * When somebody is available (RFC 7953), as the library reads it once {@link #register} has told it
 * how. It has what events have, and {@link Available} parts.
 */
final class VAvailability extends VEvent {

  /** A part: a time, maybe repeated, at which one is available. */
  static final class Available extends VEvent {}

  private static final class Scribe extends ICalComponentScribe<VAvailability> {
    Scribe() {
      super(VAvailability.class, "VAVAILABILITY");
    }

    @Override
    protected VAvailability _newInstance() {
      return new VAvailability();
    }
  }

  private static final class AvailableScribe extends ICalComponentScribe<Available> {
    AvailableScribe() {
      super(Available.class, "AVAILABLE");
    }

    @Override
    protected Available _newInstance() {
      return new Available();
    }
  }

  static void register(StreamReader reader) {
    reader.registerScribe(new Scribe());
    reader.registerScribe(new AvailableScribe());
  }
}
