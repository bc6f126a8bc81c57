package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.Explanation.Reason;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Unavailable;
import dev.ekiden.calendar.booking.BookingException;
import dev.ekiden.calendar.booking.ChangeRefusedException;
import dev.ekiden.calendar.booking.HoldExpiredException;
import dev.ekiden.calendar.booking.ReservationStateException;
import dev.ekiden.calendar.booking.SlotUnavailableException;
import dev.ekiden.calendar.booking.UnknownReservationException;
import dev.ekiden.calendar.store.UnknownEntityException;
import dev.ekiden.server.Json;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes.Handler;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A problem document with what the calendar has to say besides: reasons, or all values that are
 * wrong.
 */
record Refusal(
    String type,
    String title,
    int status,
    String code,
    String detail,
    @Nullable String field,
    @Nullable List<ReasonView> reasons,
    @Nullable List<ValueProblem> problems) {

  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;

  /** A value that is not allowed. */
  record ValueProblem(String field, String value, String reason) {}

  /** A handler that answers the calendar's exceptions. */
  static Handler answering(Handler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (BookingException e) {
        return of(e);
      } catch (InvalidValueException e) {
        return of(e);
      } catch (UnknownEntityException e) {
        throw unknown(e.entity(), e.key());
      }
    };
  }

  static ProblemException unknown(String entity, String code) {
    return ProblemException.of(
        404, "unknown-" + entity, "there is no %s '%s'".formatted(entity, code));
  }

  private static Response of(BookingException failure) {
    return switch (failure) {
      case SlotUnavailableException e -> unavailable(e);
      case HoldExpiredException e -> problem(410, "hold-expired", e);
      case ReservationStateException e -> problem(CONFLICT, "reservation-state", e);
      case ChangeRefusedException e -> problem(CONFLICT, code(e.why()), e);
      case UnknownReservationException e -> problem(404, "unknown-reservation", e);
    };
  }

  private static String code(ChangeRefusedException.Why why) {
    return switch (why) {
      case OVER -> "reservation-over";
      case BEGUN -> "reservation-begun";
      case APPROVAL_REQUIRED -> "approval-required";
      case TOO_LATE -> "too-late-to-change";
      case CHANGED_MEANWHILE -> "changed-meanwhile";
    };
  }

  /** The plan's rules are told as 422, what may be otherwise tomorrow as 409. */
  private static Response unavailable(SlotUnavailableException failure) {
    boolean againstRules = failure.codes().stream().anyMatch(Refusal::isRule);
    String detail = failure.reasons().stream().map(Reason::detail).collect(Collectors.joining(" "));
    return new Refusal(
            "about:blank",
            againstRules ? "Unprocessable Content" : "Conflict",
            againstRules ? UNPROCESSABLE : CONFLICT,
            againstRules ? "booking-rules" : "slot-unavailable",
            detail,
            null,
            failure.reasons().stream().map(ReasonView::of).toList(),
            null)
        .response();
  }

  private static boolean isRule(Unavailable reason) {
    return switch (reason) {
      case PLAN_NOT_PUBLISHED,
          NOT_ALIGNED,
          NOT_A_MULTIPLE_OF_UNIT,
          TOO_SHORT,
          TOO_LONG,
          MINIMUM_NOTICE,
          BEYOND_BOOKING_WINDOW ->
          true;
      case OUTSIDE_BUSINESS_HOURS,
          SPECIAL_PERIOD_CLOSED,
          OUTSIDE_RENTABLE_HOURS,
          CLOSURE,
          BLOCKED,
          OCCUPIED,
          BUFFER,
          NO_PRICE,
          CALENDAR_NOT_READY ->
          false;
    };
  }

  private static Response of(InvalidValueException failure) {
    return new Refusal(
            "about:blank",
            "Unprocessable Content",
            UNPROCESSABLE,
            "invalid-value",
            String.valueOf(failure.getMessage()),
            failure.problems().getFirst().field(),
            null,
            failure.problems().stream()
                .map(p -> new ValueProblem(p.field(), p.value(), p.reason()))
                .toList())
        .response();
  }

  private static Response problem(int status, String code, BookingException failure) {
    return Response.problem(Problem.of(status, code, String.valueOf(failure.getMessage())));
  }

  private Response response() {
    return Response.bytes(status, Problem.CONTENT_TYPE, Json.MAPPER.writeValueAsBytes(this));
  }
}
