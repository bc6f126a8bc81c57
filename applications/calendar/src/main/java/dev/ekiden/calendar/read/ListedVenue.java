package dev.ekiden.calendar.read;

import java.time.ZoneId;

/** A venue as it is shown. */
public record ListedVenue(long id, String code, String name, ZoneId zone) {}
