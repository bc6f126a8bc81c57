package dev.ekiden.calendar.booking;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A reservation that was made elsewhere and is taken over as a fact: hours, notice and rules are
 * not asked, only whether a unit is free.
 *
 * @param code what it is called there; unique
 * @param place of its plan
 * @param canceled whether it is to occupy nothing
 * @param total what the guest pays, in minor units, if that is known
 */
public record ExternalReservation(
    String code,
    PlanPlace place,
    Instant start,
    Instant end,
    boolean canceled,
    OptionalLong total) {}
