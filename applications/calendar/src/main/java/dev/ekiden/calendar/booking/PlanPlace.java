package dev.ekiden.calendar.booking;

import java.time.ZoneId;
import java.util.Currency;

/** What taking over a reservation needs of its plan. */
public record PlanPlace(
    long planId,
    String planCode,
    long spaceId,
    ZoneId zone,
    int bufferBeforeMinutes,
    int bufferAfterMinutes,
    Currency currency) {}
