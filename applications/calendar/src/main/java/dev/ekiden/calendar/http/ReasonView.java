package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.Explanation.Reason;
import dev.ekiden.calendar.availability.Unavailable;

/** Why a time cannot be booked. */
record ReasonView(Unavailable code, String detail) {

  static ReasonView of(Reason reason) {
    return new ReasonView(reason.code(), reason.detail());
  }
}
